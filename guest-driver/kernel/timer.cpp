// SPDX-License-Identifier: GPL-2.0-or-later
// Timers: each CPU has a list in order of expiry; the tick raises TIMER_SOFTIRQ when the first one is due.
#include "kernel/timer.h"

#include <atomic>

#include "arch/clock.h"
#include "kernel/per_cpu.h"
#include "kernel/softirq.h"
#include "kernel/spinlock.h"
#include "kernel/thread.h"

namespace kernel {

namespace {

struct TimerBase {
    SpinLock lock;
    List<TimerEvent> armed;
    std::atomic<TimerEvent*> running{nullptr};
};

PerCpu<TimerBase> bases;
std::atomic<uint64_t> current_jiffies{0};

void insert(List<TimerEvent>& list, TimerEvent& timer) {
    TimerEvent* behind = list.find([&](const TimerEvent& each) { return each.expires > timer.expires; });
    if (behind)
        list.insert_before(*behind, timer);
    else
        list.push_back(timer);
}

void remove(TimerEvent& timer) {
    IrqSpinGuard guard(bases.of(timer.cpu).lock);
    if (timer.linked())
        timer.unlink();
}

TimerEvent* take_due(TimerBase& base) {
    IrqSpinGuard guard(base.lock);
    TimerEvent* timer = base.armed.front();
    if (!timer || timer->expires > jiffies())
        timer = nullptr;
    else
        timer->unlink();
    base.running = timer;
    return timer;
}

void run_timers() {
    TimerBase& base = bases.local();
    while (TimerEvent* timer = take_due(base))
        timer->function(timer->argument); // which may free it
}

bool is_due(TimerBase& base) {
    IrqSpinGuard guard(base.lock);
    const TimerEvent* first = base.armed.front();
    return first && first->expires <= jiffies();
}

} // namespace

uint64_t jiffies() { return current_jiffies.load(std::memory_order_relaxed); }

void timers_init() { open_softirq(Softirq::Timer, run_timers); }

void timer_arm(TimerEvent& timer, uint64_t expires_jiffies) {
    remove(timer);
    arch::IrqGuard interrupts_off;
    timer.cpu = arch::cpu_id();
    timer.expires = expires_jiffies;
    IrqSpinGuard guard(bases.local().lock);
    insert(bases.local().armed, timer);
}

void timer_cancel(TimerEvent& timer) {
    remove(timer);
    // On this CPU a callback that has begun has also ended, or is our caller.
    while (timer.cpu != arch::cpu_id() && bases.of(timer.cpu).running == &timer)
        arch::relax();
}

void tick() {
    // From the clock, not counted: ticks that were lost while interrupts were off are made up for.
    if (arch::cpu_id() == 0)
        current_jiffies.store(arch::now_ns() / ns_per_jiffy, std::memory_order_relaxed);
    if (is_due(bases.local()))
        raise_softirq_irqoff(Softirq::Timer);
    scheduler_tick();
}

} // namespace kernel
