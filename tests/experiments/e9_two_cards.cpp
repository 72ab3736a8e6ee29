// SPDX-License-Identifier: GPL-2.0-or-later
// E9: two cards on one CPU: both flooded, and one flooded beside one with little traffic.
#include <cmath>

#include "calibration.h"

namespace experiments {
namespace {

uint64_t arrived_from_the_right(const Run& run) { return run.left.at("received") - warm_up_frames; }

void run(Bench& bench, Report& report) {
    const std::string padding = padding_for(bench, packet_us);
    const double capacity_pps = capacity(bench, {padding});
    const auto load = [&](double multiple) {
        const auto rate = static_cast<uint64_t>(multiple * capacity_pps);
        return Load{.rate = rate,
                    .count = static_cast<uint64_t>(static_cast<double>(rate) * bench.pick(1.0, 0.4))};
    };
    const Load slow{.rate = 1000, .count = bench.pick<uint64_t>(1000, 400)};
    std::vector<Setup> setups;
    for (const char* policy : {"linux", "resume"}) {
        const std::vector<std::string> options = {padding, std::string("rnr_policy=") + policy};
        setups.push_back({.name = std::string("both flooded, ") + policy,
                          .options = options,
                          .left = load(1.5),
                          .right = load(1.5)});
        setups.push_back({.name = std::string("one flooded, ") + policy,
                          .options = options,
                          .left = load(3),
                          .right = slow});
    }
    const std::vector<Run> runs = bench.run(setups);
    Table table{"Packets received",
                {"setup", "eth0 offered", "eth0 received", "eth1 offered", "eth1 received", "eth1 lost"},
                {}};
    Curve share0{.label = "eth0", .color = 0}, share1{.label = "eth1", .color = 1};
    for (size_t i = 0; i < runs.size(); i++) {
        const Run& each = runs[i];
        table.rows.push_back({each.setup.name, text_of(each.setup.left.count),
                              text_of(each["eth0.rx_packets"]), text_of(each.setup.right.count),
                              text_of(each["eth1.rx_packets"]), text_of(each["eth1.rx_resource_errors"])});
        const double first = static_cast<double>(each["eth0.rx_packets"]),
                     second = static_cast<double>(each["eth1.rx_packets"]);
        share0.points.push_back({static_cast<double>(i) + 1, first / each.setup.left.seconds() / 1000});
        share1.points.push_back({static_cast<double>(i) + 1, second / each.setup.left.seconds() / 1000});
        if (i % 2 == 0)
            report.judge({"E9.N5", each.setup.name + ": difference of what the two received",
                          percent(std::fabs(first / second - 1)), "< 1 %", "0: one poll at most",
                          std::fabs(first / second - 1) < 0.01});
        else
            report.judge({"E9.N6", each.setup.name + ": frames of the slow one that are lost",
                          text_of(each.setup.right.count - arrived_from_the_right(each)), "0", "0",
                          arrived_from_the_right(each) == each.setup.right.count});
    }
    report.say("Two cards, one CPU, capacity " + text_of(capacity_pps) +
               " packets/s altogether, weight 16 each. Both forward to each other's wire: first both are "
               "offered 1.5 × capacity, then eth0 three times and eth1 1000 a second.");
    report.show(table);
    Table data = table;
    data.columns = {"setup", "eth0_offered", "eth0_received", "eth1_offered", "eth1_received", "eth1_lost"};
    data.rows.clear();
    for (const Run& each : runs)
        data.rows.push_back({"\"" + each.setup.name + "\"", std::to_string(each.setup.left.count),
                             std::to_string(each["eth0.rx_packets"]), std::to_string(each.setup.right.count),
                             std::to_string(each["eth1.rx_packets"]),
                             std::to_string(each["eth1.rx_resource_errors"])});
    report.data(data);
    report.picture("", {.title = "What each card's packets get of the CPU",
                        .x_label = "setup",
                        .y_label = "received (1000 packets/s)",
                        .x_range = {0.5, 4.7},
                        .y_range = {0, capacity_pps / 1000 * 1.15},
                        .curves = {share0, share1},
                        .more = {"set xtics ('both flooded, linux' 1, 'one flooded, linux' 2, 'both flooded, "
                                 "resume' 3, 'one flooded, resume' 4) font ',10'"}});
}

const Registration known({"E9", "two cards",
                          "Does each of two flooded cards get its share, and does a card with little traffic "
                          "suffer from its neighbour's flood?",
                          run});

} // namespace
} // namespace experiments
