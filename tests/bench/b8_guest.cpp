// SPDX-License-Identifier: GPL-2.0-or-later
// B8: what Linux executes for a packet. On the exact clock, where each instruction of the guest takes a
// nanosecond and the host none, so what the host is and does has no part in it.
#include <algorithm>
#include <cmath>
#include <iostream>

#include "experiments/experiment.h"
#include "linux_card.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::Table;
using experiments::text_of;

constexpr unsigned flood = 500'000; ///< frames a second that no guest takes on this clock
const std::vector<unsigned> sizes = {60, 1514};
const std::vector<double> multiples = {0.5, 1, 1.5, 2, 4};

/// Of the machine's clock.
double received_per_second(const Cost& cost, double rate) { return rate * (1 - cost.lost); }

class B8 {
  public:
    B8(experiments::Bench& bench, experiments::Report& report) : bench_(bench), report_(report) {}
    void conduct();

  private:
    struct Measured {
        std::string name;
        std::vector<double> receive = {}, transmit = {}; ///< ns for a packet, by size
        std::vector<double> rates = {};                  ///< received a second, by multiple
    };
    Measured measure(Model model);
    void show_instructions();
    void show_rates();
    void judge();

    experiments::Bench& bench_;
    experiments::Report& report_;
    std::vector<Measured> measured_;
};

B8::Measured B8::measure(Model model) {
    const double seconds = bench_.pick(0.5, 0.1);
    model.exact_clock = true;
    LinuxCard card(model);
    const auto received = [&](unsigned bytes, double rate) {
        std::cout << "B8: " << model.name << ", " << bytes << " bytes, " << std::round(rate) << "/s"
                  << std::endl;
        const Cost cost =
            card.receive(bytes, static_cast<unsigned>(rate), static_cast<unsigned>(rate * seconds));
        return received_per_second(cost, rate);
    };
    Measured result{.name = model.name};
    for (const unsigned bytes : sizes) {
        result.receive.push_back(1e9 / received(bytes, flood));
        const Cost sent = card.transmit(bytes, 0, bench_.pick(50'000u, 5'000u));
        result.transmit.push_back(1e9 / sent.packets_per_second);
    }
    const double capacity = 1e9 / result.receive[0];
    for (const double multiple : multiples)
        result.rates.push_back(received(sizes[0], multiple * capacity));
    return result;
}

void B8::show_instructions() {
    Table table{"Instructions of the guest for a packet", {""}, {}};
    Table data{"", {"card", "direction", "bytes", "instructions"}, {}};
    for (const Measured& card : measured_)
        table.columns.push_back(card.name);
    for (const bool in : {true, false})
        for (std::size_t size = 0; size < sizes.size(); size++) {
            const std::string direction = in ? "receive" : "transmit";
            std::vector<std::string> row = {direction + ", " + std::to_string(sizes[size]) + " bytes"};
            for (const Measured& card : measured_) {
                const double instructions = (in ? card.receive : card.transmit)[size];
                row.push_back(text_of(std::round(instructions), 5));
                data.rows.push_back({"\"" + card.name + "\"", direction, std::to_string(sizes[size]),
                                     text_of(instructions, 6)});
            }
            table.rows.push_back(row);
        }
    report_.show(table);
    report_.data(data);
}

void B8::show_rates() {
    Table table{"Packets received per second of the machine's clock, 60 bytes", {"load / capacity"}, {}};
    for (const Measured& card : measured_)
        table.columns.push_back(card.name);
    for (std::size_t i = 0; i < multiples.size(); i++) {
        std::vector<std::string> row = {text_of(multiples[i])};
        for (const Measured& card : measured_)
            row.push_back(text_of(std::round(card.rates[i]), 6));
        table.rows.push_back(row);
    }
    report_.show(table);
}

void B8::judge() {
    const std::vector<double>& rates = measured_[0].rates;
    const double kept = rates.back() / std::ranges::max(rates);
    report_.judge({"B8.1", "e100: received at 4 × capacity, as a part of the peak", text_of(kept), "≥ 0.95",
                   "1", kept >= 0.95});
}

void B8::conduct() {
    for (const Model& model : all_models())
        measured_.push_back(measure(model));
    report_.say(this_host() + " Guest: Debian's Linux kernel, one CPU, a nanosecond for an instruction "
                              "(`-icount shift=0`). Received packets are for another host, so Linux's IP "
                              "layer drops them; pktgen sends. An access to a register is one instruction "
                              "here, as any other.");
    show_instructions();
    show_rates();
    judge();
}

const experiments::Registration
    known({"B8", "the guest's part",
           "How many instructions does Linux execute for a packet with each card's driver, so how much of "
           "what B3 "
           "shows is the guest's, and does its throughput fall under overload?",
           [](experiments::Bench& bench, experiments::Report& report) { B8(bench, report).conduct(); }});

} // namespace
} // namespace bench
