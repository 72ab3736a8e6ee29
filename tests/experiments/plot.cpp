// SPDX-License-Identifier: GPL-2.0-or-later
#include "plot.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "harness/failure.h"
#include "harness/temp_dir.h"

namespace experiments {

namespace {

/// Okabe and Ito's colours, which most people can tell apart.
constexpr std::array<const char*, 7> palette = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                "#e69f00", "#56b4e9", "#000000"};

std::string number(double value) {
    std::ostringstream text;
    text.precision(9);
    text << value;
    return text.str();
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (char c : text)
        result += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return result + "\"";
}

std::string range(const char* axis, std::pair<double, double> values) {
    if (values.first == values.second)
        return "";
    return std::string("set ") + axis + "range [" + number(values.first) + ":" + number(values.second) +
           "]\n";
}

std::string color(const Curve& curve) { return quoted(palette[curve.color % palette.size()]); }

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
           (placed ? "" : " offset 1,0") + " tc rgb " + color(curve) + " front noenhanced\n";
}

std::string script_for(const Plot& plot, const std::string& path) {
    std::ostringstream script;
    for (size_t i = 0; i < plot.curves.size(); i++) {
        script << "$curve" << i << " << EOD\n";
        for (const auto& [x, y] : plot.curves[i].points)
            script << number(x) << " " << number(y) << "\n";
        script << "EOD\n";
    }
    script << "set title " << quoted(plot.title) << " noenhanced\nset xlabel " << quoted(plot.x_label)
           << " noenhanced\nset ylabel " << quoted(plot.y_label) << " noenhanced\n"
           << "set border 3 lc rgb '#606060'\nset tics nomirror out\nset grid lc rgb '#e0e0e0' lt 1\nset key "
              "off\n"
           << (plot.log_x ? "set logscale x\n" : "")
           << (plot.log_y ? "set logscale y\nset format y '10^{%L}'\n" : "") << range("x", plot.x_range)
           << range("y", plot.y_range);
    for (const std::string& line : plot.more)
        script << line << "\n";
    std::string curves;
    for (size_t i = 0; i < plot.curves.size(); i++) {
        script << label(plot.curves[i]);
        curves +=
            (i ? ", $curve" : " $curve") + std::to_string(i) + style(plot.curves[i]) + color(plot.curves[i]);
    }
    script << "set terminal svg size 900,560 font 'DejaVu Sans,13' background rgb 'white'\nset output "
           << quoted(path + ".svg") << "\nplot" << curves << "\nset output\n"
           << "set terminal pngcairo size 900,560 font 'DejaVu Sans,10' background rgb 'white'\nset output "
           << quoted(path + ".png") << "\nplot" << curves << "\nset output\n";
    return script.str();
}

} // namespace

void draw(const Plot& plot, const std::string& path) {
    harness::TempDir directory;
    const std::string script = directory.file("plot"), log = directory.file("log");
    std::ofstream(script) << script_for(plot, path);
    if (std::system(("gnuplot '" + script + "' >'" + log + "' 2>&1").c_str()) == 0)
        return;
    std::ostringstream complaint;
    complaint << std::ifstream(log).rdbuf();
    throw harness::Failure("gnuplot cannot draw " + path + ": " + complaint.str());
}

} // namespace experiments
