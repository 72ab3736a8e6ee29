// SPDX-License-Identifier: GPL-2.0-or-later
// Threads, one run queue per CPU, round robin; a thread is preempted at interrupt exit when its time slice is
// over.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "arch/context.h"
#include "kernel/list.h"
#include "kernel/spinlock.h"

namespace kernel {

enum class ThreadState : uint8_t { Dead, Ready, Running, Waiting };

/// Element of a run queue or of a wait queue.
struct Thread : ListNode {
    arch::Context context;
    const char* name = nullptr;
    unsigned cpu = 0;
    std::atomic<ThreadState> state{ThreadState::Dead};
    std::atomic<uint64_t> run_ns{0}; ///< CPU time used, without that of softirqs at exit points
};

inline constexpr unsigned max_threads = 48;
inline constexpr unsigned thread_stack_order = 4; ///< pages; the lowest one is a guard page

inline constexpr unsigned any_cpu = ~0u; ///< the one with the fewest threads

/// Once on each CPU, after page_alloc_init: the caller becomes thread `name` of its CPU and gets an idle
/// thread beside it. Interrupts off.
void threads_init(const char* name);
/// nullptr if no stack or no slot is left. `name` must live forever. The thread runs only on `cpu`, so what
/// is per CPU may be used without more ado; it ends when `entry` returns or calls thread_exit().
Thread* thread_create(const char* name, unsigned cpu, void (*entry)(void*), void* argument);
[[noreturn]] void thread_exit();
Thread* current_thread();
/// CPU time that the calling thread has used, up to now (Linux's CLOCK_THREAD_CPUTIME_ID).
uint64_t thread_cpu_ns();
/// For `ps`: every thread that is not Dead, idle threads included. The caller's time is as of now, that of
/// one which runs on another CPU as of its last switch.
void thread_for_each(void (*row)(const Thread&, void* cookie), void* cookie);
/// Makes a Waiting thread Ready (any context); sets need_resched on its CPU, which is told if it is another
/// one.
void thread_wake(Thread* thread);
void yield();
void sleep_ns(uint64_t ns);
/// Gives the CPU to the next Ready thread; called by the ways to wait and at interrupt exit. Interrupts off.
void schedule();

/// Called by tick(): ends the time slice of the current thread when others are ready.
void scheduler_tick();
/// What a softirq took inline is not the current thread's time. Interrupts off.
void account_softirq(uint64_t ns);
bool need_resched();
void set_need_resched(); ///< this CPU

/// A place to wait. wait() must be called in a loop around the condition, with interrupts off:
///     { arch::IrqGuard g; while (!condition) queue.wait(); }
/// wait() lets interrupts in while it sleeps and returns with them off.
class WaitQueue {
  public:
    void wait();
    /// False if `deadline_ns` (arch::now_ns time) passed first.
    bool wait_until(uint64_t deadline_ns);
    /// The same where wakers may run on other CPUs: they change the condition and wake under `lock`, which
    /// the waiter holds through IrqSpinGuard; it is free while the waiter sleeps and held again at the
    /// return.
    ///     { IrqSpinGuard g(lock); while (!condition) queue.wait(lock); }
    void wait(SpinLock& lock);
    bool wait_until(SpinLock& lock, uint64_t deadline_ns);
    void wake_one();
    void wake_all();

  private:
    List<Thread> waiters_;
};

} // namespace kernel
