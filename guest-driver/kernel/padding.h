// SPDX-License-Identifier: GPL-2.0-or-later
// What a packet shall cost at least. On an emulated machine registers and interrupts are almost free and
// protocols cost what the host makes of them; an experiment that is about a CPU of a certain speed says so
// here, and the CPU spins on the clock for the rest.
#pragma once

#include <atomic>
#include <cstdint>

#include "arch/clock.h"
#include "kernel/per_cpu.h"

namespace kernel {

/// 0: nothing is added. May be changed at any time.
struct Padding {
    std::atomic<uint32_t> packet_ns{0}; ///< from the start of a packet's protocol work to its end
    std::atomic<uint32_t> irq_ns{0};    ///< a packet in the handler of the interrupt-per-packet driver
};
inline constinit Padding padding;
/// What padded interrupts have taken of each CPU: it does not count as the interrupted packet's time.
inline constinit PerCpu<std::atomic<uint64_t>> padded_irq_ns;

/// The scope it lives in takes `price` ns, or longer if it does by itself.
class PaddedScope {
  public:
    explicit PaddedScope(const std::atomic<uint32_t>& price) {
        if (const uint32_t ns = price.load(std::memory_order_relaxed)) [[unlikely]] {
            in_irq_ = &price == &padding.irq_ns;
            begin_ = arch::now_ns();
            end_ = begin_ + ns - stolen();
        }
    }
    ~PaddedScope() {
        if (!end_) [[likely]]
            return;
        while (arch::now_ns() < end_ + stolen())
            ;
        if (in_irq_)
            padded_irq_ns.local().fetch_add(arch::now_ns() - begin_, std::memory_order_relaxed);
    }
    void waive() { end_ = 0; } ///< it was not worth it
    PaddedScope(const PaddedScope&) = delete;
    PaddedScope& operator=(const PaddedScope&) = delete;

  private:
    static uint64_t stolen() { return padded_irq_ns.local().load(std::memory_order_relaxed); }

    uint64_t begin_ = 0, end_ = 0; ///< end_: but for interrupts
    bool in_irq_ = false;
};

} // namespace kernel
