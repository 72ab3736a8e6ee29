// SPDX-License-Identifier: GPL-2.0-or-later
#include "device_cost.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "harness/failure.h"
#include "qtest_cards.h"

namespace bench {

using namespace harness;

namespace {

constexpr int64_t batch_ns = 192'000;
constexpr unsigned few_batches = 2, exact_batches = 4;
constexpr const char *tester_sends = "send_frame",
                     *tester_hears = "hear_frame";            // functions of hw/qemu/traffic_device.c
constexpr const char* command_unit_runs = "command_unit_due"; // of hw/qemu/e100_host.c

constexpr const char* register_is_written = "memory_region_dispatch_write"; // of QEMU
constexpr unsigned writes_a_batch = 64;

bool is_exact(const Case& what) { return what.direction != Direction::Transmit || what.command_unit_only; }

std::string count_within(const std::string& function) {
    return "--toggle-collect=" + function + " --toggle-collect=" + tester_hears;
}

std::string numbered(const std::string& name, unsigned i) { return name + std::to_string(i); }

Arguments hub_port(unsigned hub, const std::string& id) {
    return {"-netdev", "hubport,hubid=" + std::to_string(hub) + ",id=" + id};
}

/// A burst of frames in the middle of each batch, if there are to be any; else it only counts what it hears.
std::string tester(const Case& what, unsigned i) {
    std::string properties =
        "e100-traffic,id=" + numbered("tester", i) + ",running=off,netdev=" + numbered("tester-port", i);
    if (what.direction == Direction::Receive)
        properties += ",arrivals=burst,burst=" + std::to_string(QtestCard::batch) +
                      ",rate=" + std::to_string(int64_t{QtestCard::batch} * 1'000'000'000 / batch_ns) +
                      ",size=" + std::to_string(what.bytes) + ",delay-ns=" + std::to_string(batch_ns / 2);
    return properties;
}

/// Cards, each with a tester on a wire of its own. For no model one that does nothing but listen.
Arguments wires(const std::string& model, const Case& what) {
    Arguments all;
    for (unsigned i = 0; i < what.cards; i++) {
        all = all + hub_port(i, numbered("card-port", i)) + hub_port(i, numbered("tester-port", i)) +
              Arguments{"-device", tester(what, i)};
        const bool silent = model.empty() && what.direction == Direction::Receive;
        if (silent || !model.empty())
            all = all + Arguments{"-device", (silent ? "e100-traffic,running=off" : properties_of(model, i)) +
                                                 ",netdev=" + numbered("card-port", i)};
    }
    return all;
}

class Rig {
  public:
    Rig(const std::string& model, const Case& what)
        : what_(what),
          machine_({.clock = MachineClock::Exact, .device = false, .extra = wires(model, what)}) {
        for (unsigned i = 0; i < what.cards; i++)
            cards_.push_back(make_card(model, machine_, i, what.descriptors));
        start();
    }

    void run(unsigned batches) {
        done_ += batches;
        if (what_.direction == Direction::RegisterWrite) {
            for (unsigned i = 0; i < batches * writes_a_batch; i++)
                cards_[0]->write_register();
            return;
        }
        for (unsigned i = 0; i < batches; i++) {
            if (what_.direction == Direction::Transmit)
                for (auto& card : cards_)
                    card->transmit();
            machine_.run_for(batch_ns);
            if (what_.direction == Direction::Receive)
                for (auto& card : cards_)
                    card->refill();
        }
    }
    /// Throws harness::Failure if not every frame came through.
    void check() {
        if (what_.direction == Direction::RegisterWrite)
            return;
        const uint64_t wanted = uint64_t{done_} * frames_a_batch();
        for (unsigned i = 0; i < what_.cards; i++) {
            const uint64_t done = what_.direction == Direction::Receive ? cards_[i]->received() : heard(i);
            if (done != wanted && !cards_[i]->absent())
                throw Failure(what_.name() + ": " + std::to_string(done) + " frames of " +
                              std::to_string(wanted) + "; " + machine_.qemu().command_line());
        }
    }
    unsigned frames_a_batch() const {
        if (what_.direction == Direction::RegisterWrite)
            return writes_a_batch;
        return what_.direction == Direction::Receive ? QtestCard::batch : cards_[0]->transmit_batch();
    }
    /// Of all its threads.
    double cpu_ns() { return machine_.qemu().cpu_seconds() * 1e9; }
    /// All that this QEMU has executed; it is over then.
    uint64_t instructions(const TempDir& directory) {
        machine_.qmp().quit();
        if (!machine_.qemu().wait_exit(patience))
            throw Failure("QEMU does not end");
        std::ifstream file(directory.file("callgrind." + std::to_string(machine_.qemu().pid())));
        for (std::string line; std::getline(file, line);)
            if (line.starts_with("totals: ") && line != "totals: 0")
                return std::stoull(line.substr(8));
        throw Failure("callgrind counted nothing");
    }

  private:
    void start() {
        for (auto& card : cards_)
            if (what_.direction == Direction::Receive)
                card->start_receiving();
            else if (what_.direction == Direction::Transmit)
                card->prepare_transmit(what_.bytes);
        machine_.qmp().stop();
        if (what_.direction == Direction::Receive)
            for (unsigned i = 0; i < what_.cards; i++)
                tester_property("qom-set", i, "running", ", \"value\": true");
    }
    std::string tester_property(const std::string& command, unsigned i, const std::string& name,
                                const std::string& value = "") {
        return machine_.qmp().execute(command, "{\"path\": \"/machine/peripheral/" + numbered("tester", i) +
                                                   "\", \"property\": \"" + name + "\"" + value + "}");
    }
    uint64_t heard(unsigned i) {
        return std::stoull(json_member(tester_property("qom-get", i, "counters"), "foreign"));
    }

    Case what_;
    unsigned done_ = 0; ///< batches
    E100Harness machine_;
    std::vector<std::unique_ptr<QtestCard>> cards_;
};

} // namespace

std::string Case::name() const {
    if (direction == Direction::RegisterWrite)
        return "a register write";
    return (direction == Direction::Receive ? "receive, " : "transmit, ") + std::to_string(bytes) + " bytes";
}

Callgrind::Callgrind() : qemu_(qemu_binary()) {
    write_wrapper("qemu-receive", count_within(tester_sends));
    write_wrapper("qemu-command-unit", count_within(command_unit_runs));
    write_wrapper("qemu-register-write", count_within(register_is_written));
    write_wrapper("qemu-transmit", "");
}

std::string Callgrind::wrapper(const Case& what) const {
    return directory_.file(what.direction == Direction::Receive         ? "qemu-receive"
                           : what.direction == Direction::RegisterWrite ? "qemu-register-write"
                           : what.command_unit_only                     ? "qemu-command-unit"
                                                                        : "qemu-transmit");
}

void Callgrind::write_wrapper(const std::string& name, const std::string& options) {
    std::ofstream(directory_.file(name))
        << "#!/bin/sh\nexec valgrind -q --tool=callgrind --callgrind-out-file=" << directory_.path()
        << "/callgrind.%p " << options << ' ' << qemu_ << " \"$@\"\n";
    std::filesystem::permissions(directory_.file(name), std::filesystem::perms::owner_all);
}

Callgrind::~Callgrind() { setenv("E100_QEMU", qemu_.c_str(), 1); }

Callgrind::Total Callgrind::total(const std::string& model, const Case& what, unsigned batches) {
    setenv("E100_QEMU", wrapper(what).c_str(), 1);
    Rig rig(model, what);
    rig.run(batches);
    rig.check();
    const unsigned frames = rig.frames_a_batch() * what.cards;
    return {rig.instructions(directory_), frames};
}

/// Measured once for each case; without cards the rings' size is nothing.
Callgrind::PerBatch Callgrind::per_batch(const std::string& model, Case what, unsigned batches) {
    if (model.empty())
        what.descriptors = QtestCard::batch;
    const std::string key = model + ", " + what.name() + ", " + std::to_string(what.descriptors) + ", " +
                            std::to_string(what.cards) + ", " + std::to_string(batches) +
                            (what.command_unit_only ? ", command unit" : "");
    if (const auto found = known_.find(key); found != known_.end())
        return found->second;
    const Total few = total(model, what, few_batches), many = total(model, what, few_batches + batches);
    const PerBatch result{static_cast<double>(many.instructions - few.instructions) / batches,
                          many.frames_a_batch};
    return known_[key] = result;
}

std::vector<std::vector<double>> cpu_ns_per_frame(const std::vector<std::string>& models, const Case& what,
                                                  unsigned turns, unsigned batches) {
    std::vector<std::unique_ptr<Rig>> rigs;
    rigs.push_back(std::make_unique<Rig>("", what));
    for (const std::string& model : models)
        rigs.push_back(std::make_unique<Rig>(model, what));
    const auto batch_of = [&](Rig& rig) {
        const double before = rig.cpu_ns();
        rig.run(batches);
        return (rig.cpu_ns() - before) / batches;
    };
    std::vector<std::vector<double>> ns(models.size());
    for (unsigned turn = 0; turn < turns; turn++)
        for (std::size_t i = 0; i < models.size(); i++) {
            const double nobody = batch_of(*rigs[0]);
            ns[i].push_back((batch_of(*rigs[i + 1]) - nobody) / rigs[i + 1]->frames_a_batch());
        }
    for (const auto& rig : rigs)
        rig->check();
    return ns;
}

double Callgrind::instructions_on_the_way(const Case& what) {
    const PerBatch nobody = per_batch("", what, exact_batches);
    return nobody.instructions / nobody.frames;
}

double Callgrind::instructions_per_frame(const std::string& model, const Case& what, unsigned batches) {
    if (is_exact(what))
        batches = exact_batches;
    const PerBatch cards = per_batch(model, what, batches);
    const bool all_are_the_cards = what.command_unit_only || what.direction == Direction::RegisterWrite;
    const double others = all_are_the_cards ? 0 : per_batch("", what, batches).instructions;
    return (cards.instructions - others) / cards.frames;
}

} // namespace bench
