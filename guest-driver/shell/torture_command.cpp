// SPDX-License-Identifier: GPL-2.0-or-later
// A thread on each CPU uses what CPUs share, all at the same time; afterwards every count must be right to
// the last one. (Linux has locktorture and its like for that.)
#include <array>
#include <atomic>

#include "arch/clock.h"
#include "kernel/command_line.h"
#include "kernel/dma.h"
#include "kernel/list.h"
#include "kernel/mutex.h"
#include "kernel/packet_buffer.h"
#include "kernel/page_alloc.h"
#include "kernel/per_cpu.h"
#include "kernel/smp.h"
#include "kernel/thread.h"
#include "kernel/timer.h"
#include "shell/arguments.h"
#include "shell/terminal.h"

namespace shell {

namespace {

using Number = unsigned long long;

constexpr uint64_t default_ms = 1000;
constexpr unsigned item_count = 16;
constexpr unsigned yield_every = 32;    ///< rounds between two in which the mutex is held while others run
constexpr unsigned least_rounds = 1000; ///< of each CPU, however little time it gets of a busy host
constexpr unsigned call_every = 8;      ///< waiting for another CPU takes long: most rounds are for the locks

struct Item : kernel::ListNode {
    uint64_t uses = 0; ///< only by who has taken it off the list
};

/// Only its CPU writes it.
struct Own {
    uint64_t rounds = 0;
    uint64_t calls_made = 0, calls_served = 0; ///< served in hard-irq context
    uint64_t packets_made = 0, packets_freed = 0;
    uint64_t timers_armed = 0, timers_rang = 0;
    uint64_t pages_spoilt = 0; ///< somebody else wrote into them
};

struct Shared {
    kernel::SpinLock irq_lock; ///< the list and the count, also for handlers of interrupts
    kernel::List<Item> list;
    uint64_t irq_count = 0;
    kernel::SpinLock bh_lock;
    kernel::PacketQueue packets;
    uint64_t bh_count = 0;
    kernel::Mutex mutex;
    uint64_t mutex_count = 0;

    std::atomic<uint64_t> end_ns{0};
    kernel::SpinLock lock; ///< of `running`
    kernel::WaitQueue changes;
    unsigned running = 0;
    bool go = false;
};
Shared shared;
std::array<Item, item_count> items;
kernel::PerCpu<Own> owns;

void serve_call(void*) {
    kernel::IrqSpinGuard guard(shared.irq_lock);
    shared.irq_count++;
    owns.local().calls_served++;
}

void use_list() {
    Item* item = nullptr;
    {
        kernel::IrqSpinGuard guard(shared.irq_lock);
        shared.irq_count++;
        item = shared.list.pop_front();
    }
    item->uses++; // there are more items than CPUs
    kernel::IrqSpinGuard guard(shared.irq_lock);
    shared.list.push_back(*item);
}

/// A packet of ours goes into the queue, and one of somebody's out of it.
void use_packets(Own& own) {
    kernel::PacketBuffer* fresh = kernel::alloc_packet();
    kernel::PacketBuffer* taken = nullptr;
    {
        kernel::BhSpinGuard guard(shared.bh_lock);
        shared.bh_count++;
        if (shared.packets.length() > item_count)
            taken = shared.packets.pop();
        if (fresh)
            shared.packets.push(fresh);
    }
    own.packets_made += fresh != nullptr;
    own.packets_freed += taken != nullptr;
    if (taken)
        kernel::consume_packet(taken);
}

/// Pages from the allocator, which all share, through the table of DMA mappings, which all share as well.
void use_pages(Own& own) {
    constexpr unsigned orders = 3;
    const auto order = static_cast<unsigned>(own.rounds % orders);
    auto* words = static_cast<uint64_t*>(kernel::alloc_pages(order));
    if (!words)
        return;
    const std::size_t bytes = kernel::page_size << order, last = bytes / sizeof *words - 1;
    const uint64_t mark = reinterpret_cast<uintptr_t>(&own) + own.rounds;
    words[0] = words[last] = mark;
    const uint32_t bus = kernel::dma_map(std::as_writable_bytes(std::span(words, last + 1)),
                                         kernel::DmaDirection::Bidirectional, &own);
    kernel::dma_unmap(bus, bytes, kernel::DmaDirection::Bidirectional, &own);
    own.pages_spoilt += words[0] != mark || words[last] != mark;
    kernel::free_pages(words, order);
}

void use_mutex(const Own& own) {
    kernel::MutexGuard guard(shared.mutex);
    shared.mutex_count++;
    if (own.rounds % yield_every == 0)
        kernel::yield();
}

void use_timer(Own& own, kernel::TimerEvent& timer) {
    if (own.timers_armed == own.timers_rang) {
        own.timers_armed++;
        kernel::timer_arm(timer, kernel::jiffies() + 1);
    }
}

void wait_for_start() {
    kernel::IrqSpinGuard guard(shared.lock);
    while (!shared.go)
        shared.changes.wait(shared.lock);
}

void note_end() {
    kernel::IrqSpinGuard guard(shared.lock);
    shared.running--;
    shared.changes.wake_all();
}

void torture(void*) {
    const unsigned self = arch::cpu_id(), cpus = arch::cpu_count();
    Own& own = owns.local();
    kernel::TimerEvent timer;
    timer.function = [](void* cookie) { static_cast<Own*>(cookie)->timers_rang++; };
    timer.argument = &own;
    wait_for_start();
    while (arch::now_ns() < shared.end_ns || own.rounds < least_rounds || own.timers_rang == 0) {
        own.rounds++;
        use_list();
        use_packets(own);
        use_pages(own);
        use_mutex(own);
        use_timer(own, timer);
        if (own.rounds % call_every == 0)
            kernel::call_on_cpu(static_cast<unsigned>((self + own.calls_made++) % cpus), serve_call, nullptr);
    }
    kernel::timer_cancel(timer);
    note_end();
}

void prepare() {
    for (Item& item : items) {
        item.uses = 0;
        shared.list.push_back(item);
    }
    shared.irq_count = shared.bh_count = shared.mutex_count = 0;
    shared.go = false;
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++)
        owns.of(cpu) = {};
}

bool start_threads() {
    unsigned started = 0;
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++)
        started += kernel::thread_create("torture", cpu, torture, nullptr) != nullptr;
    kernel::IrqSpinGuard guard(shared.lock);
    shared.running = started;
    return started == arch::cpu_count();
}

