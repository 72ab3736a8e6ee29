// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace experiments {

inline double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values.size() % 2 ? values[values.size() / 2]
                             : (values[values.size() / 2 - 1] + values[values.size() / 2]) / 2;
}

inline std::pair<double, double> quartiles(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t quarter = values.size() / 4;
    return {values[quarter], values[values.size() - 1 - quarter]};
}

/// Of measurements made in turns: what disturbs a round disturbs both of its values, so their ratio is
/// steadier than either. `ours` and `theirs` are of the same rounds.
inline double median_ratio(const std::vector<double>& ours, const std::vector<double>& theirs) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < ours.size(); i++)
        ratios.push_back(ours[i] / theirs[i]);
    return median(ratios);
}

/// A reference measured just `before` and `behind` something else, as a multiple of its `value`: what
/// disturbs the host for longer than the three take disturbs them all.
inline double ratio_beside(double before, double behind, double value) {
    return (before + behind) / 2 / value;
}

} // namespace experiments
