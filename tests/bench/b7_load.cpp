// SPDX-License-Identifier: GPL-2.0-or-later
// B7: what a received packet costs Linux in interrupts and register accesses, from a small load to an
// overload.
#include <algorithm>
#include <iostream>
#include <memory>

#include "experiments/experiment.h"
#include "experiments/statistics.h"
#include "linux_card.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::Chart;
using experiments::Table;
using experiments::text_of;

constexpr unsigned bytes = 60;
const std::vector<double> multiples = {0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 4};
const std::vector<double> peaks = {1, 1.5, 2}; ///< where the most is received
constexpr double deep = 4;                     ///< what is compared with them

class B7 {
  public:
    B7(experiments::Bench& bench, experiments::Report& report) : bench_(bench), report_(report) {}
    void conduct();

  private:
    struct Measured {
        std::string name;
        double capacity = 0;
        std::vector<Cost> costs = {}; ///< by multiple
        double kept = 0;              ///< of the peak, under deep overload
    };
    Measured measure(const Model& model);
    double kept_of_the_peak(LinuxCard& card, double capacity);
    void show_kept();
    void show(const std::string& title, double Cost::*value, const Chart& chart);
    void judge();

    experiments::Bench& bench_;
    experiments::Report& report_;
    std::vector<Measured> measured_;
};

B7::Measured B7::measure(const Model& model) {
    const double seconds = bench_.pick(1.0, 0.3);
    LinuxCard card(model);
    const auto load = [&](double rate) {
        return card.receive_and_count_accesses(bytes, static_cast<unsigned>(rate),
                                               static_cast<unsigned>(rate * seconds));
    };
    Measured result{.name = model.name};
    result.capacity = load(overload).packets_per_second;
    for (const double multiple : multiples) {
        std::cout << "B7: " << model.name << ", " << multiple << " × " << result.capacity << "/s"
                  << std::endl;
        result.costs.push_back(load(multiple * result.capacity));
    }
    std::cout << "B7: " << model.name << ", " << deep << " × beside the peak" << std::endl;
    result.kept = kept_of_the_peak(card, result.capacity);
    return result;
}

/// A glance at each load that may be the peak stands between two at the overload, without the trace.
double B7::kept_of_the_peak(LinuxCard& card, double capacity) {
    constexpr double glance = 0.2; // seconds
    const auto received = [&](double multiple) {
        const double rate = multiple * capacity;
        return card.receive(bytes, static_cast<unsigned>(rate), static_cast<unsigned>(rate * glance))
            .packets_per_second;
    };
    std::vector<std::vector<double>> kept(peaks.size());
    double before = received(deep);
    for (unsigned turn = 0; turn < bench_.pick(15u, 2u); turn++)
        for (std::size_t i = 0; i < peaks.size(); i++) {
            const double peak = received(peaks[i]), behind = received(deep);
            kept[i].push_back(experiments::ratio_beside(before, behind, peak));
            before = behind;
        }
    double least = 1e9;
    for (const auto& ratios : kept)
        least = std::min(least, experiments::median(ratios));
    return least;
}

void B7::show_kept() {
    Table table{"Received at 4 × capacity, as a part of the peak", {""}, {{""}}};
    for (const Measured& card : measured_) {
        table.columns.push_back(card.name);
        table.rows[0].push_back(text_of(card.kept));
    }
    report_.show(table, {.suffix = "-kept", .unit = "part of the peak"});
}

void B7::show(const std::string& title, double Cost::*value, const Chart& chart) {
    Table table{title, {"load / capacity"}, {}};
    for (const Measured& card : measured_)
        table.columns.push_back(card.name);
    for (std::size_t i = 0; i < multiples.size(); i++) {
        std::vector<std::string> row = {text_of(multiples[i])};
        for (const Measured& card : measured_)
            row.push_back(text_of(card.costs[i].*value));
        table.rows.push_back(row);
    }
    report_.show(table, chart);
}

void B7::judge() {
    const Measured& ours = measured_[0];
    double accesses = 0;
    for (std::size_t i = 0; i < multiples.size(); i++)
        if (multiples[i] >= 1.5)
            accesses = std::max(accesses, ours.costs[i].accesses);
    report_.judge({"B7.1", "e100: register accesses per packet from 1.5 × capacity on", text_of(accesses),
                   "≤ 0.1", "0", accesses <= 0.1});
    report_.judge({"B7.2", "e100: received at 4 × capacity, as a part of the peak", text_of(ours.kept),
                   "≥ 0.95", "1", ours.kept >= 0.95});
}

void B7::conduct() {
    for (const Model& model : {Model{"e100", "e100"}, e100_with_bundling(), Model{"i82559er", "i82559er"},
                               Model{"e1000", "e1000"}})
        measured_.push_back(measure(model));
    std::string capacities;
    for (const Measured& card : measured_)
        capacities += (capacities.empty() ? "" : "; ") + card.name + " " + text_of(card.capacity, 4);
    report_.say(this_host() +
                " Guest: Debian's Linux kernel, one CPU, TCG, frames of 60 bytes. QEMU's trace "
                "counts the accesses and slows every one of them. Capacity, in packets a second "
                "at 200 000 offered: " +
                capacities +
                ". The peak is compared without the trace: loads of 1, 1.5 and 2 × capacity stand in turns "
                "between two of 4 ×, medians; the lowest counts.");
    show("Interrupts per packet", &Cost::interrupts, {.unit = "per packet", .log = true});
    show("Register accesses per packet", &Cost::accesses, {"-accesses", "per packet", true});
    show("Packets received per second", &Cost::packets_per_second, {"-rates", "packets per second"});
    show_kept();
    judge();
    Table data{"", {"card", "load", "packets_per_second", "interrupts", "accesses", "lost"}, {}};
    for (const Measured& card : measured_)
        for (std::size_t i = 0; i < multiples.size(); i++)
            data.rows.push_back({"\"" + card.name + "\"", text_of(multiples[i]),
                                 text_of(card.costs[i].packets_per_second, 5),
                                 text_of(card.costs[i].interrupts, 4), text_of(card.costs[i].accesses, 4),
                                 text_of(card.costs[i].lost, 4)});
    report_.data(data);
}

const experiments::Registration
    known({"B7", "interrupts and register accesses",
           "How many interrupts and register accesses does a packet cost Linux's driver, from a tenth of "
           "what the guest "
           "can take to four times as much?",
           [](experiments::Bench& bench, experiments::Report& report) { B7(bench, report).conduct(); }});

} // namespace
} // namespace bench
