// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace experiments {

inline double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values.size() % 2 ? values[values.size() / 2]
                             : (values[values.size() / 2 - 1] + values[values.size() / 2]) / 2;
}

/// Of measurements made in turns: what disturbs a round disturbs both of its values, so their ratio is
/// steadier than either. `ours` and `theirs` are of the same rounds.
inline double median_ratio(const std::vector<double>& ours, const std::vector<double>& theirs) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < ours.size(); i++)
        ratios.push_back(ours[i] / theirs[i]);
    return median(ratios);
}

} // namespace experiments
