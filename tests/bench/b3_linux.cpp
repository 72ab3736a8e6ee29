// SPDX-License-Identifier: GPL-2.0-or-later
// B3: Linux's own drivers. A machine for each card stays up; the cards take turns with each load. At full
// blast e100 has a turn between any two others and each is compared with the e100 before and behind it: a
// host that others use as well has seconds in which it is twice as fast.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "experiments/experiment.h"
#include "experiments/statistics.h"
#include "linux_card.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::Chart;
using experiments::median;
using experiments::spread_of;
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
    Cost measure(const Load& load, std::size_t model);
    void measure_in_turns(const Load& load);
    void measure_between_ours(const Load& load);
    void measure_all();
    std::vector<double> values_of(const Load& load, std::size_t model, Value value) const;
    double median_of(const Load& load, std::size_t model, Value value) const;
    double ratio(const Load& load, std::size_t model, std::size_t peer, Value value) const;
    const std::vector<double>& ours_over(const Load& load, std::size_t peer) const {
        return over_peers_.at(load.name())[peer];
    }
    std::vector<Load> blast(Direction direction) const;
    std::vector<Load> paced(Direction direction) const;
    void show(const std::string& title, const std::vector<Load>& loads, Value value, Chart chart,
              double scale = 1);
    void show_ratios(const std::string& title, const std::vector<Load>& loads, const std::string& suffix);
    double over_all(Direction direction, std::size_t peer) const;
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
    /// Of full blast: packets a second of the e100 beside, as a multiple of the model's.
    std::map<std::string, std::vector<std::vector<double>>> over_peers_;
};

constexpr std::size_t ours = 0, bundling = 1, i82559er = 2, e1000 = 3, first_peer = 2;

