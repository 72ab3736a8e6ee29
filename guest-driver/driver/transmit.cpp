// SPDX-License-Identifier: GPL-2.0-or-later
// Sending: one transmit command block per packet (SDM 6.4.2.5), or an IPCB if the chip has something to do on
// it (SDM appendix B).
#include <algorithm>

#include "driver/adapter.h"
#include "kernel/trace.h"

namespace e100 {
namespace {

using namespace i8255x;

constexpr uint8_t threshold = 0xe0; // start when 1792 bytes, that is all, are in the FIFO
constexpr unsigned packets_per_interrupt = 16;
constexpr uint16_t longest_delay =
    cb_command::cid_mask; // CNA some 256 us after the last block (SDM 6.4.2.5.4)

/// Transmit block with its two inline descriptors, of which the first is used. In the standard form the
/// descriptor array follows the block, in the extended form the first two descriptors do: the same layout
/// serves both.
struct TransmitLayout {
    TransmitCb tcb;
    TransmitBufferDescriptor tbd[2];
};
static_assert(sizeof(TransmitLayout) <= sizeof(SharedCommand));

/// IPCB, and the array of the TBDs behind its own.
struct IpcbLayout {
    Ipcb ipcb;
    TransmitBufferDescriptor tbd[kernel::packet_max_bytes / tbd_size_mask];
};
static_assert(sizeof(IpcbLayout) <= sizeof(SharedCommand));
static_assert((std::size(IpcbLayout{}.tbd) + 1) * tbd_size_mask >=
              kernel::packet_max_bytes + kernel::packet_headroom);

/// CX now and then, so that blocks come back under load; else the delayed CNA, which the 82557 does not have.
/// A large send is worth an interrupt of its own, which often finds the ACKs there as well.
uint16_t transmit_command(Adapter& adapter, Opcode opcode, const kernel::PacketBuffer& packet) {
    uint16_t command = static_cast<uint16_t>(opcode) | cb_command::flexible;
    const bool delayed = adapter.generation >= Generation::I82558 && packet.gso_size == 0;
    if (delayed)
        command |= longest_delay;
    adapter.commands_since_interrupt = (adapter.commands_since_interrupt + 1) % packets_per_interrupt;
    if (!delayed || adapter.commands_since_interrupt == 0)
        command |= cb_command::interrupt;
    return command;
}

void prepare_transmit(Adapter& adapter, SharedCommand& command, uint32_t bus, const CommandSlot& slot) {
    auto& layout = reinterpret_cast<TransmitLayout&>(command);
    store(layout.tcb.header.status, 0);
    store(layout.tcb.header.command, transmit_command(adapter, Opcode::Transmit, *slot.packet));
    store(layout.tcb.tbd_array, bus + static_cast<uint32_t>(offsetof(TransmitLayout, tbd)));
    store(layout.tcb.byte_count, 0);
    layout.tcb.threshold = threshold;
    layout.tcb.tbd_number = 1;
    store(layout.tbd[0].address, slot.data_bus);
    store(layout.tbd[0].size, slot.data_bytes);
    store(layout.tbd[1].address, 0);
    store(layout.tbd[1].size, 0);
}

/// The packet in pieces that a TBD can describe; EL ends the list.
void fill_tbds(IpcbLayout& layout, const CommandSlot& slot) {
    TransmitBufferDescriptor* tbd = &layout.ipcb.tbd;
    for (uint32_t begin = 0; begin < slot.data_bytes; begin += tbd_size_mask) {
        const uint32_t bytes = std::min(slot.data_bytes - begin, tbd_size_mask);
        const bool last = begin + bytes == slot.data_bytes;
        store(tbd->address, slot.data_bus + begin);
        store(tbd->size, last ? bytes | tbd_end_of_list : bytes);
        tbd = begin == 0 ? layout.tbd : tbd + 1;
    }
}

void prepare_ipcb(Adapter& adapter, SharedCommand& command, uint32_t bus, const CommandSlot& slot) {
    auto& layout = reinterpret_cast<IpcbLayout&>(command);
    Ipcb& block = layout.ipcb;
    const kernel::PacketBuffer& packet = *slot.packet;
    store(block.standard.header.status, 0);
    store(block.standard.header.command, transmit_command(adapter, Opcode::Ipcb, packet));
    store(block.standard.tbd_array, bus + static_cast<uint32_t>(offsetof(IpcbLayout, tbd)));
    store(block.standard.byte_count, 0);
    block.standard.threshold = threshold;
    block.standard.tbd_number = tbd_number_dynamic;
    store(block.schedule, 0);
    block.checksums = ipcb::l4_checksum | ipcb::tcp;
    block.activation = ipcb::parse;
    fill_tbds(layout, slot);
    if (packet.gso_size == 0)
        return;
    block.standard.threshold = static_cast<uint8_t>(packet.gso_size);
    block.standard.tbd_number = static_cast<uint8_t>(packet.gso_size >> 8);
    block.checksums |= ipcb::large_send | ipcb::ip_checksum;
    store(block.tbd.size, load(block.tbd.size) | uint32_t{packet.gso_payload} << ipcb::payload_shift);
}

void map_packet(Adapter& adapter, CommandSlot& slot, kernel::PacketBuffer* packet) {
    slot.packet = packet;
    slot.data_bytes = static_cast<uint32_t>(packet->length());
    slot.data_bus = kernel::dma_map(packet->bytes(), kernel::DmaDirection::ToDevice, &adapter);
}

void unmap_packet(Adapter& adapter, const CommandSlot& slot) {
    kernel::dma_unmap(slot.data_bus, slot.data_bytes, kernel::DmaDirection::ToDevice, &adapter);
}

} // namespace

kernel::TransmitResult start_xmit(kernel::NetDevice& device, kernel::PacketBuffer* packet) {
    Adapter& adapter = adapter_of(device);
    const bool queued =
        adapter.commands.submit(adapter.scb, [&](SharedCommand& command, CommandSlot& slot, uint32_t bus) {
            map_packet(adapter, slot, packet);
            (packet->checksum_partial ? prepare_ipcb : prepare_transmit)(adapter, command, bus, slot);
        });
    return queued ? kernel::TransmitResult::Sent : kernel::TransmitResult::Busy;
}

void clean_transmitted(Adapter& adapter) {
    kernel::NetDeviceStats& stats = adapter.device.stats;
    const auto reclaimed = adapter.commands.reclaim([&](CommandSlot& slot) {
        unmap_packet(adapter, slot);
        stats.tx_packets += slot.packet->gso_segs();
        stats.tx_bytes += slot.packet->wire_length();
        kernel::consume_packet(slot.packet);
    });
    if (reclaimed.blocks)
        kernel::trace(kernel::Event::TxClean, reclaimed.blocks);
    if (reclaimed.room_again)
        kernel::netif_wake_queue(adapter.device);
}

void forget_queued(Adapter& adapter) {
    adapter.commands.purge([&](CommandSlot& slot) {
        unmap_packet(adapter, slot);
        kernel::consume_packet(slot.packet);
    });
}

void drop_queued(Adapter& adapter) {
    adapter.commands.purge([&](CommandSlot& slot) {
        unmap_packet(adapter, slot);
        kernel::count_drop(adapter.device.stats.tx_dropped);
        kernel::drop_packet(slot.packet, kernel::DropReason::QueuePurge);
    });
}

} // namespace e100
