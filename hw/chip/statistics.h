// SPDX-License-Identifier: GPL-2.0-or-later
// Statistical counters and their dump into guest memory (SDM 6.3.2.4).
#pragma once

#include <array>
#include <cstdint>

#include "host.h"
#include "i8255x/statistics.h"

namespace i8255x {

class Statistics {
  public:
    struct State {
        std::array<uint32_t, counter_count> counters{};
        uint32_t dump_address = 0;
        bool dump_address_loaded = false;
    };

    explicit Statistics(Host& host) : host_(host) {}

    void count(Counter counter) { state_.counters[static_cast<size_t>(counter)]++; }
    uint32_t operator[](Counter counter) const { return state_.counters[static_cast<size_t>(counter)]; }

    void load_dump_address(uint32_t address);
    /// Counters, then (behind a barrier) the completion dword. Without a loaded address nothing happens.
    void dump(StatisticsFormat format, bool then_reset);
    void reset() { state_ = {}; }

    const State& state() const { return state_; }
    void restore(const State& state) { state_ = state; }

  private:
    Host& host_;
    State state_;
};

} // namespace i8255x
