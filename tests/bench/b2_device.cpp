// SPDX-License-Identifier: GPL-2.0-or-later
// B2: host instructions for a frame inside the device, without a guest. Each machine runs in valgrind's
// callgrind, once with some batches of frames and once with more: the difference is what those frames cost.
// What generator, hub and QEMU's main loop have of it is known from the same machine without a card.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "experiments/experiment.h"
#include "harness/failure.h"
#include "qtest_cards.h"
#include "this_host.h"

namespace bench {
namespace {

using namespace harness;
using experiments::text_of;

constexpr int64_t batch_ns = 192'000;
constexpr const char* ours = "e100";
const std::vector<std::string> peers = {"i82559er", "e1000", "virtio-net-pci"};

enum class Direction { Receive, Transmit };

struct Case {
    Direction direction;
    std::size_t bytes;
    std::string name() const {
        return (direction == Direction::Receive ? "receive, " : "transmit, ") + std::to_string(bytes) +
               " bytes";
    }
};

Arguments hub_port(const std::string& id) { return {"-netdev", "hubport,hubid=0,id=" + id}; }

/// A burst of frames in the middle of each batch, if there are to be any; else it only counts what it hears.
std::string tester(const Case& what) {
    std::string properties = "e100-traffic,id=tester,running=off,netdev=tester-port";
    if (what.direction == Direction::Receive)
        properties += ",arrivals=burst,burst=" + std::to_string(QtestCard::batch) +
                      ",rate=" + std::to_string(int64_t{QtestCard::batch} * 1'000'000'000 / batch_ns) +
                      ",size=" + std::to_string(what.bytes) + ",delay-ns=" + std::to_string(batch_ns / 2);
    return properties;
}

class Rig {
  public:
    Rig(const std::string& model, const Case& what, unsigned batches)
        : what_(what), batches_(batches),
          machine_(
              {.clock = MachineClock::Exact,
               .device = false,
               .extra = hub_port("card-port") + hub_port("tester-port") + Arguments{"-device", tester(what)} +
                        (model.empty() ? Arguments{}
                                       : Arguments{"-device", properties_of(model) + ",netdev=card-port"})}),
          card_(make_card(model, machine_)) {}

    /// Throws Failure if the card did not do what it should.
    void run() {
        if (what_.direction == Direction::Receive)
            card_->start_receiving();
        else
            card_->prepare_transmit(what_.bytes);
        machine_.qmp().stop();
        if (what_.direction == Direction::Receive)
            machine_.qmp().execute("qom-set", "{\"path\": \"/machine/peripheral/tester\", \"property\": "
                                              "\"running\", \"value\": true}");
        for (unsigned i = 0; i < batches_; i++) {
            if (what_.direction == Direction::Transmit)
                card_->transmit();
            machine_.run_for(batch_ns);
            if (what_.direction == Direction::Receive)
                card_->refill();
        }
        check();
    }
    unsigned frames_a_batch() const {
        return what_.direction == Direction::Receive ? QtestCard::batch : card_->transmit_batch();
    }
    /// All that this QEMU has executed; it is over then.
    uint64_t instructions(const TempDir& directory) {
        machine_.qmp().quit();
        if (!machine_.qemu().wait_exit(patience))
            throw Failure("QEMU does not end");
        std::ifstream file(directory.file("callgrind." + std::to_string(machine_.qemu().pid())));
        for (std::string line; std::getline(file, line);)
            if (line.starts_with("totals: "))
                return std::stoull(line.substr(8));
        throw Failure("callgrind wrote no total");
    }

  private:
    void check() {
        const uint64_t wanted = uint64_t{batches_} * frames_a_batch();
        const uint64_t done = what_.direction == Direction::Receive ? card_->received() : heard();
        if (done != wanted && !card_->absent())
            throw Failure(what_.name() + ": " + std::to_string(done) + " frames of " +
                          std::to_string(wanted) + "; " + machine_.qemu().command_line());
    }
    uint64_t heard() {
        return std::stoull(json_member(machine_.qmp().execute("qom-get", "{\"path\": "
                                                                         "\"/machine/peripheral/tester\", "
                                                                         "\"property\": \"counters\"}"),
                                       "foreign"));
    }

    Case what_;
    unsigned batches_;
    E100Harness machine_;
    std::unique_ptr<QtestCard> card_;
};

/// Has every QEMU of this program run in callgrind.
class Callgrind {
  public:
    Callgrind() : qemu_(qemu_binary()) {
        const std::string wrapper = directory_.file("qemu");
        std::ofstream(wrapper) << "#!/bin/sh\nexec valgrind -q --tool=callgrind --callgrind-out-file="
                               << directory_.path() << "/callgrind.%p " << qemu_ << " \"$@\"\n";
        std::filesystem::permissions(wrapper, std::filesystem::perms::owner_all);
        setenv("E100_QEMU", wrapper.c_str(), 1);
    }
    ~Callgrind() { setenv("E100_QEMU", qemu_.c_str(), 1); }

    double per_batch(const std::string& model, const Case& what, unsigned few, unsigned many,
                     unsigned& frames) {
        uint64_t totals[2];
        for (unsigned i = 0; i < 2; i++) {
            Rig rig(model, what, i == 0 ? few : many);
            rig.run();
            frames = rig.frames_a_batch();
            totals[i] = rig.instructions(directory_);
        }
        return static_cast<double>(totals[1] - totals[0]) / (many - few);
    }

  private:
    TempDir directory_;
    const std::string qemu_;
};

void run(experiments::Bench& bench, experiments::Report& report) {
    Callgrind callgrind;
    const unsigned few = 2, many = bench.pick(34u, 10u);
    std::vector<Case> cases;
    for (const Direction direction : {Direction::Receive, Direction::Transmit})
        for (const std::size_t bytes : {60, 1514})
            cases.push_back({direction, bytes});
    std::vector<std::string> models = {ours};
    models.insert(models.end(), peers.begin(), peers.end());
    experiments::Table table{"Host instructions for a frame", {"", ours}, {}};
    experiments::Table data{"", {"case", "card", "instructions"}, {}};
    table.columns.insert(table.columns.end(), peers.begin(), peers.end());
    for (const Case& what : cases) {
        unsigned frames = 0;
        const double nobody = callgrind.per_batch("", what, few, many, frames);
        std::vector<double> cost;
        std::vector<std::string> row = {what.name()};
        for (const std::string& model : models) {
            std::cout << "B2: " << what.name() << ", " << model << std::endl;
            const double batch = callgrind.per_batch(model, what, few, many, frames);
            cost.push_back((batch - nobody) / frames);
            row.push_back(text_of(std::round(cost.back()), 4));
            data.rows.push_back({"\"" + what.name() + "\"", model, std::to_string(cost.back())});
        }
        table.rows.push_back(row);
        report.judge({"B2.1", what.name() + ": as a part of i82559er's", text_of(cost[0] / cost[1]), "≤ 0.5",
                      "", cost[0] <= 0.5 * cost[1]});
        report.judge({"B2.2", what.name() + ": as a part of virtio-net's", text_of(cost[0] / cost[3]), "≤ 1",
                      "", cost[0] <= cost[3]});
    }
    report.say(this_host() + " Instructions are valgrind's count; they are nearly the same on every host.");
    report.show(table);
    report.data(data);
}

const experiments::Registration known(
    {"B2", "inside the device",
     "How many instructions does the host execute for a frame inside the device, with no guest in the way? "
     "Descriptors are placed by hand, interrupts are off; frames come in bursts of 256, and the same number "
     "is handed over for transmission at once (to i82559er 16, which is all that it executes after a "
     "doorbell). QEMU's network layer below the card is included, generator and main loop are not.",
     run});

} // namespace
} // namespace bench
