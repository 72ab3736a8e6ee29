// SPDX-License-Identifier: GPL-2.0-or-later
// Taking frames off the ring, and keeping the receive unit going (SDM 6.4.3, 6.5.4).
#include <algorithm>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "driver/adapter.h"
#include "kernel/padding.h"
#include "kernel/receive.h"
#include "kernel/trace.h"

namespace e100 {
namespace {

using namespace i8255x;

constexpr std::size_t max_frame_bytes = 1518; // with VLAN tag, without FCS

enum class Drained : uint8_t {
    Quota, ///< the budget is used up; there may be more
    Empty, ///< the chip has finished no further descriptor
};

/// At the stopper: without interrupts this is the only way to notice that the receive unit stands still.
void notice_stop(Adapter& adapter) {
    if (adapter.receiver != ReceiverState::Running || !adapter.scb.receiver_out_of_resources())
        return;
    adapter.receiver = ReceiverState::Suspended;
    kernel::trace(kernel::Event::RuStopped);
}

/// The chip writes data, then the count with F, then status (SDM 6.4.3.1). QEMU's own model writes status
/// first and never F, but all of it under the lock that a register read has to wait for.
uint16_t count_of(const Adapter& adapter, const ReceiveFrameDescriptor& descriptor) {
    if (!(load(descriptor.actual_count) & rfd_count::valid))
        adapter.scb.status();
    return std::min<uint16_t>(load(descriptor.actual_count) & rfd_count::mask, ReceiveRing::frame_bytes);
}

kernel::PacketBuffer* take_packet(Adapter& adapter, std::size_t bytes) {
    kernel::PacketBuffer* packet = adapter.receive.take();
    packet->put(sizeof(ReceiveFrameDescriptor) + bytes);
    packet->pull(sizeof(ReceiveFrameDescriptor));
    return packet;
}

void deliver(Adapter& adapter, kernel::PacketBuffer* packet) {
    kernel::NetDeviceStats& stats = adapter.device.stats;
    stats.rx_packets++;
    stats.rx_bytes += packet->length();
    packet->id = ++adapter.packets_seen;
    packet->time_ns = arch::now_ns();
    kernel::eth_type_trans(*packet, adapter.device);
    stats.multicast += packet->type == kernel::PacketType::Multicast;
    if (adapter.legacy)
        kernel::netif_rx(packet);
    else
        kernel::netif_receive_skb(packet);
}

void recycle(Adapter& adapter) {
    adapter.receive.give_back(adapter.receive.take());
    adapter.counters.rx_recycled++;
    kernel::count_drop(adapter.device.stats.rx_dropped);
    kernel::note_drop(kernel::DropReason::Nomem);
}

/// True if it counts as the poll's work: what costs nothing to come by must not keep a poll from its end.
bool receive_one(Adapter& adapter) {
    const ReceiveFrameDescriptor& descriptor = adapter.receive.clean_slot_descriptor();
    arch::read_barrier();
    const uint16_t status = load(descriptor.status);
    const uint16_t bytes = count_of(adapter, descriptor);
    if (load(descriptor.command) & rfd_command::end_of_list)
        notice_stop(adapter);
    kernel::trace(kernel::Event::RxDescriptor, adapter.receive.to_clean(), uint32_t{status} << 16 | bytes);
    if (options().no_memory == NoMemory::Recycle && !adapter.receive.reserve()) {
        recycle(adapter);
        return true;
    }
    kernel::PacketBuffer* packet = take_packet(adapter, bytes);
    if (!(status & rfd_status::ok) || bytes < kernel::ethernet_header_bytes) {
        adapter.counters.rx_not_ok++;
        kernel::drop_packet(packet, kernel::DropReason::RxError);
        return false;
    }
    if (bytes > max_frame_bytes) {
        adapter.counters.rx_over_length++;
        kernel::drop_packet(packet, kernel::DropReason::RxOverLength);
        return false;
    }
    deliver(adapter, packet);
    return true;
}

void discard_skipped(Adapter& adapter) {
    adapter.counters.rx_skipped++;
    adapter.receive.give_back(adapter.receive.take());
}

Drained drain(Adapter& adapter, int budget, int& work) {
    while (adapter.receive.clean_slot_filled()) {
        if (work >= budget)
            return Drained::Quota;
        switch (adapter.receive.clean_slot_progress()) {
        case ReceiveRing::Progress::Completed:
            work += receive_one(adapter);
            break;
        case ReceiveRing::Progress::Skipped:
            discard_skipped(adapter);
            break;
        case ReceiveRing::Progress::Pending:
            if (adapter.receive.clean_slot_is_stopper())
                notice_stop(adapter);
            return Drained::Empty;
        }
    }
    return Drained::Empty;
}

/// With AckMode::Poll a frame that comes after the acknowledgement is either seen by the drain behind it or
/// by the look at the causes behind that; only one that comes later still costs an interrupt.
Drained drain_acknowledging(Adapter& adapter, int budget, int& work) {
    if (options().ack_mode == AckMode::Isr)
        return drain(adapter, budget, work);
    for (;;) {
        adapter.scb.acknowledge(stat::fr);
        if (drain(adapter, budget, work) == Drained::Quota)
            return Drained::Quota;
        if (!(adapter.scb.causes() & stat::fr))
            return Drained::Empty;
    }
}

/// RnrPolicy::Linux: at the first unprocessed descriptor, and only when all before it are processed:
/// restarted earlier, the chip would run ahead of the driver's place in the ring. At the stopper it would
/// stop again at once and, as long as its FIFO holds a frame, interrupt for that: without memory for new
/// buffers there is nothing to start. True if a start was due.
bool restart_at_clean(Adapter& adapter) {
    if (adapter.receive.clean_slot_is_stopper())
        return false;
    if (adapter.scb.receiver_ready()) {
        adapter.receiver = ReceiverState::Running; // that stop is over, and SDM table 56 forbids the start
        return true;
    }
    adapter.scb.acknowledge(stat::rnr);
    start_receiver(adapter, adapter.receive.to_clean());
    return true;
}

/// RnrPolicy::Resume: where the chip stopped, as soon as the stopper is no longer there.
void resume_where_stopped(Adapter& adapter) {
    if (!adapter.scb.receiver_out_of_resources())
        return;
    arch::read_barrier(); // it stands still: what is complete now is all there will be
    const unsigned slot = adapter.receive.first_unfinished();
    if (slot == adapter.receive.stopper())
        return;
    adapter.scb.acknowledge(stat::rnr);
    start_receiver(adapter, slot);
}

} // namespace

Error start_receiver(Adapter& adapter, unsigned slot) {
    const uint32_t address = adapter.receive.bus_address(slot);
    adapter.counters.ru_starts++;
    adapter.receiver = ReceiverState::Running; // before the start: an RNR may follow it at once
    kernel::trace(kernel::Event::RuStart, address);
    const Error error = adapter.scb.command(RuCommand::Start, address);
    if (error != Error::None)
        adapter.receiver = ReceiverState::Suspended;
    return error;
}

namespace {

int receive_some(Adapter& adapter, int budget) {
    int work = 0;
    const Drained drained = drain_acknowledging(adapter, budget, work);
    const bool stopped = adapter.receiver == ReceiverState::Suspended;
    adapter.receive.refill();
    if (options().rnr_policy == RnrPolicy::Resume) {
        if (work || stopped)
            resume_where_stopped(adapter);
    } else if (drained == Drained::Empty && stopped) {
        work += restart_at_clean(adapter);
    }
    return work;
}

} // namespace

int receive_packets(Adapter& adapter, int budget) {
    if (budget != kernel::unlimited_weight)
        return receive_some(adapter, budget);
    constexpr int step = 16; // frames after which the ring is refilled; else it would be the limit
    int work = 0;
    for (int got = step; got == step; work += got)
        got = receive_some(adapter, step);
    return work;
}

/// What comes meanwhile raises the interrupt again, so a bound on one visit strands nothing.
void receive_in_interrupt(Adapter& adapter) {
    kernel::IrqSpinGuard guard(adapter.poll_lock);
    for (unsigned packets = 0; packets < adapter.receive.size(); packets++) {
        kernel::PaddedScope cost(kernel::padding.irq_ns);
        if (receive_some(adapter, 1) == 0)
            return cost.waive();
    }
}

} // namespace e100
