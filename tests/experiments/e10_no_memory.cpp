// SPDX-License-Identifier: GPL-2.0-or-later
// E10: no memory for new receive buffers, for five seconds under traffic.
#include <algorithm>
#include <array>

#include "calibration.h"

namespace experiments {
namespace {

constexpr uint64_t rate = 1000;
constexpr unsigned fails_s = 5;
constexpr double ring_and_fifo = 254 + 3072 / 62; ///< frames for which there is room without new buffers

struct Way {
    std::string name;
    std::vector<std::string> options;
    double kept; ///< frames that get through after the first failure
    bool recycles() const { return kept == 0; }
};
const std::array<Way, 3> ways = {Way{"linux", {"rnr_policy=linux"}, ring_and_fifo},
                                 Way{"resume", {"rnr_policy=resume"}, ring_and_fifo},
                                 Way{"recycle", {"no_memory=recycle"}, 0}};

class E10 {
  public:
    E10(Bench& bench, Report& report) : bench_(bench), report_(report) {}
    void conduct() {
        measure();
        describe();
        for (size_t i = 0; i < ways.size(); i++)
            judge(ways[i], runs_[i]);
        draw();
    }

  private:
    void measure() {
        std::vector<Setup> setups;
        for (const Way& way : ways)
            setups.push_back(
                {.name = way.name,
                 .options = way.options,
                 .left = {.rate = rate, .count = rate * 9},
                 .during = {"sleep 0.65", "driver alloc_fails on", "sleep 5", "driver alloc_fails off"},
                 .losses_in_guest = way.recycles()});
        runs_ = bench_.run(setups);
    }
    /// Seconds from the first failure to the first packet that is forwarded again.
    static double standstill(const Way& way, const Run& run) {
        return (static_cast<double>(run.right.at("longest-gap")) + way.kept) / rate;
    }

    void describe();
    void judge(const Way& way, const Run& run);
    void draw();

    Bench& bench_;
    Report& report_;
    std::vector<Run> runs_;
};

void E10::describe() {
    report_.say("From one moment on each allocation of a packet fails (`driver alloc_fails on`); after five "
                "seconds they succeed again. As Linux does it, the ring shrinks to its stopper, the receive "
                "unit stops, the watchdog's software interrupt tries every two seconds; where the receive "
                "unit starts again (`rnr_policy`) makes no difference. With `no_memory=recycle` a frame for "
                "whose buffer there is no replacement is dropped, and the buffer stays: the ring is always "
                "full, and the first frame after the failure goes up; the price is a guest that works for "
                "nothing meanwhile. No leak and no reordering: the laws below.");
    Table table{"Five seconds without memory at 1000 frames/s",
                {"way", "offered", "forwarded", "lost in a row", "standstill s", "lost in the card",
                 "dropped in the guest", "RNR interrupts", "interrupts"},
                {}};
    Table data{"",
               {"way", "offered", "forwarded", "longest_gap", "standstill_s", "rx_resource_errors",
                "rx_recycled", "irq_rnr", "interrupts", "failed_allocations"},
               {}};
    for (size_t i = 0; i < ways.size(); i++) {
        const Run& run = runs_[i];
        const double seconds = standstill(ways[i], run);
        const std::array counts = {run.offered(), run.forwarded(), run.right.at("longest-gap")};
        const std::array causes = {run["eth0.rx_resource_errors"], run["eth0.rx_recycled"],
                                   run["eth0.irq_rnr"], run["eth0.interrupts"]};
        std::vector<std::string> row{ways[i].name}, plain{ways[i].name};
        const auto add = [&](uint64_t value) {
            row.push_back(text_of(value));
            plain.push_back(std::to_string(value));
        };
        std::ranges::for_each(counts, add);
        row.push_back(text_of(seconds));
        plain.push_back(std::to_string(seconds));
        std::ranges::for_each(causes, add);
        plain.push_back(std::to_string(run["packets.failed"]));
        table.rows.push_back(row);
        data.rows.push_back(plain);
    }
    report_.show(table);
    report_.data(data);
}

void E10::judge(const Way& way, const Run& run) {
    const double late = standstill(way, run) - fails_s;
    const uint64_t gap = run.right.at("longest-gap"), stops = run["eth0.irq_rnr"],
                   counted = run["eth0.rx_resource_errors"] + run["eth0.rx_recycled"],
                   lost = run.offered() - run.forwarded();
    if (way.recycles()) {
        report_.judge({"E10.1", way.name + ": traffic resumes after memory is back, s", text_of(late),
                       "≤ 0.01", "0", late <= 0.01});
        report_.judge({"E10.2", way.name + ": frames lost in the card",
                       text_of(run["eth0.rx_resource_errors"]), "0: the ring stays full", "0",
                       run["eth0.rx_resource_errors"] == 0});
        report_.judge({"E10.3", way.name + ": RNR interrupts", text_of(stops), "0", "0", stops == 0});
    } else {
        report_.judge({"E10.1", way.name + ": traffic resumes after memory is back, s", text_of(late),
                       "≤ 2.1: the watchdog's period and a poll", "0 … 2", late <= 2.1});
        const double least = rate * fails_s - way.kept;
        report_.judge({"E10.2", way.name + ": the whole ring was used up first",
                       text_of(gap) + " lost in a row", "≥ " + text_of(least - 20),
                       text_of(least) + " and the wait", static_cast<double>(gap) >= least - 20});
        report_.judge({"E10.3", way.name + ": RNR interrupts, while frames go on coming", text_of(stops),
                       "≤ 10", "one, and one for each vain attempt", stops <= 10});
    }
    report_.judge({"E10.4", way.name + ": lost frames that neither card nor driver counted",
                   text_of(lost - counted), "0", "0", lost == counted});
}

void E10::draw() {
    const auto moment = [](const char* label, double at) {
        return Curve{.label = label,
                     .points = {{at, 0.4}, {at, 3.6}},
                     .style = Curve::Style::Dashed,
                     .color = 6,
                     .label_at = {at - 0.35, 3.7}};
    };
    Plot plot{.title = "From the first failure to the first packet that is forwarded again",
              .x_label = "seconds",
              .y_label = "",
              .x_range = {-0.5, 8.5},
              .y_range = {0.4, 4},
              .curves = {moment("no memory", 0), moment("memory is back", fails_s),
                         moment("watchdog, at the latest", fails_s + 2)},
              .more = {"set ytics ('linux' 1, 'resume' 2, 'recycle' 3)"}};
    for (size_t i = 0; i < ways.size(); i++) {
        const double y = static_cast<double>(i) + 1, empty = ways[i].kept / rate;
        if (!ways[i].recycles())
            plot.curves.push_back({.label = "from the ring",
                                   .points = {{0, y}, {empty, y}},
                                   .style = Curve::Style::Line,
                                   .color = 0,
                                   .label_at = {0.05, y + 0.12}});
        plot.curves.push_back(
            {.label = ways[i].recycles() ? "frames are dropped in the guest" : "frames are lost in the card",
             .points = {{empty, y}, {standstill(ways[i], runs_[i]), y}},
             .style = Curve::Style::Line,
             .color = ways[i].recycles() ? 2u : 1u,
             .label_at = {2, y + 0.12}});
    }
    report_.picture("", std::move(plot));
}

const Registration known({"E10", "no memory for buffers",
                          "What happens when no receive buffer can be had for five seconds, and how long "
                          "does it take until traffic flows again?",
                          [](Bench& bench, Report& report) { E10(bench, report).conduct(); }});

} // namespace
} // namespace experiments
