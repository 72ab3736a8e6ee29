// SPDX-License-Identifier: GPL-2.0-or-later
#include "plot.h"

#include <sstream>

#include "gnuplot.h"

namespace experiments {

namespace {

using gnuplot::number, gnuplot::quoted;

std::string range(const char* axis, std::pair<double, double> values) {
    if (values.first == values.second)
        return "";
    return std::string("set ") + axis + "range [" + number(values.first) + ":" + number(values.second) +
           "]\n";
}

std::string style(const Curve& curve) {
    switch (curve.style) {
    case Curve::Style::Points:
        return " with points pt 7 ps 0.9 lc rgb ";
    case Curve::Style::Line:
        return " with lines lw 2 lc rgb ";
    case Curve::Style::Dashed:
        return " with lines lw 1.5 dt 2 lc rgb ";
    }
    return "";
}

std::string label(const Curve& curve) {
    if (curve.label.empty() || curve.points.empty())
        return "";
    const bool placed = curve.label_at != std::pair<double, double>{0, 0};
    const auto at = placed ? curve.label_at : curve.points.back();
    return "set label " + quoted(curve.label) + " at " + number(at.first) + "," + number(at.second) +
           (placed ? "" : " offset 1,0") + " tc rgb " + gnuplot::color(curve.color) + " front noenhanced\n";
}

std::string settings_of(const Plot& plot) {
    std::ostringstream script;
    for (size_t i = 0; i < plot.curves.size(); i++) {
        script << "$curve" << i << " << EOD\n";
        for (const auto& [x, y] : plot.curves[i].points)
            script << number(x) << " " << number(y) << "\n";
        script << "EOD\n";
    }
    script << "set title " << quoted(plot.title) << " noenhanced\nset xlabel " << quoted(plot.x_label)
           << " noenhanced\nset ylabel " << quoted(plot.y_label)
           << " noenhanced\nset grid xtics\nset key off\n"
           << (plot.log_x ? "set logscale x\n" : "")
           << (plot.log_y ? "set logscale y\nset format y '10^{%L}'\n" : "") << range("x", plot.x_range)
           << range("y", plot.y_range);
    for (const std::string& line : plot.more)
        script << line << "\n";
    for (const Curve& curve : plot.curves)
        script << label(curve);
    return script.str();
}

} // namespace

void draw(const Plot& plot, const std::string& path) {
    std::string curves;
    for (size_t i = 0; i < plot.curves.size(); i++)
        curves += (i ? ", $curve" : "$curve") + std::to_string(i) + style(plot.curves[i]) +
                  gnuplot::color(plot.curves[i].color);
    gnuplot::draw(settings_of(plot), curves, path);
}

} // namespace experiments
