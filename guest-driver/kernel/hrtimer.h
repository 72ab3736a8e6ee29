// SPDX-License-Identifier: GPL-2.0-or-later
// Timers in nanoseconds, which interrupt for themselves instead of waiting for the tick; hard-irq context as
// Linux's HRTIMER_MODE_REL_PINNED_HARD.
#pragma once

#include <cstdint>

#include "kernel/list.h"
#include "kernel/spinlock.h"

namespace kernel {

/// One-shot. The callback runs on the CPU that armed it, in hard-irq context; it may arm the timer again.
struct HrTimer : ListNode {
    void (*function)(void*) = nullptr;
    void* argument = nullptr;
    uint64_t expires_ns = 0; ///< arch::now_ns time

    SpinLock owner;   ///< who arms or cancels; the rest is hrtimer.cpp's
    unsigned cpu = 0; ///< that armed it
};
/// Moves the timer if it is armed already. Any context and any CPU, also several at once.
void hrtimer_arm(HrTimer& timer, uint64_t expires_ns);
/// After the return the callback does not run (again) unless it is armed anew. Task or softirq context.
void hrtimer_cancel(HrTimer& timer);

/// Called by arch when this CPU's alarm went off, between irq_enter and irq_exit; it may be early or late.
void hrtimer_interrupt();

} // namespace kernel
