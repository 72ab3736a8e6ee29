// SPDX-License-Identifier: GPL-2.0-or-later
// All CPUs: bringing them up, and having functions called on another one.
#pragma once

#include <atomic>

#include "arch/ipi.h"

namespace kernel {

/// Starts the other CPUs, each with its idle thread and its ksoftirqd. On CPU 0, after kernel_init().
void smp_init();

/// A call to another CPU (Linux's call_single_data). Belongs to whoever makes it.
struct RemoteCall {
    void (*function)(void*) = nullptr;
    void* argument = nullptr;
    std::atomic<bool> on_its_way{false};
    RemoteCall* next = nullptr; ///< in the queue of the CPU that is called
};

/// `call.function` runs soon on `cpu` with interrupts off: there in hard-irq context; at once if that is the
/// calling CPU. When it begins, the call may be made again. False if the call is still on its way: that one
/// will do. Any context.
bool call_async(unsigned cpu, RemoteCall& call);
/// The same; returns when the function has. Interrupts on, unless `cpu` is the calling CPU: two that call
/// each other would wait for ever.
void call_on_cpu(unsigned cpu, void (*function)(void*), void* argument);

/// Called by arch when such an interrupt came from another CPU, between irq_enter and irq_exit.
void serve_ipi(arch::IpiReason reason);

} // namespace kernel
