// SPDX-License-Identifier: GPL-2.0-or-later
// E11: how long a burst a ring swallows.
#include <algorithm>
#include <cmath>

#include "calibration.h"

namespace experiments {
namespace {

constexpr double frame_us = 6.72; // 60 bytes and FCS, preamble and gap at 100 Mb/s
constexpr unsigned fifo_frames = 3072 / 62;

/// Frames of one burst that find a place: the ring's, the FIFO's behind it, and those worked off meanwhile.
double capacity_for_burst(unsigned ring) {
    // After k frames k·frame_us/packet_us have been taken, but their descriptors come back 16 at a time.
    const double places = ring - 2 + fifo_frames;
    return places / (1 - frame_us / packet_us);
}

void run(Bench& bench, Report& report) {
    const std::string padding = padding_for(bench, packet_us);
    const std::vector<unsigned> rings = {16, 64, 256};
    const std::vector<unsigned> bursts =
        bench.short_form() ? std::vector{8u, 64u, 96u, 160u, 256u, 512u}
                           : std::vector{8u,   16u,  32u,  48u,  56u,  64u,  72u,  80u,  88u,  96u, 112u,
                                         128u, 144u, 160u, 192u, 256u, 320u, 384u, 400u, 448u, 512u};
    constexpr unsigned repetitions = 8;
    std::vector<Setup> setups;
    for (const unsigned ring : rings)
        for (const unsigned burst : bursts)
            setups.push_back(
                {.name = "ring of " + std::to_string(ring) + ", bursts of " + std::to_string(burst),
                 .options = {padding, "rx_ring=" + std::to_string(ring), "rnr_policy=resume"},
                 .left = {.rate = burst * 20,
                          .count = burst * repetitions,
                          .arrivals = "burst",
                          .more = "burst=" + std::to_string(burst) + ",wire-mbps=100"}});
    const std::vector<Run> runs = bench.run(setups);

    Table table{"Frames lost of 8 bursts", {"burst"}, {}};
    Table data{"", {"ring", "burst", "offered", "lost"}, {}};
    for (const unsigned ring : rings)
        table.columns.push_back("ring " + std::to_string(ring) +
                                " (fits: " + text_of(std::floor(capacity_for_burst(ring))) + ")");
    std::vector<Curve> curves;
    unsigned wrong = 0, undecided = 0;
    std::string example = "none";
    for (size_t r = 0; r < rings.size(); r++) {
        const unsigned color = static_cast<unsigned>(r);
        Curve curve{.label = "ring of " + std::to_string(rings[r]), .color = color};
        const double fits = capacity_for_burst(rings[r]);
        for (size_t b = 0; b < bursts.size(); b++) {
            const Run& each = runs[r * bursts.size() + b];
            const double loss = each.loss();
            curve.points.push_back({bursts[b], loss});
            data.rows.push_back({std::to_string(rings[r]), std::to_string(bursts[b]),
                                 std::to_string(each.offered()),
                                 std::to_string(each.offered() - each.forwarded())});
            // Descriptors come back a poll at a time: so far from the border the answer is open.
            if (std::fabs(bursts[b] - fits) <= 16 + 0.03 * fits) {
                undecided++;
                continue;
            }
            if ((loss > 0) != (bursts[b] > fits)) {
                wrong++;
                example = each.setup.name + " lost " + percent(loss);
            }
        }
        const double at = bursts.back() * 0.8;
        curve.label_at = {at, std::max((1 - fits / at) * (1 - frame_us / packet_us) - 0.05, -0.01)};
        curves.push_back({.points =
                              [&] {
                                  std::vector<std::pair<double, double>> line;
                                  for (double burst = 8; burst <= bursts.back(); burst += 4)
                                      line.push_back(
                                          {burst, std::max(0.0, 1 - fits / burst -
                                                                    frame_us / packet_us *
                                                                        std::max(0.0, 1 - fits / burst))});
                                  return line;
                              }(),
                          .style = Curve::Style::Line,
                          .color = color});
        curves.push_back(curve);
    }
    for (size_t b = 0; b < bursts.size(); b++) {
        std::vector<std::string> row{std::to_string(bursts[b])};
        for (size_t r = 0; r < rings.size(); r++) {
            const Run& each = runs[r * bursts.size() + b];
            row.push_back(text_of(each.offered() - each.forwarded()));
        }
        table.rows.push_back(row);
    }
    report.say(
        "Bursts of 60 byte frames at 100 Mb/s (6.72 µs each), 20 bursts a second, on a guest that needs " +
        text_of(packet_us, 4) +
        " µs for a packet. "
        "A ring of N descriptors holds N − 2 frames, the card's FIFO (3072 bytes) 49 more, and while the "
        "burst lasts some are worked off: a burst of B is received without loss if B·(1 − 6.72/27.45) ≤ N − "
        "2 + 49.");
    report.show(table);
    report.data(data);
    report.judge({"E11",
                  "bursts for which the prediction (loss or none) is wrong, of " +
                      std::to_string(runs.size() - undecided) +
                      " more than 16 frames and 3 % from the border",
                  std::to_string(wrong) + (wrong ? ": " + example : ""), "0", "0", wrong == 0});
    report.picture(
        "", {.title = "Loss against the length of a burst at line rate (points: measured, lines: predicted)",
             .x_label = "frames of a burst",
             .y_label = "part lost",
             .x_range = {0, bursts.back() * 1.05},
             .y_range = {-0.02, 0.8},
             .curves = curves});
}

const Registration
    known({"E11", "ring size and bursts",
           "How long a burst at line rate does a ring of 16, 64 or 256 descriptors take without loss?", run});

} // namespace
} // namespace experiments
