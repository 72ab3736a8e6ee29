// SPDX-License-Identifier: GPL-2.0-or-later
// A picture, drawn by gnuplot as SVG and PNG.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace experiments {

struct Curve {
    enum class Style { Points, Line, Dashed };
    std::string label = {}; ///< stands beside the curve, in its colour; empty: none
    std::vector<std::pair<double, double>> points = {};
    Style style = Style::Points;
    unsigned color = 0; ///< number in the palette
    /// Where the label begins, in the axes' units; without it behind the last point.
    std::pair<double, double> label_at = {0, 0};
};

struct Plot {
    std::string title;
    std::string x_label, y_label; ///< with the unit
    bool log_x = false, log_y = false;
    std::pair<double, double> x_range = {0, 0}, y_range = {0, 0}; ///< equal: gnuplot decides
    std::vector<Curve> curves;
    std::vector<std::string> more = {}; ///< further lines for gnuplot: tics, arrows
};

/// Writes `path`.svg and `path`.png. Throws harness::Failure if gnuplot is missing or complains.
void draw(const Plot& plot, const std::string& path);

} // namespace experiments
