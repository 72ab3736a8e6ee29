// SPDX-License-Identifier: GPL-2.0-or-later
// Softirqs: per-CPU pending bits, run at interrupt exit, at local_bh_enable or by ksoftirqd/N, with Linux's
// limits.
#pragma once

#include <array>
#include <cstdint>

#include "arch/cpu.h"
#include "kernel/softirq_watch.h"

namespace kernel {

/// Lower numbers run first in a pass.
enum class Softirq : uint8_t { Hi, Timer, NetTx, NetRx, Block, IrqPoll, Tasklet, Sched, Hrtimer, Rcu };
inline constexpr unsigned softirq_count = 10;
inline constexpr std::array<const char*, softirq_count> softirq_names = {
    "HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"};

inline constexpr unsigned max_softirq_passes = 10;
inline constexpr uint64_t max_softirq_ms = 2;

void open_softirq(Softirq vector, void (*handler)());
/// Sets the pending bit; outside interrupt context ksoftirqd is woken, since no exit point is near.
/// Interrupts off.
void raise_softirq_irqoff(Softirq vector);
void raise_softirq(Softirq vector);
/// Sets the bit only: for callers with a guaranteed exit point. Interrupts off.
void __raise_softirq_irqoff(Softirq vector);

/// When softirqs run at an exit point, and when they are left to ksoftirqd.
enum class SoftirqPolicy : uint8_t {
    Linux,        ///< of 6.5 and later: inline, within the limits
    InlineAlways, ///< inline until nothing is pending, whoever waits
    /// Of 4.9 to 6.4: a ksoftirqd that is runnable gets them all.
    DeferIfKsoftirqdRunnable,
    Threaded, ///< only ksoftirqd runs them
};
inline constexpr std::array<const char*, 4> softirq_policy_names = {
    "linux", "inline_always", "defer_if_ksoftirqd_runnable", "threaded"};
SoftirqPolicy softirq_policy();
void set_softirq_policy(SoftirqPolicy policy); ///< any time; in force on a CPU from its next decision on

/// Where softirqs run from; the values are those of the trace.
enum class SoftirqOrigin : uint8_t { IrqExit, Ksoftirqd, BhEnable };
/// An exit point with softirqs pending: runs them or leaves them to ksoftirqd, as the policy says. Interrupts
/// off, not nested.
void invoke_softirq(SoftirqOrigin origin);
/// Runs what is pending on this CPU, within the limits of the policy. Interrupts off, not nested.
void do_softirq(SoftirqOrigin origin);
bool local_softirq_pending();
/// The CPU is about to wait for an interrupt. Interrupts off.
void softirq_idle();
/// Starts the ksoftirqd of the calling CPU; once on each.
void softirq_init();

struct SoftirqStats {
    std::array<uint64_t, softirq_count> raised{}, executed{};
    /// Runs that took n passes; the last entry: that many or more.
    std::array<uint64_t, max_softirq_passes + 1> passes{};
    uint64_t time_limit = 0, pass_limit = 0, resched_limit = 0;
    uint64_t ksoftirqd_wakeups = 0;
    uint64_t left_to_ksoftirqd = 0; ///< exit points where the policy ran nothing
    uint64_t longest_run_ns = 0;
    uint64_t inline_ns = 0;    ///< spent at interrupt exit and local_bh_enable
    uint64_t ksoftirqd_ns = 0; ///< spent in ksoftirqd
};
const SoftirqStats& softirq_stats(unsigned cpu);
const SoftirqWatch& softirq_watch(unsigned cpu);

} // namespace kernel
