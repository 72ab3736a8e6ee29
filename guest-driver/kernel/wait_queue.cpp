// SPDX-License-Identifier: GPL-2.0-or-later
// Sleeping: until somebody wakes, until a time. A queue has no lock of its own: it is used with interrupts
// off on one CPU, or under the caller's lock.
#include "arch/clock.h"
#include "kernel/thread.h"
#include "kernel/timer.h"

namespace kernel {

namespace {

/// The alarm clock of one waiter; lives on its stack.
struct Alarm : TimerEvent {
    Thread* sleeper = nullptr;
    SpinLock* lock = nullptr; ///< of the queue, or nullptr
    bool rang = false;
};

/// Timer softirq, on the sleeper's CPU.
void ring(void* argument) {
    auto& alarm = *static_cast<Alarm*>(argument);
    arch::IrqGuard interrupts_off;
    if (alarm.lock)
        alarm.lock->lock();
    if (alarm.sleeper->state == ThreadState::Waiting) {
        alarm.rang = true;
        alarm.sleeper->unlink();
        thread_wake(alarm.sleeper);
    }
    if (alarm.lock)
        alarm.lock->unlock();
}

void sleep_in(List<Thread>& waiters, SpinLock* lock) {
    Thread& self = *current_thread();
    self.state = ThreadState::Waiting;
    waiters.push_back(self);
    if (lock)
        lock->unlock();
    schedule();
    if (lock)
        lock->lock();
}

bool sleep_until(List<Thread>& waiters, SpinLock* lock, uint64_t deadline_ns) {
    if (arch::now_ns() >= deadline_ns)
        return false;
    Alarm alarm;
    alarm.function = ring;
    alarm.argument = &alarm;
    alarm.sleeper = current_thread();
    alarm.lock = lock;
    timer_arm(alarm, deadline_ns / ns_per_jiffy + (deadline_ns % ns_per_jiffy != 0));
    sleep_in(waiters, lock);
    timer_cancel(alarm);
    return !alarm.rang;
}

} // namespace

void WaitQueue::wait() { sleep_in(waiters_, nullptr); }
void WaitQueue::wait(SpinLock& lock) { sleep_in(waiters_, &lock); }
bool WaitQueue::wait_until(uint64_t deadline_ns) { return sleep_until(waiters_, nullptr, deadline_ns); }
bool WaitQueue::wait_until(SpinLock& lock, uint64_t deadline_ns) {
    return sleep_until(waiters_, &lock, deadline_ns);
}

void WaitQueue::wake_one() {
    arch::IrqGuard guard;
    if (Thread* waiter = waiters_.pop_front())
        thread_wake(waiter);
}

void WaitQueue::wake_all() {
    arch::IrqGuard guard;
    while (Thread* waiter = waiters_.pop_front())
        thread_wake(waiter);
}

void sleep_ns(uint64_t ns) {
    const uint64_t deadline = arch::now_ns() + ns;
    WaitQueue nobody_wakes;
    arch::IrqGuard guard;
    while (nobody_wakes.wait_until(deadline)) {
    }
}

} // namespace kernel
