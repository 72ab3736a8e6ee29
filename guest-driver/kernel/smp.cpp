// SPDX-License-Identifier: GPL-2.0-or-later
// The other CPUs' way up, and the queues of calls to each CPU.
#include "kernel/smp.h"

#include <utility>

#include "arch/cpu.h"
#include "kernel/per_cpu.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"

namespace kernel {

namespace {

/// Newest first. Any CPU adds, the owner takes all at once; so no lock is needed.
PerCpu<std::atomic<RemoteCall*>> queues;

/// True if the queue was empty: then nobody has told the CPU yet.
bool push(std::atomic<RemoteCall*>& queue, RemoteCall& call) {
    RemoteCall* first = queue.load(std::memory_order_relaxed);
    do
        call.next = first;
    while (!queue.compare_exchange_weak(first, &call, std::memory_order_acq_rel));
    return first == nullptr;
}

RemoteCall* take_in_order(std::atomic<RemoteCall*>& queue) {
    RemoteCall* reversed = nullptr;
    for (RemoteCall* call = queue.exchange(nullptr, std::memory_order_acq_rel); call;) {
        RemoteCall* next = std::exchange(call->next, reversed);
        reversed = std::exchange(call, next);
    }
    return reversed;
}

/// The call may be made anew, or be gone, from the moment it is no longer on its way.
void run(RemoteCall& call) {
    auto* const function = call.function;
    void* const argument = call.argument;
    call.on_its_way.store(false, std::memory_order_release);
    function(argument);
}

/// What an other CPU does first: it becomes a thread, makes those that belong to each CPU, and ends.
void secondary_cpu() {
    threads_init("init");
    softirq_init();
    arch::cpu_is_up();
    thread_exit();
}

} // namespace

void smp_init() { arch::start_other_cpus(secondary_cpu); }

bool call_async(unsigned cpu, RemoteCall& call) {
    if (call.on_its_way.exchange(true, std::memory_order_acq_rel))
        return false;
    arch::IrqGuard guard;
    if (cpu == arch::cpu_id())
        run(call);
    else if (push(queues.of(cpu), call))
        arch::send_ipi(cpu, arch::IpiReason::CallFunction);
    return true;
}

void call_on_cpu(unsigned cpu, void (*function)(void*), void* argument) {
    struct Waited {
        void (*function)(void*);
        void* argument;
        std::atomic<bool> done{false};
    } waited{function, argument};
    RemoteCall call;
    call.argument = &waited;
    call.function = [](void* cookie) {
        auto& each = *static_cast<Waited*>(cookie);
        each.function(each.argument);
        each.done.store(true, std::memory_order_release);
    };
    call_async(cpu, call);
    while (!waited.done.load(std::memory_order_acquire)) {
        if (!arch::irqs_enabled())
            arch::die("call_on_cpu with interrupts off");
        arch::relax();
    }
}

void serve_ipi(arch::IpiReason reason) {
    // A thread that became ready needs nothing more: irq_exit is followed by a look at need_resched.
    if (reason != arch::IpiReason::CallFunction)
        return;
    for (RemoteCall* call = take_in_order(queues.local()); call;)
        run(*std::exchange(call, call->next));
}

} // namespace kernel
