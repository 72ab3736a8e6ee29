// SPDX-License-Identifier: GPL-2.0-or-later
#include "calibration.h"

#include <cmath>

namespace experiments {

namespace {

constexpr uint64_t flood_rate = 140'000; // frames of 64 bytes on a wire of 100 Mb/s, nearly
constexpr uint64_t flood_frames = flood_rate / 10;
constexpr double first_try_ns = 20'000; // more than the protocols take by themselves

} // namespace

double capacity(Bench& bench, const std::vector<std::string>& options) {
    return bench
        .run({.name = "capacity", .options = options, .left = {.rate = flood_rate, .count = flood_frames}})
        .output_rate();
}

std::string padding_for(Bench& bench, double cost_us, const std::vector<std::string>& options) {
    const auto pad = [](double ns) { return "pad_ns=" + std::to_string(std::llround(ns)); };
    const double took_us = 1e6 / capacity(bench, with(options, {pad(first_try_ns)}));
    return pad(first_try_ns + (cost_us - took_us) * 1000);
}

std::vector<std::string> with(std::vector<std::string> options, const std::vector<std::string>& more) {
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

} // namespace experiments
