// SPDX-License-Identifier: GPL-2.0-or-later
// High-resolution timers: each CPU has a list in order of expiry and sets its alarm to the first one's.
#include "kernel/hrtimer.h"

#include <atomic>

#include "arch/clock.h"
#include "kernel/per_cpu.h"

namespace kernel {

namespace {

struct HrTimerBase {
    SpinLock lock;
    List<HrTimer> armed;
    std::atomic<HrTimer*> running{nullptr};
};

PerCpu<HrTimerBase> bases;

void insert(List<HrTimer>& list, HrTimer& timer) {
    HrTimer* behind = list.find([&](const HrTimer& each) { return each.expires_ns > timer.expires_ns; });
    if (behind)
        list.insert_before(*behind, timer);
    else
        list.push_back(timer);
}

/// timer.owner is held.
void remove(HrTimer& timer) {
    IrqSpinGuard guard(bases.of(timer.cpu).lock);
    if (timer.linked())
        timer.unlink();
}

HrTimer* take_due(HrTimerBase& base) {
    IrqSpinGuard guard(base.lock);
    HrTimer* timer = base.armed.front();
    if (!timer || timer->expires_ns > arch::now_ns())
        timer = nullptr;
    else
        timer->unlink();
    base.running = timer;
    return timer;
}

void set_alarm(HrTimerBase& base) {
    IrqSpinGuard guard(base.lock);
    if (const HrTimer* first = base.armed.front())
        arch::set_alarm(first->expires_ns);
}

} // namespace

void hrtimer_arm(HrTimer& timer, uint64_t expires_ns) {
    IrqSpinGuard owner(timer.owner);
    remove(timer);
    timer.cpu = arch::cpu_id();
    timer.expires_ns = expires_ns;
    HrTimerBase& base = bases.local();
    IrqSpinGuard guard(base.lock);
    insert(base.armed, timer);
    if (base.armed.front() == &timer)
        arch::set_alarm(expires_ns);
}

void hrtimer_cancel(HrTimer& timer) {
    for (;;) {
        unsigned cpu = 0;
        {
            IrqSpinGuard owner(timer.owner);
            remove(timer);
            cpu = timer.cpu;
        }
        if (bases.of(cpu).running != &timer || cpu == arch::cpu_id())
            return;
        arch::relax(); // and look again: the callback may have armed it
    }
}

void hrtimer_interrupt() {
    HrTimerBase& base = bases.local();
    while (HrTimer* timer = take_due(base))
        timer->function(timer->argument);
    set_alarm(base);
}

} // namespace kernel
