// SPDX-License-Identifier: GPL-2.0-or-later
// B2: host instructions for a frame inside the device.
#include <cmath>
#include <iostream>

#include "device_cost.h"
#include "experiments/experiment.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::text_of;

constexpr const char* ours = "e100";
const std::vector<std::string> peers = {"i82559er", "e1000", "virtio-net-pci"};

void run(experiments::Bench& bench, experiments::Report& report) {
    Callgrind callgrind;
    std::vector<std::string> models = {ours};
    models.insert(models.end(), peers.begin(), peers.end());
    experiments::Table table{"Host instructions for a frame", {""}, {}};
    table.columns.insert(table.columns.end(), models.begin(), models.end());
    table.columns.push_back("the way to any of them");
    experiments::Table data{"", {"case", "card", "instructions"}, {}};
    for (const Direction direction : {Direction::Receive, Direction::Transmit})
        for (const std::size_t bytes : {60, 1514}) {
            const Case what{direction, bytes};
            std::vector<double> cost;
            std::vector<std::string> row = {what.name()};
            for (const std::string& model : models) {
                std::cout << "B2: " << what.name() << ", " << model << std::endl;
                cost.push_back(callgrind.instructions_per_frame(model, what, bench.pick(256u, 16u)));
                row.push_back(text_of(std::round(cost.back()), 4));
                data.rows.push_back({"\"" + what.name() + "\"", model, std::to_string(cost.back())});
            }
            row.push_back(direction == Direction::Receive
                              ? text_of(std::round(callgrind.instructions_on_the_way(what)), 4)
                              : "included");
            table.rows.push_back(row);
            report.judge({"B2.1", what.name() + ": as a part of i82559er's", text_of(cost[0] / cost[1]),
                          "≤ 0.5", "", cost[0] <= 0.5 * cost[1]});
            report.judge({"B2.2", what.name() + ": as a part of virtio-net's", text_of(cost[0] / cost[3]),
                          "≤ 1", "", cost[0] <= cost[3]});
        }
    report.say(
        this_host() +
        " Instructions are valgrind's count; on another host they differ only by what QEMU's main loop "
        "executes meanwhile, which is in those for transmit.");
    report.show(table);
    report.data(data);
}

const experiments::Registration known(
    {"B2", "inside the device",
     "How many instructions does the host execute for a frame inside the device, with no guest in the way? "
     "Descriptors are placed by hand, interrupts are off; frames come in bursts of 256, and the same number "
     "is handed over for transmission at once (to i82559er 16, which is all that it executes after a "
     "doorbell). Of a received frame the card's own part is counted; what generator, hub and QEMU's network "
     "layer execute before is the last column. Transmit includes QEMU's network layer.",
     run});

} // namespace
} // namespace bench