/// Until the time is over or Ctrl-C is typed.
void run_for(uint64_t ms) {
    constexpr uint64_t interrupt_check_ns = 50'000'000;
    kernel::IrqSpinGuard guard(shared.lock);
    shared.end_ns = arch::now_ns() + ms * 1'000'000;
    shared.go = true;
    shared.changes.wake_all();
    while (shared.running > 0) {
        shared.changes.wait_until(shared.lock, arch::now_ns() + interrupt_check_ns);
        if (terminal_interrupted())
            shared.end_ns = 0;
    }
}

bool expect(const Output& output, const char* what, uint64_t counted, uint64_t expected) {
    if (counted != expected)
        output.print("torture: %s: %llu, and there were %llu\n", what, static_cast<Number>(counted),
                     static_cast<Number>(expected));
    return counted == expected;
}

/// Empties the list and the queue.
bool counts_are_right(const Output& output) {
    Own sum;
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++) {
        const Own& own = owns.of(cpu);
        sum.rounds += own.rounds;
        sum.calls_made += own.calls_made;
        sum.calls_served += own.calls_served;
        sum.packets_made += own.packets_made;
        sum.packets_freed += own.packets_freed;
        sum.pages_spoilt += own.pages_spoilt;
    }
    uint64_t uses = 0, listed = 0;
    while (const Item* item = shared.list.pop_front()) {
        uses += item->uses;
        listed++;
    }
    const uint64_t queued = shared.packets.length();
    shared.packets.purge(kernel::DropReason::Consumed);
    bool right = expect(output, "calls served", sum.calls_served, sum.calls_made);
    right &=
        expect(output, "counted under the lock of interrupts", shared.irq_count, sum.rounds + sum.calls_made);
    right &= expect(output, "counted under the lock of softirqs", shared.bh_count, sum.rounds);
    right &= expect(output, "counted under the mutex", shared.mutex_count, sum.rounds);
    right &= expect(output, "items on the list", listed, item_count);
    right &= expect(output, "uses of the items", uses, sum.rounds);
    right &= expect(output, "pages spoilt", sum.pages_spoilt, 0);
    right &= expect(output, "packets in the queue", queued, sum.packets_made - sum.packets_freed);
    return right;
}

} // namespace

void torture_command(Words words, const Output& output) {
    const auto ms = words.size() > 1 ? kernel::parse_number(words[1]) : std::nullopt;
    if (words.size() > 2 || (words.size() == 2 && !ms))
        return output.write("Usage: torture [MILLISECONDS]\n");
    prepare();
    const bool all = start_threads();
    output.write("torture: it begins\n");
    run_for(ms.value_or(default_ms));
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++) {
        const Own& own = owns.of(cpu);
        output.print("CPU%u: %llu rounds, %llu calls served, %llu timers rang\n", cpu,
                     static_cast<Number>(own.rounds), static_cast<Number>(own.calls_served),
                     static_cast<Number>(own.timers_rang));
    }
    if (!all)
        output.write("torture: not enough memory for a thread on each CPU\n");
    if (counts_are_right(output) && all)
        output.write("torture: every count is right\n");
}

} // namespace shell
