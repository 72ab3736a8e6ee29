// SPDX-License-Identifier: GPL-2.0-or-later
#include "gnuplot.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "harness/failure.h"
#include "harness/temp_dir.h"

namespace experiments::gnuplot {

namespace {

/// Okabe and Ito's colours, which most people can tell apart.
constexpr std::array<const char*, 7> palette = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                "#e69f00", "#56b4e9", "#000000"};

constexpr const char* style = "set border 3 lc rgb '#606060'\nset tics nomirror out\n"
                              "set grid ytics lc rgb '#e0e0e0' lt 1\n";

} // namespace

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

std::string color(std::size_t number) { return quoted(palette[number % palette.size()]); }

void draw(const std::string& settings, const std::string& plots, const std::string& path) {
    harness::TempDir directory;
    const std::string script = directory.file("plot"), log = directory.file("log");
    std::ofstream(script)
        << style << settings << "set terminal svg size 900,560 font 'DejaVu Sans,13' background rgb 'white'\n"
        << "set output " << quoted(path + ".svg") << "\nplot " << plots << "\nset output\n"
        << "set terminal pngcairo size 900,560 font 'DejaVu Sans,10' background rgb 'white'\n"
        << "set output " << quoted(path + ".png") << "\nplot " << plots << "\nset output\n";
    if (std::system(("gnuplot '" + script + "' >'" + log + "' 2>&1").c_str()) == 0)
        return;
    std::ostringstream complaint;
    complaint << std::ifstream(log).rdbuf();
    throw harness::Failure("gnuplot cannot draw " + path + ": " + complaint.str());
}

} // namespace experiments::gnuplot
