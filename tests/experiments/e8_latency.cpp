// SPDX-License-Identifier: GPL-2.0-or-later
// E8: how long a frame is under way, from its time on one wire to its arrival on the other.
#include <algorithm>

#include "calibration.h"

namespace experiments {
namespace {

void run(Bench& bench, Report& report) {
    const std::string padding = padding_for(bench, packet_us);
    const double capacity_pps = capacity(bench, {padding});
    const std::vector<double> loads = bench.short_form()
                                          ? std::vector{0.1, 0.5, 0.8, 2.0}
                                          : std::vector{0.05, 0.1,  0.2,  0.3, 0.4, 0.5, 0.6, 0.7, 0.8,
                                                        0.9,  0.95, 1.05, 1.2, 1.5, 2.0, 3.0, 4.0};
    std::vector<Setup> setups;
    for (const double load : loads)
        setups.push_back({.name = text_of(load) + " of capacity",
                          .options = {padding},
                          .left = {.rate = static_cast<uint64_t>(load * capacity_pps),
                                   .count = bench.pick<uint64_t>(20'000, 6'000),
                                   .arrivals = "poisson"}});
    const std::vector<Run> runs = bench.run(setups);
    Table table{"Microseconds from the wire to the wire", {"load", "mean", "longest", "mean by M/D/1"}, {}};
    Table data{"", {"load", "mean_us", "longest_us"}, {}};
    Curve mean{.label = "mean", .color = 0}, longest{.label = "longest", .color = 1},
        queue{.label = "", .style = Curve::Style::Line, .color = 0};
    double light = 0, longest_overload = 0, worst_model = 0;
    for (size_t i = 0; i < runs.size(); i++) {
        const double load = loads[i];
        const double average = runs[i].mean_latency_us(), most = runs[i].longest_latency_us();
        if (i == 0)
            light = average;
        // A queue with random arrivals and a fixed service time waits ρ/(2(1 − ρ)) services (Pollaczek and
        // Khinchine).
        const double expected = load < 1 ? light + load / (2 * (1 - load)) * packet_us : 0;
        if (load <= 0.8)
            worst_model = std::max(worst_model, std::max(average / expected, expected / average));
        if (load > 1)
            longest_overload = std::max(longest_overload, most);
        table.rows.push_back(
            {text_of(load), text_of(average, 4), text_of(most, 4), load < 1 ? text_of(expected, 4) : "–"});
        data.rows.push_back({text_of(load), std::to_string(average), std::to_string(most)});
        mean.points.push_back({load, average});
        longest.points.push_back({load, most});
        if (load < 1)
            queue.points.push_back({load, expected});
    }
    const double bound = (254 + 3072 / 62 + 16) * packet_us * 1.05;
    mean.label_at = {loads.back() * 0.6, mean.points.back().second * 0.6};
    longest.label_at = {loads.back() * 0.6, longest.points.back().second * 1.25};
    report.say(
        "Poisson arrivals of 60 byte frames, c = " + text_of(packet_us, 4) +
        " µs. Each frame carries the time at which it was due; the tester at the other wire compares.");
    report.show(table);
    report.data(data);
    report.judge({"E8.1", "mean latency to 0.8 × capacity against M/D/1, the worst ratio",
                  text_of(worst_model), "≤ 1.5", "1", worst_model <= 1.5});
    report.judge({"E8.2", "longest latency in overload, µs", text_of(longest_overload, 4),
                  "≤ " + text_of(bound, 4) + ": what ring, FIFO and one poll hold",
                  text_of(254 * packet_us, 4) + " and more", longest_overload <= bound});
    report.picture("", {.title = "Latency from wire to wire against load (points: measured, line: M/D/1)",
                        .x_label = "offered load / capacity",
                        .y_label = "microseconds",
                        .log_y = true,
                        .x_range = {0, loads.back() * 1.03},
                        .y_range = {10, 20'000},
                        .curves = {queue, mean, longest}});
}

const Registration known({"E8", "latency against load",
                          "How long is a frame under way through the guest, below and above its capacity?",
                          run});

} // namespace
} // namespace experiments
