// SPDX-License-Identifier: GPL-2.0-or-later
// What kind of code runs on this CPU: Linux's preempt count in miniature.
#pragma once

#include <cstdint>

namespace kernel {

enum class ExecutionContext : uint8_t { Task, BhDisabled, Softirq, Hardirq };
ExecutionContext execution_context();
bool in_hardirq();
bool in_serving_softirq();
/// In hard-irq, softirq or bottom-half-disabled context.
bool in_interrupt();

/// Around every device interrupt; arch calls them, interrupts off. irq_exit runs pending softirqs.
void irq_enter();
void irq_exit();
/// arch calls it after irq_exit, back on the stack of the interrupted code and with interrupts off: if that
/// code may be preempted and its thread's time is over or another became ready, the next thread runs.
void preempt_schedule_irq();

void local_bh_disable();
void local_bh_enable(); ///< the outermost one runs pending softirqs
void preempt_disable();
void preempt_enable();
/// Interrupted or guarded code is below us: the CPU must not change to another thread.
bool in_atomic();

class BhGuard {
  public:
    BhGuard() { local_bh_disable(); }
    ~BhGuard() { local_bh_enable(); }
    BhGuard(const BhGuard&) = delete;
    BhGuard& operator=(const BhGuard&) = delete;
};

class PreemptGuard {
  public:
    PreemptGuard() { preempt_disable(); }
    ~PreemptGuard() { preempt_enable(); }
    PreemptGuard(const PreemptGuard&) = delete;
    PreemptGuard& operator=(const PreemptGuard&) = delete;
};

} // namespace kernel
