// SPDX-License-Identifier: GPL-2.0-or-later
// E6: receive bundling by the card's microcode, and NAPI.
#include <algorithm>
#include <cmath>

#include "calibration.h"

namespace experiments {
namespace {

constexpr unsigned delay_us = 1000;

/// How long a frame waits for its interrupt, in µs.
struct Wait {
    double full; ///< the first of a bundle that fills up
    double most; ///< or the first of the last few, which the timer ends
};

/// Each frame restarts the timer, so that it ends no bundle while frames come faster than that. The warm-up
/// comes at the load's rate and ends with a bundle of its own.
Wait predicted_wait(const Setup& setup, unsigned bundle) {
    const double gap_us = 1e6 / static_cast<double>(setup.left.rate);
    Wait wait{.full = (bundle - 1) * std::min<double>(gap_us, delay_us), .most = 0};
    wait.most = wait.full;
    for (const uint64_t frames : {uint64_t{warm_up_frames}, setup.left.count})
        if (const auto rest = static_cast<unsigned>(frames % bundle); rest > 0)
            wait.most = std::max(wait.most, (rest - 1) * gap_us + delay_us);
    return wait;
}

void run(Bench& bench, Report& report) {
    const std::string padding = padding_for(bench, packet_us);
    const double capacity_pps = capacity(bench, {padding});
    const std::vector<unsigned> bundles = {1, 2, 6, 16};
    const std::vector<double> loads =
        bench.short_form() ? std::vector{0.33, 2.0}
                           : std::vector{0.1, 0.2, 0.33, 0.5, 0.64, 0.8, 0.9, 1.1, 1.29, 2.0, 4.0};
    std::vector<Setup> setups;
    for (const unsigned frames : bundles)
        for (const double load : loads) {
            Setup setup{.name = "bundles of " + std::to_string(frames) + " at " + text_of(load),
                        .options = {padding, "rnr_policy=resume"},
                        .left = {.rate = static_cast<uint64_t>(load * capacity_pps),
                                 .count = bench.pick<uint64_t>(20'000, 6'000)},
                        .warm_up_rate = static_cast<uint64_t>(load * capacity_pps)};
            if (frames > 1)
                setup.script = {"ethtool -C eth0 rx-usecs " + std::to_string(delay_us) + " rx-frames " +
                                std::to_string(frames)};
            setups.push_back(setup);
        }
    const std::vector<Run> runs = bench.run(setups);
    Table table{"Interrupts per packet; longest latency in µs; packets/s", {"load"}, {}};
    Table data{
        "",
        {"bundle", "load", "interrupts_per_packet", "longest_us", "longest_wait_predicted_us", "output_pps"},
        {}};
    std::vector<Curve> curves;
    double longest_plain_us = 0, worst_light = 0, worst_output = 0, least_wait_us = 1e9, most_wait_us = -1e9;
    for (const unsigned frames : bundles)
        table.columns.push_back("bundles of " + std::to_string(frames));
    const auto at = [&](size_t bundle, size_t load) -> const Run& {
        return runs[bundle * loads.size() + load];
    };
    // A timer tick in the way of the unluckiest frame takes the same time at each of these loads, so the
    // longest of all of them is what the wait comes on top of.
    for (size_t l = 0; l < loads.size(); l++)
        if (loads[l] < 0.7)
            longest_plain_us = std::max(longest_plain_us, at(0, l).longest_latency_us());
    for (size_t b = 0; b < bundles.size(); b++) {
        Curve curve{.label = bundles[b] == 1 ? "no bundling" : "bundles of " + std::to_string(bundles[b]),
                    .color = static_cast<unsigned>(b)};
        for (size_t l = 0; l < loads.size(); l++) {
            const Run& each = at(b, l);
            const Wait wait = predicted_wait(each.setup, bundles[b]);
            curve.points.push_back({loads[l], each.interrupts_per_packet()});
            data.rows.push_back({std::to_string(bundles[b]), text_of(loads[l]),
                                 std::to_string(each.interrupts_per_packet()),
                                 std::to_string(each.longest_latency_us()), std::to_string(wait.most),
                                 std::to_string(each.output_rate())});
            if (loads[l] <= 0.64 && loads[l] >= 0.3)
                worst_light = std::max(worst_light, std::fabs(each.interrupts_per_packet() * bundles[b] - 1));
            if (loads[l] < 0.7 && b > 0) {
                least_wait_us = std::min(least_wait_us, each.longest_latency_us() - wait.full);
                most_wait_us =
                    std::max(most_wait_us, each.longest_latency_us() - wait.most - longest_plain_us);
            }
            if (loads[l] >= 1.2)
                worst_output =
                    std::max(worst_output, std::fabs(each.output_rate() / at(0, l).output_rate() - 1));
        }
        curve.label_at = {1.2, curve.points.front().second * 0.9};
        curves.push_back(curve);
    }
    for (size_t l = 0; l < loads.size(); l++) {
        std::vector<std::string> row{text_of(loads[l])};
        for (size_t b = 0; b < bundles.size(); b++)
            row.push_back(text_of(at(b, l).interrupts_per_packet()) + "; " +
                          text_of(at(b, l).longest_latency_us(), 4) + "; " + text_of(at(b, l).output_rate()));
        table.rows.push_back(row);
    }
    report.say(
        "`ethtool -C eth0 rx-usecs " + std::to_string(delay_us) +
        " rx-frames N` loads microcode that interrupts for the N-th frame, or after a millisecond "
        "without one. Frames at equal distances, c = " +
        text_of(packet_us, 4) +
        " µs. N frames at a distance g cost one interrupt, whatever polls take of them meanwhile: the "
        "card counts what it stores. The first of them waits (N − 1)·g: the timer starts anew with each "
        "frame, so the delay bounds the wait of the last frames before a pause, not that of a bundle. "
        "r frames that are left at the end wait (r − 1)·g and the delay. Without a pause and below "
        "capacity bundling trades latency for interrupts; in overload NAPI by itself has none to save.");
    report.show(table);
    report.data(data);
    report.judge({"E6.1", "interrupts/packet × N at 0.3 to 0.64 × capacity, distance from 1, the worst",
                  percent(worst_light), "≤ 10 %", "0", worst_light <= 0.1});
    report.judge({"E6.2",
                  "longest latency with bundles up to 0.64 × capacity, µs over the wait predicted for a full "
                  "bundle, the least",
                  text_of(least_wait_us, 4), "≥ 0", "> 0: the way to the other wire", least_wait_us >= 0});
    report.judge({"E6.3",
                  "the same over the longest wait predicted and the longest latency of these loads without "
                  "bundles, the most",
                  text_of(most_wait_us, 4), "≤ c: one packet's work", "0", most_wait_us <= packet_us});
    report.judge({"E6.4", "output in overload against none, the worst difference", percent(worst_output),
                  "≤ 2 %", "0", worst_output <= 0.02});
    report.picture("", {.title = "Interrupts per packet with bundling in the card",
                        .x_label = "offered load / capacity",
                        .y_label = "receive interrupts per packet",
                        .log_y = true,
                        .x_range = {0, 2.6},
                        .y_range = {1e-5, 2},
                        .curves = curves});
}

const Registration known(
    {"E6", "receive bundling and NAPI",
     "The card can hold interrupts back until several frames are there. What does that add to NAPI?", run});

} // namespace
} // namespace experiments
