// SPDX-License-Identifier: GPL-2.0-or-later
// B7: what a received packet costs Linux in interrupts and register accesses, from a small load to an
// overload.
#include <algorithm>
#include <iostream>
#include <memory>

#include "experiments/experiment.h"
#include "linux_card.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::Curve;
using experiments::Table;
using experiments::text_of;

constexpr unsigned bytes = 60;
const std::vector<double> multiples = {0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 4};

class B7 {
  public:
    B7(experiments::Bench& bench, experiments::Report& report) : bench_(bench), report_(report) {}
    void conduct();

  private:
    struct Measured {
        std::string name;
        double capacity = 0;
        std::vector<Cost> costs = {}; ///< by multiple
    };
    Measured measure(const Model& model);
    void show(const std::string& title, double Cost::*value);
    void draw(const std::string& suffix, const std::string& title, double Cost::*value);
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
    return result;
}

void B7::show(const std::string& title, double Cost::*value) {
    Table table{title, {"load / capacity"}, {}};
    for (const Measured& card : measured_)
        table.columns.push_back(card.name);
    for (std::size_t i = 0; i < multiples.size(); i++) {
        std::vector<std::string> row = {text_of(multiples[i])};
        for (const Measured& card : measured_)
            row.push_back(text_of(card.costs[i].*value));
        table.rows.push_back(row);
    }
    report_.show(table);
}

void B7::draw(const std::string& suffix, const std::string& title, double Cost::*value) {
    std::vector<Curve> curves;
    double most = 0;
    for (const Measured& card : measured_) {
        curves.push_back(
            {.label = card.name, .style = Curve::Style::Line, .color = static_cast<unsigned>(curves.size())});
        for (std::size_t i = 0; i < multiples.size(); i++)
            curves.back().points.emplace_back(multiples[i], card.costs[i].*value);
        most = std::max(most, card.costs[0].*value);
    }
    for (std::size_t i = 0; i < curves.size(); i++) // the curves end in one place
        curves[i].label_at = {2.5, most * (0.95 - 0.07 * static_cast<double>(i))};
    report_.picture(suffix, {.title = title,
                             .x_label = "offered load / capacity",
                             .y_label = "per packet received",
                             .x_range = {0, 4.2},
                             .curves = curves});
}

void B7::judge() {
    const Measured& ours = measured_[0];
    double accesses = 0, best = 0;
    for (std::size_t i = 0; i < multiples.size(); i++) {
        best = std::max(best, ours.costs[i].packets_per_second);
        if (multiples[i] >= 1.5)
            accesses = std::max(accesses, ours.costs[i].accesses);
    }
    report_.judge({"B7.1", "e100: register accesses per packet from 1.5 × capacity on", text_of(accesses),
                   "≤ 0.1", "0", accesses <= 0.1});
    const double kept = ours.costs.back().packets_per_second / best;
    report_.judge({"B7.2", "e100: received at 4 × capacity, as a part of the peak", text_of(kept), "≥ 0.95",
                   "1", kept >= 0.95});
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
                capacities + ".");
    show("Interrupts per packet", &Cost::interrupts);
    show("Register accesses per packet", &Cost::accesses);
    show("Packets received per second", &Cost::packets_per_second);
    draw("", "Interrupts of Linux's drivers by load", &Cost::interrupts);
    draw("-accesses", "Register accesses of Linux's drivers by load", &Cost::accesses);
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
