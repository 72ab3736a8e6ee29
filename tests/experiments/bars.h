// SPDX-License-Identifier: GPL-2.0-or-later
// Bars side by side, drawn by gnuplot as SVG and PNG.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace experiments {

struct Bar {
    double value, low, high; ///< the line through its end; equal: none
};

struct Bars {
    std::string title, unit;
    bool log = false;
    std::vector<std::string> names = {};                      ///< of the bars in a group; their colours' key
    std::vector<std::string> groups = {};                     ///< along the axis
    std::vector<std::vector<std::optional<Bar>>> values = {}; ///< by group, then by name; nullopt: a gap
};

/// Writes `path`.svg and `path`.png. Throws harness::Failure if gnuplot is missing or complains.
void draw(const Bars& bars, const std::string& path);

} // namespace experiments
