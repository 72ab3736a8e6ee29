// SPDX-License-Identifier: GPL-2.0-or-later
// The programmable filters that pick the frames which wake the machine up (SDM A.6).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "i8255x/command_block.h"

namespace i8255x {

class WakeFilters {
  public:
    struct State {
        std::array<uint32_t, wake_filter::max_dwords> dwords{};
        uint8_t count = 0; ///< dwords in use
    };

    /// How much of a list stands in `dwords`.
    enum class Extent : uint8_t { Whole, Part, Malformed };
    static Extent extent(std::span<const uint32_t> dwords);

    void load(std::span<const uint32_t> dwords); ///< a whole list
    void clear() { state_ = {}; }

    /// Whether a frame matches one of the filters; `individual`: it is addressed to this station alone.
    bool match(std::span<const uint8_t> frame, bool individual) const;

    /// What the chip makes of those of the first 128 bytes of a frame whose bits are set in `mask`.
    /// They must be there.
    static uint32_t signature(std::span<const uint8_t> frame, std::span<const uint32_t> mask);

    const State& state() const { return state_; }
    static bool valid(const State& state);
    void restore(const State& state) { state_ = state; }

  private:
    State state_;
};

} // namespace i8255x
