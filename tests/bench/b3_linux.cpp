// SPDX-License-Identifier: GPL-2.0-or-later
// B3: Linux's own drivers. A machine for each card stays up; the cards take turns with each load, so that
// what else the host does meets all of them.
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <memory>

#include "experiments/experiment.h"
#include "experiments/statistics.h"
#include "linux_card.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::Curve;
using experiments::Table;
using experiments::text_of;

enum class Direction { Receive, Transmit };
constexpr unsigned full_blast = 0;

struct Load {
    Direction direction;
    unsigned bytes;
    unsigned rate; ///< frames a second, or full_blast
    std::string name() const {
        return std::string(direction == Direction::Receive ? "receive, " : "transmit, ") +
               std::to_string(bytes) + " bytes, " +
               (rate == full_blast ? "full blast" : std::to_string(rate) + "/s");
    }
};

using Value = double Cost::*;

class B3 {
  public:
    B3(experiments::Bench& bench, experiments::Report& report) : bench_(bench), report_(report) {
        sizes_ = bench.pick<std::vector<unsigned>>({60, 128, 256, 512, 1024, 1514}, {60, 1514});
        rates_ = bench.pick<std::vector<unsigned>>({5'000, 20'000, 50'000}, {20'000});
    }
    void conduct();

  private:
    void measure(const Load& load);
    void measure_all();
    std::vector<double> values_of(const Load& load, std::size_t model, Value value) const;
    double median_of(const Load& load, std::size_t model, Value value) const;
    double ratio(const Load& load, std::size_t model, std::size_t peer, Value value) const;
    std::vector<Load> blast(Direction direction) const;
    std::vector<Load> paced(Direction direction) const;
    void show(const std::string& title, const std::vector<Load>& loads, Value value, int digits = 3);
    void draw(const std::string& suffix, const std::string& title, const std::string& y_label,
              const std::vector<Load>& loads, Value value);
    void judge_transmit();
    void judge_receive();
    Table all_points() const;

    experiments::Bench& bench_;
    experiments::Report& report_;
    const std::vector<Model> models_ = all_models();
    std::vector<unsigned> sizes_, rates_;
    const unsigned rounds_ = bench_.pick(7u, 1u);
    std::vector<std::unique_ptr<LinuxCard>> cards_;
    std::map<std::string, std::vector<std::vector<Cost>>> costs_; ///< by load and model
};

constexpr std::size_t ours = 0, bundling = 1, i82559er = 2, e1000 = 3, first_peer = 2;

