// SPDX-License-Identifier: GPL-2.0-or-later
// B8: what Linux executes for a packet, and where. On the exact clock, where each instruction of the guest
// takes a nanosecond and the host none, so what the host is and does has no part in it.
#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <map>

#include "experiments/experiment.h"
#include "linux_card.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::Table;
using experiments::text_of;

constexpr unsigned flood = 500'000; ///< frames a second that no guest takes on this clock
constexpr unsigned easy = 20'000;   ///< between two of these it falls asleep
const std::vector<unsigned> sizes = {60, 1514};
constexpr double telling = 1.5;                       ///< looks of a hundred that two differ in
constexpr const char* compared[] = {"e100", "e1000"}; ///< function by function
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
        double busy = 0;                                 ///< ns for a packet at the easy rate
        GuestProfile profile = {};
    };
    Measured measure(Model model);
    void show_instructions();
    void show_profile();
    void show_rates();
    void judge();

    experiments::Bench& bench_;
    experiments::Report& report_;
    const unsigned looks_ = bench_.pick(4'000u, 400u); ///< at where the guest is
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
    std::cout << "B8: " << model.name << ", asleep between packets" << std::endl;
    result.busy = card.busy_ns(sizes[0], easy, bench_.pick(200'000u, 20'000u));
    if (model.name == compared[0] || model.name == compared[1]) {
        std::cout << "B8: " << model.name << ", where the guest is" << std::endl;
        result.profile = card.profile(sizes[0], flood, looks_);
    }
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
    std::vector<std::string> row = {"receive, 60 bytes, " + std::to_string(easy) + "/s"};
    for (const Measured& card : measured_) {
        row.push_back(text_of(std::round(card.busy), 5));
        data.rows.push_back({"\"" + card.name + "\"", "receive at " + std::to_string(easy) + "/s", "60",
                             text_of(card.busy, 6)});
    }
    table.rows.push_back(row);
    report_.show(table, {.unit = "instructions per packet"});
    report_.data(data);
}

/// What the two differ in.
void B8::show_profile() {
    Table table{"Where the guest is, of a hundred looks, at " + std::to_string(flood) + "/s",
                {"function", compared[0], compared[1]},
                {}};
    std::map<std::string, std::array<double, 2>> parts;
    for (const Measured& card : measured_)
        for (const auto& [function, part] : card.profile)
            parts[function][card.name == compared[1]] = 100 * part;
    std::vector<std::pair<std::string, std::array<double, 2>>> sorted(parts.begin(), parts.end());
    std::erase_if(sorted, [](const auto& row) { return std::fabs(row.second[0] - row.second[1]) < telling; });
    std::ranges::stable_sort(sorted, std::ranges::greater{},
                             [](const auto& row) { return row.second[0] - row.second[1]; });
    for (const auto& [function, part] : sorted)
        table.rows.push_back({function, text_of(part[0], 2), text_of(part[1], 2)});
    report_.show(table, {"-profile", "of a hundred looks"});
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
    report_.show(table, {"-rates", "packets per second"});
}

void B8::judge() {
    const std::vector<double>& rates = measured_[0].rates;
    const double kept = rates.back() / std::ranges::max(rates);
    report_.judge({"B8.1", "e100: received at 4 × capacity, as a part of the peak", text_of(kept), "≥ 0.95",
                   "1", kept >= 0.95});
    const auto named = [this](const char* name) {
        return std::ranges::find(measured_, name, &Measured::name);
    };
    const double part = named("e100, bundling")->busy / named("i82559er")->busy;
    report_.judge({"B8.2", "instructions for a packet, 20 000/s with bundling, as a part of i82559er's",
                   text_of(part), "≤ 0.7", "", part <= 0.7});
}

void B8::conduct() {
    for (const Model& model : all_models())
        measured_.push_back(measure(model));
    report_.say(this_host() +
                " Guest: Debian's Linux kernel, one CPU, a nanosecond for an instruction "
                "(`-icount shift=0`). Received packets are for another host, so Linux's IP "
                "layer drops them; pktgen sends. An access to a register is one instruction "
                "here, as any other. At 20 000 a second the guest sleeps between packets; "
                "counted is what it does not sleep, with interrupts and falling asleep. "
                "Where the guest is: it was stopped " +
                std::to_string(looks_) +
                " times while it was flooded; shown are "
                "functions in which the two spend differently much of their time.");
    show_instructions();
    show_profile();
    show_rates();
    judge();
}

const experiments::Registration
    known({"B8", "the guest's part",
           "How many instructions does Linux execute for a packet with each card's driver, and where, so how "
           "much of what B3 shows is the guest's, and does its throughput fall under overload?",
           [](experiments::Bench& bench, experiments::Report& report) { B8(bench, report).conduct(); }});

} // namespace
} // namespace bench
