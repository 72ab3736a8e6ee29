// SPDX-License-Identifier: GPL-2.0-or-later
// B4: what a frame costs inside the device as rings, frames and machines grow.
#include <algorithm>
#include <cmath>
#include <iostream>

#include "device_cost.h"
#include "experiments/experiment.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::percent;
using experiments::Table;
using experiments::text_of;

constexpr double flat = 0.05;
const std::vector<std::string> models = {"e100", "i82559er"};

class B4 {
  public:
    B4(experiments::Bench& bench, experiments::Report& report) : bench_(bench), report_(report) {}
    void conduct();

  private:
    double cost(const std::string& model, const Case& what);
    /// A table with a row for each case; returns how far e100's cost is from its mean, at most.
    double compare(const std::string& what, Direction direction,
                   const std::vector<std::pair<std::string, Case>>& cases);

    experiments::Bench& bench_;
    experiments::Report& report_;
    Table data_{"", {"direction", "bytes", "descriptors", "cards", "card", "instructions"}, {}};
    Callgrind callgrind_;
};

const char* name_of(Direction direction) { return direction == Direction::Receive ? "receive" : "transmit"; }

double B4::cost(const std::string& model, const Case& what) {
    std::cout << "B4: " << what.name() << ", " << what.descriptors << " descriptors, " << what.cards << " × "
              << model << std::endl;
    Case counted = what;
    counted.command_unit_only = what.direction == Direction::Transmit && model == models.front();
    const double instructions = callgrind_.instructions_per_frame(model, counted, bench_.pick(256u, 8u));
    data_.rows.push_back({name_of(what.direction), std::to_string(what.bytes),
                          std::to_string(what.descriptors), std::to_string(what.cards), model,
                          std::to_string(instructions)});
    return instructions;
}

double B4::compare(const std::string& what, Direction direction,
                   const std::vector<std::pair<std::string, Case>>& cases) {
    Table table{"Instructions by " + what + ", " + name_of(direction), {""}, {}};
    table.columns.insert(table.columns.end(), models.begin(), models.end());
    std::vector<double> ours;
    for (const auto& [name, each] : cases) {
        std::vector<std::string> row = {name};
        for (const std::string& model : models) {
            const double instructions = cost(model, each);
            if (model == models.front())
                ours.push_back(instructions);
            row.push_back(text_of(std::round(instructions), 4));
        }
        table.rows.push_back(row);
    }
    report_.show(table, {.suffix = std::string("-") + name_of(direction) + "-" + what,
                         .unit = "host instructions per frame"});
    const auto [least, most] = std::ranges::minmax(ours);
    return (most - least) / (most + least);
}

void B4::conduct() {
    report_.say(this_host() +
                " Instructions are valgrind's count, as in B2, but of a frame that e100 transmits only what "
                "its command unit executes is counted, which is exact; of i82559er's all of QEMU. Frames "
                "have 60 bytes where nothing else is said.");
    for (const Direction direction : {Direction::Receive, Direction::Transmit}) {
        std::vector<std::pair<std::string, Case>> rings, machines, frames;
        for (const unsigned descriptors : {16u, 32u, 64u, 128u, 256u})
            rings.push_back({std::to_string(descriptors) + " descriptors", {direction, 60, descriptors}});
        for (const unsigned cards : {1u, 2u, 4u, 8u})
            machines.push_back(
                {std::to_string(cards) + (cards == 1 ? " card" : " cards"), {direction, 60, 256, cards}});
        for (const std::size_t bytes : {60, 128, 256, 512, 1024, 1514})
            frames.push_back({std::to_string(bytes) + " bytes", {direction, bytes}});
        const std::string name = name_of(direction);
        const double by_ring = compare("ring", direction, rings);
        report_.judge({"B4.1", name + ", 16 to 256 descriptors: distance from the middle", percent(by_ring),
                       "≤ 5 %", "0", by_ring <= flat});
        const double by_cards = compare("cards", direction, machines);
        report_.judge({"B4.2", name + ", 1 to 8 cards: distance from the middle", percent(by_cards), "≤ 5 %",
                       "0", by_cards <= flat});
        compare("size", direction, frames);
    }
    report_.data(data_);
}

const experiments::Registration
    known({"B4", "growth",
           "Does a frame's cost inside the device grow with the ring, with the number of cards in the "
           "machine, with "
           "the frame?",
           [](experiments::Bench& bench, experiments::Report& report) { B4(bench, report).conduct(); }});

} // namespace
} // namespace bench