void B3::measure(const Load& load) {
    auto& costs = costs_[load.name()];
    costs.resize(models_.size());
    const double seconds = bench_.pick(0.4, 0.3);
    for (std::size_t i = 0; i < cards_.size(); i++) {
        std::cout << "B3: " << load.name() << ", " << models_[i].name << std::endl;
        const auto count = static_cast<unsigned>((load.rate == full_blast ? 50'000 : load.rate) * seconds);
        if (load.direction == Direction::Transmit)
            costs[i].push_back(cards_[i]->transmit(load.bytes, load.rate, count));
        else if (load.rate == full_blast)
            costs[i].push_back(cards_[i]->receive(load.bytes, overload, count * (overload / 50'000)));
        else
            costs[i].push_back(cards_[i]->receive(load.bytes, load.rate, count));
    }
}

std::vector<Load> B3::blast(Direction direction) const {
    std::vector<Load> loads;
    for (const unsigned bytes : sizes_)
        loads.push_back({direction, bytes, full_blast});
    return loads;
}

std::vector<Load> B3::paced(Direction direction) const {
    std::vector<Load> loads;
    for (const unsigned rate : rates_)
        loads.push_back({direction, 60, rate});
    return loads;
}

void B3::measure_all() {
    for (const Model& model : models_) {
        std::cout << "B3: Linux boots with " << model.name << std::endl;
        cards_.push_back(std::make_unique<LinuxCard>(model));
    }
    for (unsigned round = 0; round < rounds_; round++)
        for (const Direction direction : {Direction::Transmit, Direction::Receive})
            for (const auto& loads : {blast(direction), paced(direction)})
                for (const Load& load : loads)
                    measure(load);
}

std::vector<double> B3::values_of(const Load& load, std::size_t model, Value value) const {
    std::vector<double> values;
    for (const Cost& cost : costs_.at(load.name())[model])
        values.push_back(cost.*value);
    return values;
}

double B3::median_of(const Load& load, std::size_t model, Value value) const {
    return experiments::median(values_of(load, model, value));
}

double B3::ratio(const Load& load, std::size_t model, std::size_t peer, Value value) const {
    return experiments::median_ratio(values_of(load, model, value), values_of(load, peer, value));
}

void B3::show(const std::string& title, const std::vector<Load>& loads, Value value, int digits) {
    Table table{title, {""}, {}};
    for (const Model& model : models_)
        table.columns.push_back(model.name);
    for (const Load& load : loads) {
        std::vector<std::string> row = {load.name()};
        for (std::size_t i = 0; i < models_.size(); i++)
            row.push_back(text_of(median_of(load, i, value), digits));
        table.rows.push_back(row);
    }
    report_.show(table);
}

void B3::draw(const std::string& suffix, const std::string& title, const std::string& y_label,
              const std::vector<Load>& loads, Value value) {
    std::vector<Curve> curves;
    double most = 0;
    for (std::size_t i = 0; i < models_.size(); i++) {
        Curve curve{.label = models_[i].name, .style = Curve::Style::Line, .color = static_cast<unsigned>(i)};
        for (const Load& load : loads)
            curve.points.emplace_back(load.bytes, median_of(load, i, value));
        for (const auto& point : curve.points)
            most = std::max(most, point.second);
        curves.push_back(curve);
    }
    for (std::size_t i = 0; i < curves.size(); i++) // the curves end close together
        curves[i].label_at = {1560, most * (0.95 - 0.07 * static_cast<double>(i))};
    report_.picture(suffix, {.title = title,
                             .x_label = "bytes of a frame, without FCS",
                             .y_label = y_label,
                             .x_range = {0, 2000},
                             .y_range = {0, most * 1.05},
                             .curves = curves});
}

Table B3::all_points() const {
    Table data{"", {"load", "card", "packets_per_second", "cpu_us", "interrupts", "lost"}, {}};
    for (const auto& [load, by_model] : costs_)
        for (std::size_t i = 0; i < by_model.size(); i++)
            for (const Cost& cost : by_model[i])
                data.rows.push_back({"\"" + load + "\"", "\"" + models_[i].name + "\"",
                                     text_of(cost.packets_per_second, 5), text_of(cost.cpu_us, 4),
                                     text_of(cost.interrupts, 4), text_of(cost.lost, 4)});
    return data;
}

/// The worst of all sizes of each.
void B3::judge_transmit() {
    double over_i82559er = 1e9, over_e1000 = 1e9, interrupts = 0;
    for (const Load& load : blast(Direction::Transmit)) {
        over_i82559er = std::min(over_i82559er, ratio(load, ours, i82559er, &Cost::packets_per_second));
        over_e1000 = std::min(over_e1000, ratio(load, ours, e1000, &Cost::packets_per_second));
        interrupts = std::max(interrupts, median_of(load, ours, &Cost::interrupts));
    }
    report_.judge({"B3.1", "transmit at full blast, a multiple of i82559er's; the worst size",
                   text_of(over_i82559er), "≥ 1.5", "", over_i82559er >= 1.5});
    report_.judge({"B3.2", "transmit at full blast, a multiple of e1000's; the worst size",
                   text_of(over_e1000), "≥ 1", "", over_e1000 >= 1});
    report_.judge({"B3.3", "interrupts per frame sent at full blast; the worst size", text_of(interrupts),
                   "≤ 0.07", "", interrupts <= 0.07});
}

void B3::judge_receive() {
    double over_best = 1e9, over_i82559er = 1e9;
    for (const Load& load : blast(Direction::Receive)) {
        for (std::size_t peer = first_peer; peer < models_.size(); peer++)
            over_best = std::min(over_best, ratio(load, ours, peer, &Cost::packets_per_second));
        over_i82559er = std::min(over_i82559er, ratio(load, ours, i82559er, &Cost::packets_per_second));
    }
    report_.judge({"B3.4", "receive at full blast, a multiple of the best peer's; the worst size",
                   text_of(over_best), "≥ 0.95", "", over_best >= 0.95});
    report_.judge({"B3.5",
                   "receive at full blast, a multiple of i82559er's, which has the same driver; the "
                   "worst size",
                   text_of(over_i82559er), "≥ 0.95", "", over_i82559er >= 0.95});
    const Load twenty{Direction::Receive, 60, 20'000};
    const double interrupts = median_of(twenty, bundling, &Cost::interrupts);
    const double cpu = ratio(twenty, bundling, i82559er, &Cost::cpu_us);
    report_.judge({"B3.6", "interrupts per packet, 20 000/s with bundling", text_of(interrupts), "≤ 0.2", "",
                   interrupts <= 0.2});
    report_.judge({"B3.7", "CPU time per packet, 20 000/s with bundling, as a part of i82559er's",
                   text_of(cpu), "≤ 0.7", "", cpu <= 0.7});
}

void B3::conduct() {
    measure_all();
    const std::vector<Load> out = blast(Direction::Transmit), in = blast(Direction::Receive);
    const std::vector<Load> slow_out = paced(Direction::Transmit), slow_in = paced(Direction::Receive);
    report_.say(
        this_host() + " Guest: Debian's Linux kernel, one CPU, TCG, a machine for each card; medians of " +
        std::to_string(rounds_) +
        " runs in turns, and criteria are medians of the ratios within a turn. `e100, bundling` is e100 with "
        "receive-bundling microcode loaded by the driver. "
        "Full blast: pktgen without delay sends, and 200 000 frames a second arrive. CPU time is that "
        "of the whole QEMU, guest included.");
    for (const auto& card : cards_)
        if (card->times_stuck() > 0)
            report_.say(
                card->model().name + " received nothing any more " + std::to_string(card->times_stuck()) +
                " times, until its interface was closed and opened again; its figures are those of the "
                "runs behind that.");
    show("Transmit: packets per second", out, &Cost::packets_per_second, 4);
    show("Receive: packets per second", in, &Cost::packets_per_second, 4);
    show("Transmit: interrupts per packet", out, &Cost::interrupts);
    show("Receive: interrupts per packet", in, &Cost::interrupts);
    std::vector<Load> slow = slow_out;
    slow.insert(slow.end(), slow_in.begin(), slow_in.end());
    show("Paced: interrupts per packet", slow, &Cost::interrupts);
    show("Paced: CPU time per packet, µs", slow, &Cost::cpu_us);
    show("Paced, received: part that was lost", slow_in, &Cost::lost);
    draw("", "Linux sends at full blast", "packets per second", out, &Cost::packets_per_second);
    draw("-receive", "Linux receives at full blast", "packets per second", in, &Cost::packets_per_second);
    judge_transmit();
    judge_receive();
    report_.data(all_points());
}

const experiments::Registration
    known({"B3", "Linux's drivers",
           "How many packets does Linux send and receive with its own driver of each card, at what price of "
           "CPU time "
           "and interrupts?",
           [](experiments::Bench& bench, experiments::Report& report) { B3(bench, report).conduct(); }});

} // namespace
} // namespace bench
