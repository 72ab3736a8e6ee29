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
    bool on() const {
        return packet_ns.load(std::memory_order_relaxed) || irq_ns.load(std::memory_order_relaxed);
    }
};
inline constinit Padding padding;

/// What interrupts have taken of a CPU, with padding on: it does not count as the interrupted packet's time.
struct InterruptTime {
    std::atomic<uint64_t> total_ns{0};
    uint64_t since_ns = 0; ///< 0: none is served, or none is timed
};
inline constinit PerCpu<InterruptTime> interrupt_time;

/// irq_enter and irq_exit call these; hard interrupts do not nest.
inline void padding_irq_enter() {
    if (padding.on()) [[unlikely]]
        interrupt_time.local().since_ns = arch::now_ns();
}
inline void padding_irq_exit() {
    InterruptTime& time = interrupt_time.local();
    if (time.since_ns) [[unlikely]] {
        time.total_ns.fetch_add(arch::now_ns() - time.since_ns, std::memory_order_relaxed);
        time.since_ns = 0;
    }
}

/// The scope it lives in takes `price` ns, or longer if it does by itself.
class PaddedScope {
  public:
    explicit PaddedScope(const std::atomic<uint32_t>& price) {
        if (const uint32_t ns = price.load(std::memory_order_relaxed)) [[unlikely]]
            end_ = arch::now_ns() + ns - interrupts_ns();
    }
    ~PaddedScope() {
        if (!end_) [[likely]]
            return;
        while (const uint64_t left = time_left())
            arch::spin_for_part_of(left);
    }
    void waive() { end_ = 0; } ///< it was not worth it
    PaddedScope(const PaddedScope&) = delete;
    PaddedScope& operator=(const PaddedScope&) = delete;

  private:
    uint64_t time_left() const {
        const uint64_t now = arch::now_ns(), end = end_ + interrupts_ns();
        return now < end ? end - now : 0;
    }
    static uint64_t interrupts_ns() {
        return interrupt_time.local().total_ns.load(std::memory_order_relaxed);
    }

    uint64_t end_ = 0; ///< but for interrupts
};

} // namespace kernel