Cost B3::measure(const Load& load, std::size_t model) {
    std::cout << "B3: " << load.name() << ", " << models_[model].name << std::endl;
    LinuxCard& card = *cards_[model];
    const auto frames = [&](unsigned rate, double seconds) { return static_cast<unsigned>(rate * seconds); };
    constexpr double glance = 0.2, look = 0.4; // seconds
    if (load.direction == Direction::Transmit)
        return card.transmit(load.bytes, load.rate,
                             load.rate == full_blast ? frames(50'000, glance) : frames(load.rate, look));
    if (load.rate == full_blast)
        return card.receive(load.bytes, overload, frames(overload, glance));
    Cost cost = card.receive(load.bytes, load.rate, frames(load.rate, look));
    cost.card_cpu_us = cost.cpu_us - card.cpu_us_of_load(load.bytes, load.rate, frames(load.rate, look));
    return cost;
}

void B3::measure_in_turns(const Load& load) {
    auto& costs = costs_[load.name()];
    costs.resize(models_.size());
    for (std::size_t i = 0; i < cards_.size(); i++)
        costs[i].push_back(measure(load, i));
}

void B3::measure_between_ours(const Load& load) {
    auto& costs = costs_[load.name()];
    auto& over_peers = over_peers_[load.name()];
    costs.resize(models_.size());
    over_peers.resize(models_.size());
    Cost before = measure(load, ours);
    for (std::size_t i = ours + 1; i < cards_.size(); i++) {
        const Cost theirs = measure(load, i), behind = measure(load, ours);
        over_peers[i].push_back(experiments::ratio_beside(
            before.packets_per_second, behind.packets_per_second, theirs.packets_per_second));
        costs[i].push_back(theirs);
        costs[ours].push_back(behind);
        before = behind;
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
        for (const Direction direction : {Direction::Transmit, Direction::Receive}) {
            for (const Load& load : blast(direction))
                measure_between_ours(load);
            for (const Load& load : paced(direction))
                measure_in_turns(load);
        }
}

std::vector<double> B3::values_of(const Load& load, std::size_t model, Value value) const {
    std::vector<double> values;
    for (const Cost& cost : costs_.at(load.name())[model])
        values.push_back(cost.*value);
    return values;
}

double B3::median_of(const Load& load, std::size_t model, Value value) const {
    return median(values_of(load, model, value));
}

/// Of paced loads, between two models of the same turn.
double B3::ratio(const Load& load, std::size_t model, std::size_t peer, Value value) const {
    return experiments::median_ratio(values_of(load, model, value), values_of(load, peer, value));
}

void B3::show(const std::string& title, const std::vector<Load>& loads, Value value, Chart chart,
              double scale) {
    Table table{title, {""}, {}};
    for (const Model& model : models_)
        table.columns.push_back(model.name);
    for (const Load& load : loads) {
        std::vector<std::string> row = {load.name()};
        for (std::size_t i = 0; i < models_.size(); i++) {
            std::vector<double> values = values_of(load, i, value);
            for (double& each : values)
                each *= scale;
            row.push_back(spread_of(values));
        }
        table.rows.push_back(row);
    }
    report_.show(table, chart);
}

void B3::show_ratios(const std::string& title, const std::vector<Load>& loads, const std::string& suffix) {
    Table table{title, {""}, {}};
    for (std::size_t i = first_peer; i < models_.size(); i++)
        table.columns.push_back(models_[i].name);
    for (const Load& load : loads) {
        std::vector<std::string> row = {load.name()};
        for (std::size_t i = first_peer; i < models_.size(); i++)
            row.push_back(spread_of(ours_over(load, i)));
        table.rows.push_back(row);
    }
    report_.show(table, {.suffix = suffix, .unit = "e100 / peer"});
}

Table B3::all_points() const {
    Table data{"", {"load", "card", "packets_per_second", "cpu_us", "card_cpu_us", "interrupts", "lost"}, {}};
    for (const auto& [load, by_model] : costs_)
        for (std::size_t i = 0; i < by_model.size(); i++)
            for (const Cost& cost : by_model[i])
                data.rows.push_back({"\"" + load + "\"", "\"" + models_[i].name + "\"",
                                     text_of(cost.packets_per_second, 5), text_of(cost.cpu_us, 4),
                                     text_of(cost.card_cpu_us, 4), text_of(cost.interrupts, 4),
                                     text_of(cost.lost, 4)});
    return data;
}

/// Of all sizes: what a packet costs is nearly the same with each, so they are one sample.
double B3::over_all(Direction direction, std::size_t peer) const {
    std::vector<double> all;
    for (const Load& load : blast(direction))
        all.insert(all.end(), ours_over(load, peer).begin(), ours_over(load, peer).end());
    return median(all);
}

void B3::judge_transmit() {
    double over_i82559er = 1e9, interrupts = 0;
    for (const Load& load : blast(Direction::Transmit)) {
        over_i82559er = std::min(over_i82559er, median(ours_over(load, i82559er)));
        interrupts = std::max(interrupts, median_of(load, ours, &Cost::interrupts));
    }
    report_.judge({"B3.1", "transmit at full blast, a multiple of i82559er's; the worst size",
                   text_of(over_i82559er), "≥ 1.5", "", over_i82559er >= 1.5});
    const double over_e1000 = over_all(Direction::Transmit, e1000);
    report_.judge({"B3.2", "transmit at full blast, a multiple of e1000's", text_of(over_e1000), "≥ 1", "",
                   over_e1000 >= 1});
    report_.judge({"B3.3", "interrupts per frame sent at full blast; the worst size", text_of(interrupts),
                   "≤ 0.07", "", interrupts <= 0.07});
}

void B3::judge_receive() {
    double over_best = 1e9;
    for (std::size_t peer = first_peer; peer < models_.size(); peer++)
        over_best = std::min(over_best, over_all(Direction::Receive, peer));
    report_.judge({"B3.4", "receive at full blast, a multiple of the best peer's", text_of(over_best),
                   "≥ 0.95", "", over_best >= 0.95});
    const double over_same = over_all(Direction::Receive, i82559er);
    report_.judge({"B3.5", "receive at full blast, a multiple of i82559er's, which has the same driver",
                   text_of(over_same), "≥ 0.95", "", over_same >= 0.95});
    const Load twenty{Direction::Receive, 60, 20'000};
    const double interrupts = median_of(twenty, bundling, &Cost::interrupts);
    const double cpu = ratio(twenty, bundling, i82559er, &Cost::cpu_us);
    const double card_cpu = ratio(twenty, bundling, i82559er, &Cost::card_cpu_us);
    report_.judge({"B3.6", "interrupts per packet, 20 000/s with bundling", text_of(interrupts), "≤ 0.2", "",
                   interrupts <= 0.2});
    report_.judge({"B3.7", "CPU time per packet, 20 000/s with bundling, as a part of i82559er's",
                   text_of(cpu), "≤ 0.7", "", cpu <= 0.7});
    report_.judge({"B3.8", "the same without what the load costs by itself", text_of(card_cpu), "≤ 0.7", "",
                   card_cpu <= 0.7});
}

void B3::conduct() {
    measure_all();
    const std::vector<Load> out = blast(Direction::Transmit), in = blast(Direction::Receive);
    const std::vector<Load> slow_out = paced(Direction::Transmit), slow_in = paced(Direction::Receive);
    report_.say(
        this_host() + " Guest: Debian's Linux kernel, one CPU, TCG, a machine for each card; medians of " +
        std::to_string(rounds_) +
        " runs in turns and their quartiles. `e100, bundling` is e100 with receive-bundling microcode loaded "
        "by the driver. Full blast: pktgen without delay sends, and 200 000 frames a second arrive; criteria "
        "are medians of "
        "what e100 did just before and behind a peer, as a multiple of what the peer did, of all sizes where "
        "no size is named. CPU time is that "
        "of the whole QEMU, guest included. What a load costs by itself, the generator's timer and the loop "
        "that waits for it, is measured with the same frames addressed to another station.");
    for (const auto& card : cards_)
        if (card->times_stuck() > 0)
            report_.say(
                card->model().name + " received nothing any more " + std::to_string(card->times_stuck()) +
                " times, until its interface was closed and opened again; its figures are those of the "
                "runs behind that.");
    const std::string thousands = "thousand packets per second", each = "per packet";
    show("Transmit: " + thousands, out, &Cost::packets_per_second, {.unit = thousands}, 1e-3);
    show_ratios("Transmit: e100 as a multiple of each peer", out, "-ratios");
    show("Receive: " + thousands, in, &Cost::packets_per_second, {"-receive", thousands}, 1e-3);
    show_ratios("Receive: e100 as a multiple of each peer", in, "-receive-ratios");
    show("Transmit: interrupts per packet", out, &Cost::interrupts, {"-interrupts", each, true});
    show("Receive: interrupts per packet", in, &Cost::interrupts, {"-receive-interrupts", each, true});
    show("Transmit: CPU time per packet, µs", out, &Cost::cpu_us, {"-transmit-cpu", "µs"});
    show("Receive: CPU time per packet that was taken, µs", in, &Cost::cpu_us, {"-receive-cpu", "µs"});
    std::vector<Load> slow = slow_out;
    slow.insert(slow.end(), slow_in.begin(), slow_in.end());
    show("Paced: interrupts per packet", slow, &Cost::interrupts, {"-paced-interrupts", each, true});
    show("Paced: CPU time per packet, µs", slow, &Cost::cpu_us, {"-cpu", "µs"});
    show("Paced, received: CPU time per packet without the load's own, µs", slow_in, &Cost::card_cpu_us,
         {"-card-cpu", "µs"});
    show("Paced, received: part that was lost", slow_in, &Cost::lost, {"-lost", "part"});
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
