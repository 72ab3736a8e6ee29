// SPDX-License-Identifier: GPL-2.0-or-later
// Two queues for each CPU, so that those who add meet the one who takes only once in a while, when it moves
// all of the first queue to the second.
#include "kernel/backlog.h"

#include <utility>

#include "kernel/flow_limit.h"
#include "kernel/napi_poll.h"
#include "kernel/per_cpu.h"
#include "kernel/receive.h"
#include "kernel/smp.h"
#include "kernel/softirq.h"
#include "kernel/softnet.h"
#include "kernel/thread.h"
#include "kernel/trace.h"

namespace kernel {
namespace {

struct Backlog {
    Napi napi;
    unsigned cpu = 0;

    SpinLock lock; // the next three, and who claims `napi`
    PacketQueue input;
    std::atomic<uint32_t> most{0}; ///< that `input` ever held
    std::atomic<uint32_t> tail{0}; ///< packets that ever came

    PacketQueue process;                                      // only the owner, in softirq context
    std::atomic<uint32_t> input_length{0}, process_length{0}; ///< for those who only look
    std::atomic<uint32_t> head{0};

    RemoteCall wake_call;
    Backlog* to_wake = nullptr; ///< first of the backlogs that this CPU has to wake; interrupts off
    Backlog* next_to_wake = nullptr;
};
constinit PerCpu<Backlog> backlogs;

constexpr uint64_t drain_poll_ns = 100'000;

/// On the backlog's CPU, called by another one.
void wake_up(void* cookie) {
    this_softnet().stats.received_rps++;
    __napi_schedule_irqoff(static_cast<Backlog*>(cookie)->napi);
}

/// The backlog was idle. Interrupts off.
void schedule(Backlog& theirs) {
    if (theirs.cpu == arch::cpu_id())
        return __napi_schedule_irqoff(theirs.napi);
    Backlog& mine = backlogs.local();
    theirs.next_to_wake = std::exchange(mine.to_wake, &theirs);
    if (!this_softnet().in_net_rx_action)
        raise_softirq_irqoff(Softirq::NetRx);
}

/// Nobody else claims while the lock is held.
bool claim(Napi& napi) {
    return !(napi.state.fetch_or(napi_state::sched, std::memory_order_acquire) & napi_state::sched);
}

std::optional<uint32_t> push(Backlog& backlog, PacketBuffer* packet) {
    IrqSpinGuard guard(backlog.lock);
    const auto length = static_cast<uint32_t>(backlog.input.length());
    if (length > netdev_max_backlog || flow_limited(*packet, length))
        return std::nullopt;
    if (length == 0 && claim(backlog.napi)) {
        note_claim(backlog.napi);
        schedule(backlog);
    }
    trace(Event::BacklogEnqueue, backlog.cpu, length + 1);
    backlog.input.push(packet);
    backlog.input_length.store(length + 1, std::memory_order_relaxed);
    if (length >= backlog.most.load(std::memory_order_relaxed))
        backlog.most.store(length + 1, std::memory_order_relaxed);
    const uint32_t tail = backlog.tail.load(std::memory_order_relaxed) + 1;
    backlog.tail.store(tail, std::memory_order_relaxed);
    return tail;
}

/// All that came meanwhile moves to the owner's queue. If there is nothing, the poll is over (false); whoever
/// adds a packet from then on schedules the next one.
bool take_input(Backlog& mine) {
    IrqSpinGuard guard(mine.lock);
    if (mine.input.empty()) {
        __napi_complete(mine.napi);
        return false;
    }
    mine.process.splice_back(mine.input);
    mine.process_length.store(static_cast<uint32_t>(mine.process.length()), std::memory_order_relaxed);
    mine.input_length.store(0, std::memory_order_relaxed);
    return true;
}

int process_backlog(Napi& napi, int quota) {
    Backlog& mine = backlogs.local();
    backlog_send_ipis(); // those CPUs could work already
    napi.weight = static_cast<int>(dev_weight * dev_weight_rx_bias);
    int work = 0;
    do {
        while (PacketBuffer* packet = mine.process.pop()) {
            mine.process_length.store(static_cast<uint32_t>(mine.process.length()),
                                      std::memory_order_relaxed);
            __netif_receive_skb(packet);
            mine.head.store(mine.head.load(std::memory_order_relaxed) + 1, std::memory_order_release);
            if (++work >= quota)
                return work;
        }
    } while (take_input(mine));
    return work;
}

} // namespace

std::optional<uint32_t> enqueue_to_backlog(unsigned cpu, PacketBuffer* packet) {
    NetDevice& device = *packet->device;
    if (!device.up) {
        count_drop(device.stats.rx_dropped);
        drop_packet(packet, DropReason::DevReady);
        return std::nullopt;
    }
    Backlog& backlog = backlogs.of(cpu);
    if (backlog.input_length.load(std::memory_order_relaxed) <= netdev_max_backlog)
        if (const auto tail = push(backlog, packet))
            return tail;
    trace(Event::BacklogDrop, cpu);
    count_drop(softnet_of(cpu).stats.dropped);
    count_drop(device.stats.rx_dropped);
    drop_packet(packet, DropReason::CpuBacklog);
    return std::nullopt;
}

void backlog_send_ipis() {
    Backlog* first = nullptr;
    {
        arch::IrqGuard guard;
        first = std::exchange(backlogs.local().to_wake, nullptr);
    }
    while (first) {
        Backlog& each =
            *std::exchange(first, first->next_to_wake); // once it is called it may be in another list
        trace(Event::RpsIpi, arch::cpu_id(), each.cpu);
        call_async(each.cpu, each.wake_call);
    }
}

uint32_t backlog_head(unsigned cpu) { return backlogs.of(cpu).head.load(std::memory_order_acquire); }

BacklogLengths backlog_lengths(unsigned cpu) {
    const Backlog& backlog = backlogs.of(cpu);
    return {backlog.input_length.load(std::memory_order_relaxed),
            backlog.process_length.load(std::memory_order_relaxed)};
}

uint32_t backlog_most(unsigned cpu) { return backlogs.of(cpu).most.load(std::memory_order_relaxed); }

void backlogs_drain() {
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++) {
        const uint32_t tail = backlogs.of(cpu).tail.load(std::memory_order_acquire);
        while (static_cast<int32_t>(backlog_head(cpu) - tail) < 0)
            sleep_ns(drain_poll_ns);
    }
}

void backlogs_init() {
    for (unsigned cpu = 0; cpu < arch::max_cpus; cpu++) {
        Backlog& backlog = backlogs.of(cpu);
        backlog.cpu = cpu;
        backlog.napi.poll = process_backlog;
        backlog.napi.weight = static_cast<int>(dev_weight * dev_weight_rx_bias);
        backlog.napi.state = napi_state::listed;
        backlog.wake_call.function = wake_up;
        backlog.wake_call.argument = &backlog;
    }
}

} // namespace kernel
