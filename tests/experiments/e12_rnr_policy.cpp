// SPDX-License-Identifier: GPL-2.0-or-later
// E12: when the receive unit is restarted after the ring was full.
#include <algorithm>
#include <cmath>

#include "calibration.h"
#include "napi_model.h"

namespace experiments {
namespace {

void run(Bench& bench, Report& report) {
    const std::string padding = padding_for(bench, packet_us);
    const double capacity_pps = capacity(bench, {padding});
    const std::vector<double> loads =
        bench.short_form() ? std::vector{1.29, 4.0}
                           : std::vector{1.05, 1.1, 1.2, 1.29, 1.5, 1.75, 2.15, 2.44, 3.0, 4.0};
    const uint64_t count = bench.pick<uint64_t>(60'000, 12'000);
    std::vector<Setup> setups;
    for (const double load : loads)
        for (const char* policy : {"linux", "resume"})
            setups.push_back({.name = std::string(policy) + " at " + text_of(load) + " of capacity",
                              .options = {padding, std::string("rnr_policy=") + policy},
                              .left = {.rate = static_cast<uint64_t>(load * capacity_pps), .count = count}});
    const std::vector<Run> runs = bench.run(setups);

    Table table{"Both policies",
                {"load", "forwarded/s linux", "resume", "interrupts/packet linux", "resume",
                 "longest loss linux", "predicted", "resume", "predicted"},
                {}};
    Table data{"",
               {"load", "rnr_policy", "offered", "forwarded", "output_pps", "interrupts", "restarts",
                "longest_loss"},
               {}};
    Curve gaps_linux{.label = "linux", .color = 1}, gaps_resume{.label = "resume", .color = 0},
        model_linux{.style = Curve::Style::Line, .color = 1},
        model_resume{.style = Curve::Style::Line, .color = 0};
    double worst_throughput = 0, worst_interrupts = 0, most_linux = 0, worst_gap = 0, worst_small_gap = 0;
    for (size_t i = 0; i < loads.size(); i++) {
        const Run &a = runs[2 * i], &b = runs[2 * i + 1];
        const double load = loads[i];
        const auto gap = [](const Run& r) { return static_cast<double>(r.right.at("longest-gap")); };
        const auto predicted = [&](bool resume) {
            return predict({.rate = a.setup.left.rate,
                            .packet_us = 1e6 / capacity_pps,
                            .resume = resume,
                            .fifo_frames = 3072 / 62,
                            .frames = count});
        };
        const double expected = static_cast<double>(predicted(false).longest_loss),
                     expected_small = static_cast<double>(predicted(true).longest_loss);
        table.rows.push_back({text_of(load), text_of(a.output_rate()), text_of(b.output_rate()),
                              text_of(a.interrupts_per_packet()), text_of(b.interrupts_per_packet()),
                              text_of(gap(a)), text_of(expected), text_of(gap(b)), text_of(expected_small)});
        for (const Run* r : {&a, &b})
            data.rows.push_back({text_of(load), r == &a ? "linux" : "resume", std::to_string(r->offered()),
                                 std::to_string(r->forwarded()), std::to_string(r->output_rate()),
                                 std::to_string((*r)["eth0.interrupts"]),
                                 std::to_string((*r)["eth0.ru_starts"]),
                                 std::to_string(r->right.at("longest-gap"))});
        gaps_linux.points.push_back({load, gap(a)});
        gaps_resume.points.push_back({load, gap(b)});
        model_linux.points.push_back({load, expected});
        model_resume.points.push_back({load, expected_small});
        worst_throughput = std::max(worst_throughput, std::fabs(a.output_rate() / b.output_rate() - 1));
        worst_interrupts = std::max(worst_interrupts, b.interrupts_per_packet());
        most_linux = std::max(most_linux, a.interrupts_per_packet());
        if (load >= 1.2)
            worst_gap = std::max(worst_gap, std::fabs(std::log(gap(a) / expected)));
        worst_small_gap = std::max(worst_small_gap, gap(b) / (16 * load));
    }
    gaps_linux.label_at = {loads.back() * 0.75, model_linux.points.back().second * 1.25};
    gaps_resume.label_at = {loads.back() * 0.75, model_resume.points.back().second * 1.7};
    report.say("The guest forwards frames of 60 bytes with c = " + text_of(packet_us, 4) +
               " µs and weight 16; capacity " + text_of(capacity_pps) +
               "/s. `linux` restarts the receive unit when the "
               "ring has been drained, so all that arrives meanwhile is lost in one block: while 254 packets "
               "are worked off, 254·λ/C arrive, of which the card's FIFO keeps 49. `resume` restarts it "
               "after the next poll: 16·λ/C.");
    report.show(table);
    report.data(data);
    report.judge({"E12.1", "difference of throughput, the worst", percent(worst_throughput), "≤ 3 %", "0",
                  worst_throughput <= 0.03});
    report.judge({"E12.2", "interrupts/packet with resume, the most", text_of(worst_interrupts), "≤ 1e-3",
                  "1e-5 (2 per run)", worst_interrupts <= 1e-3});
    report.judge({"E12.3", "interrupts/packet with linux, the most", text_of(most_linux), "1e-3 … 1e-2",
                  "5e-3", most_linux >= 1e-3 && most_linux <= 1e-2});
    report.judge({"E12.4", "longest loss with linux against the model from 1.2 × C on, the worst ratio",
                  text_of(std::exp(worst_gap)), "within a factor of 1.5", "1", worst_gap <= std::log(1.5)});
    report.judge({"E12.5", "longest loss with resume / (16·λ/C), the most", text_of(worst_small_gap), "≤ 1.2",
                  "1 (less what the FIFO keeps)", worst_small_gap <= 1.5});
    report.picture("", {.title = "Longest run of lost frames (points: measured, lines: model)",
                        .x_label = "offered load / capacity",
                        .y_label = "frames lost in a row",
                        .log_y = true,
                        .x_range = {1, 4.1},
                        .y_range = {5, 3000},
                        .curves = {model_linux, model_resume, gaps_linux, gaps_resume}});
}

const Registration
    known({"E12", "when a full ring is restarted",
           "The receive unit stops when the ring is full. Does it matter whether it is restarted when the "
           "ring has been drained, as Linux's driver does, or as soon as there is room?",
           run});

} // namespace
} // namespace experiments
