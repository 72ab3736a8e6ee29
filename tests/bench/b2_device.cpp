// SPDX-License-Identifier: GPL-2.0-or-later
// B2: host instructions for a frame inside the device.
#include <cmath>
#include <iostream>
#include <optional>

#include "device_cost.h"
#include "experiments/experiment.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::text_of;

const std::vector<std::string> models = {"e100", "i82559er", "e1000", "virtio-net-pci"};

class B2 {
  public:
    B2(experiments::Bench& bench, experiments::Report& report) : bench_(bench), report_(report) {}
    void conduct();

  private:
    void count(const Case& what);
    void measure_time(const Case& what);

    experiments::Bench& bench_;
    experiments::Report& report_;
    std::optional<Callgrind> callgrind_; ///< while it is there, each QEMU runs in it
    experiments::Table instructions_ = table_of("Host instructions for a frame or a write");
    experiments::Table times_ = table_of("CPU time for a frame, ns");
    experiments::Table data_{"", {"case", "card", "instructions", "cpu_ns"}, {}};

    static experiments::Table table_of(const std::string& title) {
        experiments::Table table{title, {""}, {}};
        table.columns.insert(table.columns.end(), models.begin(), models.end());
        return table;
    }
};

void B2::count(const Case& what) {
    std::vector<double> cost;
    std::vector<std::string> row = {what.name()};
    for (const std::string& model : models) {
        std::cout << "B2: " << what.name() << ", " << model << std::endl;
        cost.push_back(callgrind_->instructions_per_frame(model, what, bench_.pick(256u, 16u)));
        row.push_back(text_of(std::round(cost.back()), 4));
        data_.rows.push_back({"\"" + what.name() + "\"", model, std::to_string(cost.back()), ""});
    }
    row.push_back(what.direction == Direction::Receive
                      ? text_of(std::round(callgrind_->instructions_on_the_way(what)), 4)
                      : "included");
    instructions_.rows.push_back(row);
    if (what.direction == Direction::RegisterWrite)
        return;
    report_.judge({"B2.1", what.name() + ": as a part of i82559er's", text_of(cost[0] / cost[1]), "≤ 0.5", "",
                   cost[0] <= 0.5 * cost[1]});
    report_.judge({"B2.2", what.name() + ": as a part of virtio-net's", text_of(cost[0] / cost[3]), "≤ 1", "",
                   cost[0] <= cost[3]});
}

void B2::measure_time(const Case& what) {
    std::cout << "B2: " << what.name() << ", CPU time" << std::endl;
    const auto ns = cpu_ns_per_frame(models, what, bench_.pick(11u, 3u), bench_.pick(400u, 40u));
    std::vector<std::string> row = {what.name()};
    for (std::size_t i = 0; i < models.size(); i++) {
        row.push_back(experiments::spread_of(ns[i]));
        for (const double each : ns[i])
            data_.rows.push_back({"\"" + what.name() + "\"", models[i], "", std::to_string(each)});
    }
    times_.rows.push_back(row);
}

void B2::conduct() {
    std::vector<Case> frames;
    for (const Direction direction : {Direction::Receive, Direction::Transmit})
        for (const std::size_t bytes : {60, 1514})
            frames.push_back({direction, bytes});
    callgrind_.emplace();
    instructions_.columns.push_back("the way to any of them");
    for (const Case& what : frames)
        count(what);
    count({Direction::RegisterWrite, 0});
    callgrind_.reset();
    for (const Case& what : frames)
        measure_time(what);
    report_.say(
        this_host() +
        " Instructions are valgrind's count; on another host they differ only by what QEMU's main loop "
        "executes meanwhile, which is in those for transmit. A register write is one that a driver's "
        "interrupt handler does (with virtio-net the notification of an empty queue), with QEMU's dispatch. "
        "CPU time is that of QEMU by itself, less what it takes without the card; medians and quartiles.");
    report_.show(instructions_, {.unit = "host instructions"});
    report_.show(times_, {"-time", "ns"});
    report_.data(data_);
}

const experiments::Registration known(
    {"B2", "inside the device",
     "How many instructions does the host execute for a frame inside the device, with no guest in the way? "
     "Descriptors are placed by hand, interrupts are off; frames come in bursts of 256, and the same number "
     "is handed over for transmission at once (to i82559er 16, which is all that it executes after a "
     "doorbell). Of a received frame the card's own part is counted; what generator, hub and QEMU's network "
     "layer execute before is the last column. Transmit includes QEMU's network layer.",
     [](experiments::Bench& bench, experiments::Report& report) { B2(bench, report).conduct(); }});

} // namespace
} // namespace bench
