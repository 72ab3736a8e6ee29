// SPDX-License-Identifier: GPL-2.0-or-later
// Threads and the scheduler: a run queue per CPU, round robin with a time slice of one tick. A thread is
// woken on the CPU it belongs to; the other CPUs only put it into the run queue there.
#include "kernel/thread.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <span>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/ipi.h"
#include "arch/memory.h"
#include "kernel/context.h"
#include "kernel/page_alloc.h"
#include "kernel/per_cpu.h"
#include "kernel/softirq.h"
#include "kernel/spinlock.h"
#include "kernel/timeline.h"
#include "kernel/trace.h"

namespace kernel {

namespace {

constexpr unsigned ticks_per_slice = 1;

/// A slot keeps its stack when the thread ends: the next one takes both.
struct Slot : Thread {
    std::byte* stack = nullptr;
    void (*entry)(void*) = nullptr;
    void* argument = nullptr;
    std::atomic<bool> taken{false};
};

struct RunQueue {
    SpinLock lock; ///< `ready` and the state of this CPU's threads
    List<Thread> ready;
    Thread* current = nullptr;
    Thread* idle = nullptr;
    Slot* ended = nullptr; ///< its thread is Dead but may still stand on its stack
    std::atomic<bool> need_resched{false};
    unsigned slice_ticks = ticks_per_slice;
    uint64_t switched_at_ns = 0;
};

std::array<Slot, max_threads> slots;
SpinLock slots_lock;
PerCpu<RunQueue> run_queues;

/// slots_lock is held.
unsigned cpu_with_fewest_threads() {
    std::array<unsigned, arch::max_cpus> threads{};
    for (const Slot& slot : slots)
        threads[slot.cpu] += slot.taken;
    const auto up = std::span(threads).first(arch::cpu_count());
    return static_cast<unsigned>(std::min_element(up.begin(), up.end()) - up.begin());
}

Slot* take_slot(unsigned cpu) {
    IrqSpinGuard guard(slots_lock);
    for (Slot& slot : slots)
        if (!slot.taken) {
            slot.cpu = cpu == any_cpu ? cpu_with_fewest_threads() : cpu;
            slot.taken = true;
            return &slot;
        }
    return nullptr;
}

uint32_t number_of(const Thread& thread) {
    return static_cast<uint32_t>(static_cast<const Slot*>(&thread) - slots.data());
}

void give_name(Slot& slot, const char* name) {
    slot.name = name;
    timeline_name("thread", number_of(slot), name);
}

void give_back(Slot& slot) {
    IrqSpinGuard guard(slots_lock);
    slot.taken = false;
}

std::span<std::byte> stack_of(Slot& slot) {
    constexpr std::size_t bytes = page_size << thread_stack_order;
    if (!slot.stack) {
        slot.stack = static_cast<std::byte*>(alloc_pages(thread_stack_order));
        if (!slot.stack)
            return {};
    }
    return {slot.stack + page_size, bytes - page_size};
}

void thread_begin(void* argument) {
    auto& slot = *static_cast<Slot*>(argument);
    arch::forbid_access(slot.stack); // here, because it is this CPU that must not reach it
    slot.entry(slot.argument);
    thread_exit();
}

/// A thread that is not in a run queue yet.
Slot* new_thread(const char* name, unsigned cpu, void (*entry)(void*), void* argument) {
    Slot* slot = take_slot(cpu);
    if (!slot)
        return nullptr;
    const std::span<std::byte> stack = stack_of(*slot);
    if (stack.empty()) {
        give_back(*slot);
        return nullptr;
    }
    slot->entry = entry;
    slot->argument = argument;
    slot->context = arch::make_context(stack, thread_begin, slot);
    give_name(*slot, name);
    slot->run_ns = 0;
    return slot;
}

void idle_loop(void*) {
    for (;;) {
        arch::irqs_disable();
        if (need_resched()) {
            schedule();
        } else {
            softirq_idle();
            arch::wait_for_interrupt();
        }
    }
}

Thread& pick_next(RunQueue& queue) {
    Thread& previous = *queue.current;
    if (previous.state == ThreadState::Running && &previous != queue.idle) {
        previous.state = ThreadState::Ready;
        queue.ready.push_back(previous);
    }
    Thread* next = queue.ready.pop_front();
    return next ? *next : *queue.idle;
}

/// Whoever runs now stands on another stack than the one that ended.
void reap(RunQueue& queue) {
    if (queue.ended && queue.current != queue.ended) {
        give_back(*queue.ended);
        queue.ended = nullptr;
    }
}

/// To the current thread since the last time, but for `others_ns`.
void account(RunQueue& queue, uint64_t others_ns = 0) {
    const uint64_t now = arch::now_ns();
    // Only this CPU writes it.
    std::atomic<uint64_t>& run_ns = queue.current->run_ns;
    run_ns.store(run_ns.load(std::memory_order_relaxed) + now - queue.switched_at_ns - others_ns,
                 std::memory_order_relaxed);
    queue.switched_at_ns = now;
}

} // namespace

void threads_init(const char* name) {
    RunQueue& queue = run_queues.local();
    Slot* self = take_slot(arch::cpu_id());
    Slot* idle = new_thread("idle", arch::cpu_id(), idle_loop, nullptr);
    if (!self || !idle)
        arch::die("no memory for the first threads");
    give_name(*self, name);
    self->state = ThreadState::Running;
    idle->state = ThreadState::Ready;
    queue.current = self;
    queue.idle = idle;
    queue.switched_at_ns = arch::now_ns();
}

Thread* thread_create(const char* name, unsigned cpu, void (*entry)(void*), void* argument) {
    Slot* slot = new_thread(name, cpu, entry, argument);
    if (!slot)
        return nullptr;
    slot->state = ThreadState::Waiting;
    thread_wake(slot);
    return slot;
}

void thread_exit() {
    arch::irqs_disable();
    RunQueue& queue = run_queues.local();
    reap(queue);
    queue.current->state = ThreadState::Dead;
    queue.ended = static_cast<Slot*>(queue.current);
    schedule();
    arch::die("a dead thread runs");
}

Thread* current_thread() { return run_queues.local().current; }

uint64_t thread_cpu_ns() {
    arch::IrqGuard guard;
    account(run_queues.local());
    return current_thread()->run_ns;
}

void thread_for_each(void (*row)(const Thread&, void* cookie), void* cookie) {
    thread_cpu_ns();
    for (const Slot& slot : slots)
        if (slot.taken && slot.state != ThreadState::Dead)
            row(slot, cookie);
}

void thread_wake(Thread* thread) {
    RunQueue& queue = run_queues.of(thread->cpu);
    IrqSpinGuard guard(queue.lock);
    if (thread->state != ThreadState::Waiting)
        return;
    thread->state = ThreadState::Ready;
    queue.ready.push_back(*thread);
    // Who finds it set need not tell: that CPU has not looked yet, and it looks before it sleeps.
    if (!queue.need_resched.exchange(true) && thread->cpu != arch::cpu_id())
        arch::send_ipi(thread->cpu, arch::IpiReason::Reschedule);
}

void yield() {
    arch::IrqGuard guard;
    schedule();
}

void schedule() {
    if (in_atomic())
        arch::die("scheduling while atomic");
    RunQueue& queue = run_queues.local();
    Thread& previous = *queue.current;
    reap(queue);
    queue.lock.lock();
    queue.need_resched = false;
    queue.slice_ticks = ticks_per_slice;
    Thread& next = pick_next(queue);
    next.state = ThreadState::Running;
    queue.lock.unlock();
    account(queue);
    if (&next == &previous)
        return;
    trace(Event::SchedSwitch, number_of(next), number_of(previous));
    queue.current = &next;
    arch::switch_context(previous.context, next.context);
}

void scheduler_tick() {
    RunQueue& queue = run_queues.local();
    if (!queue.current)
        return;     // the scheduler of this CPU has not begun
    account(queue); // a CPU may idle for ever
    if (queue.slice_ticks > 0)
        queue.slice_ticks--;
    IrqSpinGuard guard(queue.lock);
    if (queue.slice_ticks == 0 && !queue.ready.empty())
        queue.need_resched = true;
}

void account_softirq(uint64_t ns) {
    if (RunQueue& queue = run_queues.local(); queue.current)
        account(queue, ns);
}

bool need_resched() { return run_queues.local().need_resched.load(std::memory_order_relaxed); }
void set_need_resched() { run_queues.local().need_resched = true; }

} // namespace kernel
