// SPDX-License-Identifier: GPL-2.0-or-later
#include "bars.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "gnuplot.h"

namespace experiments {

namespace {

using gnuplot::number, gnuplot::quoted;

bool drawn(const Bars& bars, const std::optional<Bar>& bar) { return bar && (!bars.log || bar->low > 0); }

/// A logarithmic axis has no natural foot: it begins at the power of ten below the least.
std::string foot(const Bars& bars) {
    if (!bars.log)
        return "set yrange [0:*]\n";
    double least = 1;
    for (const auto& group : bars.values)
        for (const auto& bar : group)
            if (drawn(bars, bar))
                least = std::min(least, bar->low);
    return "set logscale y\nset format y '10^{%L}'\nset yrange [1e" + number(std::floor(std::log10(least))) +
           ":*]\n";
}

} // namespace

void draw(const Bars& bars, const std::string& path) {
    std::ostringstream settings;
    settings << "set datafile missing '?'\n$bars << EOD\n";
    for (size_t group = 0; group < bars.groups.size(); group++) {
        settings << quoted(bars.groups[group]);
        for (const auto& bar : bars.values[group])
            settings << (drawn(bars, bar)
                             ? " " + number(bar->value) + " " + number(bar->low) + " " + number(bar->high)
                             : " ? ? ?");
        settings << "\n";
    }
    settings
        << "EOD\nset title " << quoted(bars.title) << " noenhanced\nset ylabel " << quoted(bars.unit)
        << " noenhanced\nset style data histograms\nset style histogram errorbars gap 1.5 lw 1\n"
        << "set errorbars linecolor rgb '#404040'\n"
        << "set style fill solid 0.9 noborder\nset boxwidth 0.9\nset xtics rotate by 25 right noenhanced\n"
        << "set key outside bottom center horizontal noenhanced\n"
        << foot(bars);
    std::string plots;
    for (size_t i = 0; i < bars.names.size(); i++) {
        const std::string column = std::to_string(2 + 3 * i);
        plots += (i ? ", " : "") + std::string("$bars using ") + column + ":" + std::to_string(3 + 3 * i) +
                 ":" + std::to_string(4 + 3 * i) + ":xtic(1) lc rgb " + gnuplot::color(i) + " title " +
                 quoted(bars.names[i]);
    }
    gnuplot::draw(settings.str(), plots, path);
}

} // namespace experiments
