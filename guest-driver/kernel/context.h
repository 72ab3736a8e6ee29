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

/// Around every device interrupt; arch calls them, interrupts off. irq_exit runs pending softirqs and then, if a
/// thread's time is over or a better one became ready, the scheduler.
void irq_enter();
void irq_exit();

void local_bh_disable();
void local_bh_enable(); ///< the outermost one runs pending softirqs
void preempt_disable();
void preempt_enable();

class BhGuard {
  public:
    BhGuard() { local_bh_disable(); }
    ~BhGuard() { local_bh_enable(); }
    BhGuard(const BhGuard&) = delete;
    BhGuard& operator=(const BhGuard&) = delete;
};

} // namespace kernel
