// SPDX-License-Identifier: GPL-2.0-or-later
// What a packet shall cost at least. On an emulated machine registers and interrupts are almost free and
// protocols cost what the host makes of them; an experiment that is about a CPU of a certain speed says so
// here, and the CPU spins on the clock for the rest.
#pragma once

#include <atomic>
#include <cstdint>

#include "arch/clock.h"

namespace kernel {

/// 0: nothing is added. May be changed at any time.
struct Padding {
    std::atomic<uint32_t> packet_ns{0}; ///< from the start of a packet's protocol work to its end
    std::atomic<uint32_t> irq_ns{0};    ///< a packet in the handler of the interrupt-per-packet driver
};
inline constinit Padding padding;

/// The scope it lives in takes `price` ns, or longer if it does by itself.
class PaddedScope {
  public:
    explicit PaddedScope(const std::atomic<uint32_t>& price) {
        if (const uint32_t ns = price.load(std::memory_order_relaxed)) [[unlikely]]
            end_ = arch::now_ns() + ns;
    }
    ~PaddedScope() {
        if (end_) [[unlikely]]
            while (arch::now_ns() < end_)
                ;
    }
    void waive() { end_ = 0; } ///< it was not worth it
    PaddedScope(const PaddedScope&) = delete;
    PaddedScope& operator=(const PaddedScope&) = delete;

  private:
    uint64_t end_ = 0;
};

} // namespace kernel
