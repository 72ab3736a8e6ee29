// SPDX-License-Identifier: GPL-2.0-or-later
// When frames arrive: at equal distances, at random, or several at once.
#pragma once

#include <cstdint>

#include "random.h"

namespace traffic {

struct ArrivalProcess {
    uint64_t rate = 1;    ///< frames a second on average, up to 10^9
    bool poisson = false; ///< else at equal distances
    uint32_t burst = 1;   ///< frames that arrive together
};

/// The arrivals of one run. Integers only, so that they are the same on every machine; what a nanosecond
/// cannot express is carried on, so that the mean rate is exact however long the run is.
class Arrivals {
  public:
    Arrivals(const ArrivalProcess& process, uint64_t seed) : process_(process), random_(seed) {}

    /// Of the next frame, in ns since the run began; the first one arrives at once.
    int64_t next();

  private:
    ArrivalProcess process_;
    Random random_;
    uint32_t in_burst_ = 0;
    int64_t burst_at_ = 0, clock_ns_ = 0;
    uint64_t remainder_ = 0;
};

/// Gaps between frames are counted in parts of the mean one: 2^24 of these.
inline constexpr unsigned gap_fraction_bits = 24;
/// Exponentially distributed with mean 2^gap_fraction_bits.
uint64_t exponential_gap(Random& random);

} // namespace traffic
