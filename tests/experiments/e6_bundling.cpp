// SPDX-License-Identifier: GPL-2.0-or-later
// E6: receive bundling by the card's microcode, and NAPI.
#include <algorithm>
#include <cmath>

#include "calibration.h"

namespace experiments {
namespace {

constexpr double packet_us = 27.45;
constexpr unsigned delay_us = 1000;

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
                                 .count = bench.pick<uint64_t>(20'000, 6'000)}};
            if (frames > 1)
                setup.script = {"ethtool -C eth0 rx-usecs " + std::to_string(delay_us) + " rx-frames " +
                                std::to_string(frames)};
            setups.push_back(setup);
        }
    const std::vector<Run> runs = bench.run(setups);
    Table table{"Interrupts per packet; longest latency in µs; packets/s", {"load"}, {}};
    Table data{"", {"bundle", "load", "interrupts_per_packet", "longest_us", "output_pps"}, {}};
    std::vector<Curve> curves;
    double worst_light = 0, worst_latency = 0, worst_output = 0;
    for (const unsigned frames : bundles)
        table.columns.push_back("bundles of " + std::to_string(frames));
    const auto at = [&](size_t bundle, size_t load) -> const Run& {
        return runs[bundle * loads.size() + load];
    };
    const auto longest_us = [](const Run& each) {
        return static_cast<double>(each.right.at("latency-max-ns")) / 1000;
    };
    for (size_t b = 0; b < bundles.size(); b++) {
        Curve curve{.label = bundles[b] == 1 ? "no bundling" : "bundles of " + std::to_string(bundles[b]),
                    .color = static_cast<unsigned>(b)};
        for (size_t l = 0; l < loads.size(); l++) {
            const Run& each = at(b, l);
            curve.points.push_back({loads[l], each.interrupts_per_packet()});
            data.rows.push_back({std::to_string(bundles[b]), text_of(loads[l]),
                                 std::to_string(each.interrupts_per_packet()),
                                 std::to_string(longest_us(each)), std::to_string(each.output_rate())});
            if (loads[l] <= 0.64 && loads[l] >= 0.3)
                worst_light = std::max(worst_light, std::fabs(each.interrupts_per_packet() * bundles[b] - 1));
            if (loads[l] < 0.7)
                worst_latency = std::max(worst_latency, longest_us(each) - longest_us(at(0, l)));
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
                          text_of(longest_us(at(b, l)), 4) + "; " + text_of(at(b, l).output_rate()));
        table.rows.push_back(row);
    }
    report.say("`ethtool -C eth0 rx-usecs " + std::to_string(delay_us) +
               " rx-frames N` loads microcode that interrupts for the N-th frame, or after a millisecond "
               "without one. Frames at equal distances, c = " +
               text_of(packet_us, 4) + " µs.");
    report.show(table);
    report.data(data);
    report.judge({"E6.1", "interrupts/packet × N at 0.3 to 0.64 × capacity, distance from 1, the worst",
                  percent(worst_light), "≤ 10 %", "0", worst_light <= 0.1});
    report.judge({"E6.2", "longest latency that bundling adds below capacity, µs", text_of(worst_latency, 4),
                  "≤ " + std::to_string(delay_us + 16 * 28) + ": the delay and a bundle's work", "",
                  worst_latency <= delay_us + 16 * 28});
    report.judge({"E6.3", "output in overload against none, the worst difference", percent(worst_output),
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
