// SPDX-License-Identifier: GPL-2.0-or-later
// The way up: steering, then taps and the protocol, on the CPU that steering chose.
#include "kernel/receive.h"

#include <array>
#include <atomic>

#include "kernel/backlog.h"
#include "kernel/flow_watch.h"
#include "kernel/napi.h"
#include "kernel/padding.h"
#include "kernel/rps.h"
#include "kernel/softnet.h"
#include "kernel/trace.h"

namespace kernel {
namespace {

constexpr unsigned max_protocols = 16;

struct Protocol {
    std::atomic<ProtocolHandler> handler{nullptr};
    uint16_t ethertype = 0;
};
std::array<Protocol, max_protocols> protocols;
std::atomic<void (*)(const PacketBuffer&)> tap{nullptr};

ProtocolHandler handler_of(uint16_t ethertype) {
    for (const Protocol& protocol : protocols)
        if (ProtocolHandler handler = protocol.handler.load(std::memory_order_acquire))
            if (protocol.ethertype == ethertype)
                return handler;
    return nullptr;
}

void note_origin(PacketBuffer& packet, unsigned interrupted) {
    flow_watch(FlowStep::Isr, interrupted, packet);
    flow_watch(FlowStep::Poll, arch::cpu_id(), packet);
}

} // namespace

void netif_receive_skb(PacketBuffer* packet) {
    trace(Event::NetReceive, packet->protocol, static_cast<uint32_t>(packet->length()));
    note_origin(*packet, packet->device->napi ? packet->device->napi->owner_cpu : arch::cpu_id());
    if (!rps_steer(packet))
        __netif_receive_skb(packet);
}

void netif_rx(PacketBuffer* packet) {
    trace(Event::NetReceive, packet->protocol, static_cast<uint32_t>(packet->length()));
    note_origin(*packet, arch::cpu_id());
    enqueue_to_backlog(arch::cpu_id(), packet);
}

void __netif_receive_skb(PacketBuffer* packet) {
    const PaddedScope cost(padding.packet_ns);
    SoftnetStats& stats = this_softnet().stats;
    stats.processed++;
    if (auto* see = tap.load(std::memory_order_relaxed))
        see(*packet);
    flow_watch(FlowStep::Protocol, arch::cpu_id(), *packet);
    ProtocolHandler handler = handler_of(packet->protocol);
    if (!handler) {
        stats.unhandled++;
        count_drop(packet->device->stats.rx_dropped);
        return drop_packet(packet, DropReason::UnhandledProto);
    }
    stats.delivered++;
    trace(Event::NetDeliver, packet->protocol, arch::cpu_id());
    handler(packet);
}

void dev_add_pack(uint16_t ethertype, ProtocolHandler handler) {
    dev_remove_pack(ethertype);
    for (Protocol& protocol : protocols) {
        if (protocol.handler.load(std::memory_order_relaxed))
            continue;
        protocol.ethertype = ethertype;
        protocol.handler.store(handler, std::memory_order_release);
        return;
    }
}

void dev_remove_pack(uint16_t ethertype) {
    for (Protocol& protocol : protocols)
        if (protocol.ethertype == ethertype)
            protocol.handler.store(nullptr, std::memory_order_release);
}

void dev_set_tap(void (*see)(const PacketBuffer&)) { tap.store(see, std::memory_order_release); }

} // namespace kernel
