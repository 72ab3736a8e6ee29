// SPDX-License-Identifier: GPL-2.0-or-later
// Counts what arrives: loss, order and latency of a generator's frames, flow by flow.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>

#include "counters.h"
#include "frame.h"

namespace traffic {

/// Which frames of one flow have come.
class FlowHistory {
  public:
    /// So far behind the latest frame a late one can be told from a double one.
    static constexpr uint32_t window = 1024;

    FlowHistory() { seen_.set(); } // nothing is missing in front of frame 0

    void note(uint32_t sequence, traffic_counters& counters);

  private:
    void note_late(uint32_t sequence, uint32_t behind, traffic_counters& counters);

    uint32_t next_ = 0;
    std::bitset<window> seen_; ///< frame n at n % window
};

class Receiver {
  public:
    explicit Receiver(traffic_counters& counters) : counters_(counters) {}

    void take(std::span<const uint8_t> frame, int64_t now_ns);

  private:
    void note_latency(uint64_t ns);

    traffic_counters& counters_;
    std::array<FlowHistory, 1024> flows_; ///< as many as a generator has
};

} // namespace traffic
