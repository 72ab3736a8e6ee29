// SPDX-License-Identifier: GPL-2.0-or-later
// Timers in TIMER_SOFTIRQ context, driven by the tick; jiffies.
#pragma once

#include <cstdint>

#include "kernel/list.h"

namespace kernel {

inline constexpr uint64_t hz = 250; ///< as Debian's kernel
inline constexpr uint64_t ns_per_jiffy = 1'000'000'000 / hz;
uint64_t jiffies();
constexpr uint64_t msecs_to_jiffies(uint64_t ms) { return (ms * hz + 999) / 1000; }

/// One-shot; the callback may arm it again. Runs on the CPU that armed it. Armed, cancelled and destroyed by
/// one owner at a time.
struct TimerEvent : ListNode {
    void (*function)(void*) = nullptr;
    void* argument = nullptr;
    uint64_t expires = 0; ///< jiffies
    unsigned cpu = 0;     ///< that armed it
};
void timers_init();
/// Moves the timer if it is armed already.
void timer_arm(TimerEvent& timer, uint64_t expires_jiffies);
/// After the return the callback does not run (again) unless it is armed anew.
/// Not from hard-irq context.
void timer_cancel(TimerEvent& timer);

/// One tick of this CPU; called by arch from the timer interrupt, hard-irq context.
void tick();

} // namespace kernel
