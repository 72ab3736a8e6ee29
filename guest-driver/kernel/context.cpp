// SPDX-License-Identifier: GPL-2.0-or-later
// The preempt count of each CPU. It needs no lock: it is changed only by its CPU, and whoever interrupts
// leaves it as it was. It belongs to the CPU and not to the thread, because a thread is only taken off the
// CPU when it is 0.
#include "kernel/context.h"

#include <atomic>

#include "arch/cpu.h"
#include "kernel/padding.h"
#include "kernel/per_cpu.h"
#include "kernel/softirq.h"
#include "kernel/softirq_context.h"
#include "kernel/thread.h"

namespace kernel {

namespace {

// Serving a softirq counts one unit, disabling bottom halves two: so an odd number of units means serving.
constexpr uint32_t preempt_unit = 1;
constexpr uint32_t softirq_unit = 1 << 8, softirq_mask = 0xff << 8;
constexpr uint32_t bh_disable_unit = 2 * softirq_unit;
constexpr uint32_t hardirq_unit = 1 << 16, hardirq_mask = 0xff << 16;

PerCpu<uint32_t> counts;

void add(uint32_t units) {
    counts.local() += units;
    std::atomic_signal_fence(std::memory_order_seq_cst);
}
void subtract(uint32_t units) {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    counts.local() -= units;
}

void reschedule_if_due() {
    if (counts.local() == 0 && need_resched() && arch::irqs_enabled()) {
        arch::IrqGuard guard;
        schedule();
    }
}

} // namespace

bool in_hardirq() { return counts.local() & hardirq_mask; }
bool in_serving_softirq() { return counts.local() & softirq_unit; }
bool in_interrupt() { return counts.local() & (hardirq_mask | softirq_mask); }
bool in_atomic() { return counts.local() != 0; }

ExecutionContext execution_context() {
    if (in_hardirq())
        return ExecutionContext::Hardirq;
    if (in_serving_softirq())
        return ExecutionContext::Softirq;
    return in_interrupt() ? ExecutionContext::BhDisabled : ExecutionContext::Task;
}

uint32_t preempt_count() { return counts.local(); }

void set_preempt_count(uint32_t count) { counts.local() = count; }

void irq_enter() {
    add(hardirq_unit);
    padding_irq_enter();
}

void irq_exit() {
    padding_irq_exit();
    subtract(hardirq_unit);
    if (!in_interrupt() && local_softirq_pending())
        invoke_softirq(SoftirqOrigin::IrqExit);
}

void preempt_schedule_irq() {
    if (counts.local() == 0 && need_resched())
        schedule();
}

void softirq_serving_begin() { add(softirq_unit); }
void softirq_serving_end() { subtract(softirq_unit); }

void local_bh_disable() { add(bh_disable_unit); }

void local_bh_enable() {
    // Preemption stays off until the softirqs have run: they belong to this CPU's caller.
    add(preempt_unit);
    subtract(bh_disable_unit);
    if (!in_interrupt() && local_softirq_pending()) {
        arch::IrqGuard guard;
        invoke_softirq(SoftirqOrigin::BhEnable);
    }
    preempt_enable();
}

void preempt_disable() { add(preempt_unit); }

void preempt_enable() {
    subtract(preempt_unit);
    reschedule_if_due();
}

} // namespace kernel
