// SPDX-License-Identifier: GPL-2.0-or-later
// E10: no memory for new receive buffers, for five seconds under traffic.
#include "calibration.h"

namespace experiments {
namespace {

constexpr uint64_t rate = 1000;
constexpr unsigned fails_s = 5;
constexpr double kept =
    254 + 3072 / 62; ///< frames for which there is room without new buffers: ring and FIFO

void run(Bench& bench, Report& report) {
    std::vector<Setup> setups;
    for (const char* policy : {"linux", "resume"})
        setups.push_back(
            {.name = std::string("rnr_policy ") + policy,
             .options = {std::string("rnr_policy=") + policy},
             .left = {.rate = rate, .count = rate * 9},
             .during = {"sleep 0.65", "driver alloc_fails on", "sleep 5", "driver alloc_fails off"}});
    const std::vector<Run> runs = bench.run(setups);
    Table table{"Five seconds without memory at 1000 frames/s",
                {"rnr_policy", "offered", "forwarded", "lost in a row", "standstill s", "RNR interrupts",
                 "interrupts", "failed allocations"},
                {}};
    Table data = table;
    data.columns = {"rnr_policy",   "offered", "forwarded",  "longest_gap",
                    "standstill_s", "irq_rnr", "interrupts", "failed_allocations"};
    for (const Run& each : runs) {
        const std::string policy = each.setup.options[0].substr(11);
        const uint64_t gap = each.right.at("longest-gap");
        const double standstill = (static_cast<double>(gap) + kept) / rate;
        table.rows.push_back({policy, text_of(each.offered()), text_of(each.forwarded()), text_of(gap),
                              text_of(standstill), text_of(each["eth0.irq_rnr"]),
                              text_of(each["eth0.interrupts"]), text_of(each["packets.failed"])});
        data.rows.push_back({policy, std::to_string(each.offered()), std::to_string(each.forwarded()),
                             std::to_string(gap), std::to_string(standstill),
                             std::to_string(each["eth0.irq_rnr"]), std::to_string(each["eth0.interrupts"]),
                             std::to_string(each["packets.failed"])});
        report.judge({"E10.1", policy + ": traffic resumes after memory is back, s",
                      text_of(standstill - fails_s), "≤ 2.1: the watchdog's period and a poll", "0 … 2",
                      standstill - fails_s <= 2.1});
        report.judge({"E10.2", policy + ": the whole ring was used up first", text_of(gap) + " lost in a row",
                      "≥ " + text_of(rate * fails_s - kept - 20),
                      text_of(rate * fails_s - kept) + " and the wait",
                      static_cast<double>(gap) >= rate * fails_s - kept - 20});
        report.judge({"E10.3", policy + ": RNR interrupts against frames offered",
                      text_of(each["eth0.irq_rnr"]), "≤ " + text_of(each.offered()), "a few",
                      each["eth0.irq_rnr"] <= each.offered()});
        report.judge({"E10.4", policy + ": lost frames that the card did not count",
                      text_of(each.offered() - each.forwarded() - each["eth0.rx_resource_errors"]), "0", "0",
                      each.offered() - each.forwarded() == each["eth0.rx_resource_errors"]});
    }
    report.say("From one moment on each allocation of a packet fails (`driver alloc_fails on`); after five "
               "seconds they succeed again. The ring shrinks to its stopper, the receive unit stops, "
               "the watchdog's software interrupt tries every two seconds. No leak and no reordering: the "
               "laws below.");
    report.show(table);
    report.data(data);
    Curve lost{.label = "lost in a row", .color = 1},
        waits{.label = "of these, while there was memory", .color = 0};
    report.picture("",
                   {.title = "Standstill after the ring was used up",
                    .x_label = "rnr_policy (1: linux, 2: resume)",
                    .y_label = "seconds",
                    .x_range = {0.5, 2.9},
                    .y_range = {0, 8},
                    .curves = {{.label = "memory is back",
                                .points = {{0.5, fails_s}, {2.9, fails_s}},
                                .style = Curve::Style::Dashed,
                                .color = 6,
                                .label_at = {2.3, fails_s + 0.3}},
                               {.label = "latest, by the watchdog",
                                .points = {{0.5, fails_s + 2}, {2.9, fails_s + 2}},
                                .style = Curve::Style::Dashed,
                                .color = 1,
                                .label_at = {2.2, fails_s + 2.3}},
                               {.label = "traffic flows again",
                                .points = {{1, std::stod(data.rows[0][4])}, {2, std::stod(data.rows[1][4])}},
                                .color = 0}},
                    .more = {"set xtics ('linux' 1, 'resume' 2)"}});
}

const Registration known({"E10", "no memory for buffers",
                          "What happens when no receive buffer can be had for five seconds, and how long "
                          "does it take until traffic flows again?",
                          run});

} // namespace
} // namespace experiments
