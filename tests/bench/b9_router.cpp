// SPDX-License-Identifier: GPL-2.0-or-later
// B9: the project's own driver, with this card and with i82559er. The guest forwards from one card to
// another.
#include <cmath>
#include <iostream>
#include <optional>

#include "experiments/experiment.h"
#include "experiments/statistics.h"
#include "harness/failure.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::Run;
using experiments::Setup;
using experiments::Table;
using experiments::text_of;

const std::vector<std::string> models = {"e100", "i82559er"};
constexpr double ns_per_instruction = 4;            ///< of the guest, on the exact clock
constexpr uint64_t flood = 150'000, trickle = 5000; ///< frames a second: more than it can, far less

class B9 {
  public:
    B9(experiments::Bench& bench, experiments::Report& report) : bench_(bench), report_(report) {}
    void conduct();

  private:
    /// Nothing, if the guest does not come to its end: i82559er may stop for good. For ours that is a failure
    /// of the measurement.
    static std::optional<Run> attempt(const Setup& setup);
    static Setup one_way(const std::string& model, uint64_t rate, double seconds);
    void exact();
    void on_this_host(unsigned cpus);
    void integrity();

    experiments::Bench& bench_;
    experiments::Report& report_;
    Table data_{"", {"clock", "cpus", "card", "packets_per_second"}, {}};
};

std::optional<Run> B9::attempt(const Setup& setup) {
    std::cout << "B9: " << setup.name << std::endl;
    if (setup.model == models.front())
        return experiments::perform(setup);
    try {
        return experiments::perform(setup);
    } catch (const harness::Failure& failure) {
        std::cout << failure.what() << std::endl;
        return std::nullopt;
    }
}

Setup B9::one_way(const std::string& model, uint64_t rate, double seconds) {
    return {.name = model + ", " + std::to_string(rate) + "/s",
            .left = {.rate = rate, .count = static_cast<uint64_t>(static_cast<double>(rate) * seconds)},
            .model = model,
            .losses_in_guest = true};
}

void B9::exact() {
    Table table{"One CPU, exact clock, 60 bytes",
                {"card", "instructions of the guest for a packet", "interrupts for a packet at 5000/s"},
                {}};
    for (const std::string& model : models) {
        const auto fast = attempt(one_way(model, flood, bench_.pick(0.5, 0.1)));
        const auto slow = attempt(one_way(model, trickle, bench_.pick(0.5, 0.1)));
        const double rate = fast ? fast->output_rate() : 0;
        table.rows.push_back({model, fast ? text_of(std::round(1e9 / ns_per_instruction / rate), 5) : "–",
                              slow ? text_of(slow->interrupts_per_packet()) : "–"});
        data_.rows.push_back({"exact", "1", model, text_of(rate, 6)});
    }
    report_.show(table, {.unit = "instructions per packet", .bars = 1});
}

void B9::on_this_host(unsigned cpus) {
    std::vector<std::vector<double>> rates(models.size());
    const unsigned rounds = bench_.pick(5u, 1u);
    for (unsigned round = 0; round < rounds; round++)
        for (std::size_t i = 0; i < models.size(); i++) {
            Setup setup = one_way(models[i], flood, bench_.pick(1.0, 0.3));
            setup.name += ", " + std::to_string(cpus) + (cpus == 1 ? " CPU" : " CPUs");
            setup.cpus = cpus;
            setup.host_clock = true;
            if (const auto run = attempt(setup)) {
                rates[i].push_back(run->output_rate());
                data_.rows.push_back({"host", std::to_string(cpus), models[i], text_of(rates[i].back(), 6)});
            }
        }
    Table table{
        "Packets forwarded per second on this host, " + std::to_string(cpus) + (cpus == 1 ? " CPU" : " CPUs"),
        {"card", "median (quartiles)", "runs of " + std::to_string(rounds) + " that came to their end"},
        {}};
    for (std::size_t i = 0; i < models.size(); i++)
        table.rows.push_back({models[i], rates[i].empty() ? "–" : experiments::spread_of(rates[i]),
                              std::to_string(rates[i].size())});
    report_.show(table, {"-" + std::to_string(cpus), "packets per second", false, 1});
}

/// Both ways at once, two CPUs that are threads of the host.
void B9::integrity() {
    Table table{"Numbered frames with a pattern, both ways at once, two CPUs",
                {"card", "sent", "lost", "out of order", "twice", "altered or foreign"},
                {}};
    for (const std::string& model : models) {
        Setup setup = one_way(model, trickle, bench_.pick(4.0, 0.4));
        setup.name += ", both ways, 2 CPUs";
        setup.left.size = 1514;
        setup.right = setup.left;
        setup.cpus = 2;
        setup.host_clock = true;
        const auto run = attempt(setup);
        if (!run) {
            table.rows.push_back({model, "–", "–", "–", "–", "–"});
            continue;
        }
        const auto sum = [&](const char* name) { return run->left.at(name) + run->right.at(name); };
        table.rows.push_back({model, std::to_string(sum("sent")), std::to_string(sum("lost")),
                              std::to_string(sum("reordered")), std::to_string(sum("duplicates")),
                              std::to_string(sum("foreign"))});
        if (model == models.front()) {
            const uint64_t wrong = sum("reordered") + sum("duplicates") + sum("foreign") + sum("lost");
            report_.judge({"B9.1", "e100: frames lost, altered, doubled or out of order",
                           std::to_string(wrong), "0", "0", wrong == 0});
        }
    }
    report_.show(table, {"-integrity", "frames"});
}

void B9::conduct() {
    report_.say(this_host() + " On the exact clock an instruction of the guest takes 4 ns and the host no "
                              "time; on this host's, the generator is a thread beside the guest's CPUs.");
    exact();
    for (const unsigned cpus : {1u, 2u})
        on_this_host(cpus);
    integrity();
    report_.data(data_);
}

const experiments::Registration
    known({"B9", "our driver as a router",
           "What does this project's driver get out of this card, and out of i82559er? The guest forwards "
           "from one card to another of the same kind; each frame is numbered and has a pattern.",
           [](experiments::Bench& bench, experiments::Report& report) { B9(bench, report).conduct(); }});

} // namespace
} // namespace bench
