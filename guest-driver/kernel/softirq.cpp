// SPDX-License-Identifier: GPL-2.0-or-later
// The softirq loop and ksoftirqd. What is pending belongs to its CPU and is changed with interrupts off, so
// there is no lock.
#include "kernel/softirq.h"

#include <algorithm>
#include <atomic>
#include <bit>

#include "arch/clock.h"
#include "kernel/context.h"
#include "kernel/per_cpu.h"
#include "kernel/print.h"
#include "kernel/softirq_context.h"
#include "kernel/softirq_watch.h"
#include "kernel/thread.h"
#include "kernel/timer.h"
#include "kernel/trace.h"

namespace kernel {

namespace {

struct SoftirqCpu {
    uint32_t pending = 0;
    bool ksoftirqd_sleeps = false;
    WaitQueue ksoftirqd;
    SoftirqStats stats;
    SoftirqWatch watch;
};

PerCpu<SoftirqCpu> softirq_cpus;
constinit std::atomic<SoftirqPolicy> policy{SoftirqPolicy::Linux};
std::array<void (*)(), softirq_count> handlers{};

constexpr uint32_t bit(Softirq vector) { return uint32_t{1} << static_cast<unsigned>(vector); }

void wake_ksoftirqd(SoftirqCpu& cpu) {
    if (!cpu.ksoftirqd_sleeps)
        return;
    cpu.ksoftirqd_sleeps = false;
    cpu.stats.ksoftirqd_wakeups++;
    cpu.ksoftirqd.wake_one();
}

void run_handler(SoftirqCpu& cpu, unsigned vector, SoftirqOrigin origin) {
    const uint32_t count_before = preempt_count();
    cpu.stats.executed[vector]++;
    trace(Event::SoftirqEntry, vector, static_cast<uint32_t>(origin));
    cpu.watch.handler_begins(vector);
    if (handlers[vector])
        handlers[vector]();
    cpu.watch.handler_ends();
    trace(Event::SoftirqExit, vector);
    if (preempt_count() != count_before) {
        printk("softirq %s: entered with preempt count %08x, left with %08x\n", softirq_names[vector],
               count_before, preempt_count());
        set_preempt_count(count_before);
    }
}

void run_pass(SoftirqCpu& cpu, uint32_t vectors, SoftirqOrigin origin) {
    for (; vectors != 0; vectors &= vectors - 1)
        run_handler(cpu, static_cast<unsigned>(std::countr_zero(vectors)), origin);
}

/// After pass number `pass`, with more pending: may this run go on? Counts what ended it.
bool may_go_on(SoftirqStats& stats, uint64_t deadline_jiffies, unsigned pass) {
    if (softirq_policy() == SoftirqPolicy::InlineAlways)
        return true;
    uint64_t* const limit = jiffies() >= deadline_jiffies ? &stats.time_limit
                            : need_resched()              ? &stats.resched_limit
                            : pass >= max_softirq_passes  ? &stats.pass_limit
                                                          : nullptr;
    if (limit)
        ++*limit;
    return limit == nullptr;
}

/// Returns the number of passes.
unsigned run_passes(SoftirqCpu& cpu, SoftirqOrigin origin) {
    const uint64_t deadline = jiffies() + msecs_to_jiffies(max_softirq_ms);
    unsigned pass = 0;
    cpu.watch.run_begins(origin);
    do {
        const uint32_t vectors = cpu.pending;
        cpu.pending = 0; // before interrupts come in: what they raise is for the next pass
        cpu.watch.pass_begins(vectors);
        arch::irqs_enable();
        run_pass(cpu, vectors, origin);
        arch::irqs_disable();
        cpu.watch.pass_ends();
        pass++;
    } while (cpu.pending != 0 && may_go_on(cpu.stats, deadline, pass));
    return pass;
}

bool is_for_ksoftirqd(const SoftirqCpu& cpu) {
    switch (softirq_policy()) {
    case SoftirqPolicy::Threaded:
        return true;
    case SoftirqPolicy::DeferIfKsoftirqdRunnable:
        return !cpu.ksoftirqd_sleeps;
    case SoftirqPolicy::Linux:
    case SoftirqPolicy::InlineAlways:
        break;
    }
    return false;
}

[[noreturn]] void ksoftirqd(void*) {
    SoftirqCpu& cpu = softirq_cpus.local();
    for (;;) {
        {
            arch::IrqGuard guard;
            while (cpu.pending == 0) {
                cpu.ksoftirqd_sleeps = true;
                cpu.ksoftirqd.wait();
            }
            do_softirq(SoftirqOrigin::Ksoftirqd);
        }
        if (need_resched())
            yield();
    }
}

const char* ksoftirqd_name(unsigned cpu) {
    static std::array<std::array<char, 16>, arch::max_cpus> names;
    format(names[cpu].data(), names[cpu].size(), "ksoftirqd/%u", cpu);
    return names[cpu].data();
}

} // namespace

void open_softirq(Softirq vector, void (*handler)()) { handlers[static_cast<unsigned>(vector)] = handler; }

void __raise_softirq_irqoff(Softirq vector) {
    SoftirqCpu& cpu = softirq_cpus.local();
    cpu.stats.raised[static_cast<unsigned>(vector)]++;
    if (!(cpu.pending & bit(vector)))
        cpu.watch.raised(vector);
    cpu.pending |= bit(vector);
    trace(Event::SoftirqRaise, static_cast<uint32_t>(vector));
}

void raise_softirq_irqoff(Softirq vector) {
    __raise_softirq_irqoff(vector);
    if (!in_interrupt())
        wake_ksoftirqd(softirq_cpus.local());
}

void raise_softirq(Softirq vector) {
    // With this policy a task that may run softirqs does so itself.
    const bool exit_point = softirq_policy() == SoftirqPolicy::InlineAlways && arch::irqs_enabled();
    if (exit_point)
        local_bh_disable();
    {
        arch::IrqGuard guard;
        raise_softirq_irqoff(vector);
    }
    if (exit_point)
        local_bh_enable();
}

bool local_softirq_pending() { return softirq_cpus.local().pending != 0; }

void softirq_idle() {
    SoftirqCpu& cpu = softirq_cpus.local();
    cpu.watch.idles(cpu.pending != 0, cpu.ksoftirqd_sleeps);
}

void do_softirq(SoftirqOrigin origin) {
    SoftirqCpu& cpu = softirq_cpus.local();
    const uint64_t begin = arch::now_ns();
    softirq_serving_begin();
    const unsigned passes = run_passes(cpu, origin);
    if (cpu.pending != 0)
        wake_ksoftirqd(cpu);
    softirq_serving_end();

    const uint64_t ns = arch::now_ns() - begin;
    cpu.stats.passes[std::min(passes, max_softirq_passes)]++;
    cpu.stats.longest_run_ns = std::max(cpu.stats.longest_run_ns, ns);
    if (origin == SoftirqOrigin::Ksoftirqd) {
        cpu.stats.ksoftirqd_ns += ns;
    } else {
        cpu.stats.inline_ns += ns;
        account_softirq(ns);
    }
}

void invoke_softirq(SoftirqOrigin origin) {
    SoftirqCpu& cpu = softirq_cpus.local();
    if (!is_for_ksoftirqd(cpu))
        return do_softirq(origin);
    cpu.stats.left_to_ksoftirqd++;
    wake_ksoftirqd(cpu);
}

SoftirqPolicy softirq_policy() { return policy.load(std::memory_order_relaxed); }
void set_softirq_policy(SoftirqPolicy next) { policy.store(next, std::memory_order_relaxed); }

void softirq_init() {
    const unsigned cpu = arch::cpu_id();
    if (!thread_create(ksoftirqd_name(cpu), cpu, ksoftirqd, nullptr))
        arch::die("no memory for ksoftirqd");
}

const SoftirqStats& softirq_stats(unsigned cpu) { return softirq_cpus.of(cpu).stats; }
const SoftirqWatch& softirq_watch(unsigned cpu) { return softirq_cpus.of(cpu).watch; }

} // namespace kernel
