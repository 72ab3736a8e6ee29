// SPDX-License-Identifier: GPL-2.0-or-later
// What stands below lwIP's TCP: our IPv4, where lwIP's own IP layer and network interfaces would be. Received
// packets go in as they are; what lwIP sends is tcp_output.cpp's.
#include "arch/cpu.h"
#include "kernel/flow_watch.h"
#include "kernel/rps.h"
#include "net/ipv4.h"
#include "net/lwip/lwip.h"
#include "net/random.h"
#include "net/tcp_isn.h"

unsigned char* lwip_heap = nullptr;

namespace net {

namespace {

using kernel::DropReason;
using kernel::PacketBuffer;

/// A packet in lwIP's hands. The pbuf comes first: lwIP's pointer to it is a pointer to the whole.
struct HeldPacket {
    pbuf_custom custom;
    PacketBuffer* packet;
    DropReason reason; ///< when it is freed
    HeldPacket* next;
};
/// Packets that wait in lwIP: out of order, or unread by a service.
constexpr std::size_t max_held = 1024;
HeldPacket held[max_held];
HeldPacket* free_held = nullptr;
std::size_t never_used = 0; ///< those from here on

netif below{};
bool found_pcb = false;
LwipSegmentCounts counts{};

HeldPacket* take_held() {
    if (HeldPacket* first = free_held) {
        free_held = first->next;
        return first;
    }
    return never_used < max_held ? &held[never_used++] : nullptr;
}

void free_packet(pbuf* freed) {
    auto* each = reinterpret_cast<HeldPacket*>(freed);
    if (each->reason == DropReason::Consumed)
        kernel::consume_packet(each->packet);
    else
        kernel::drop_packet(each->packet, each->reason);
    each->next = free_held;
    free_held = each;
}

/// What waits for a gap to be filled is the sender's to send again (RFC 2018 8).
void forget_out_of_order() {
    for (tcp_pcb* pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        tcp_free_ooseq(pcb);
}

HeldPacket* hold(PacketBuffer* packet) {
    HeldPacket* each = take_held();
    if (!each) {
        forget_out_of_order();
        each = take_held();
    }
    if (each) {
        each->custom.custom_free_function = free_packet;
        each->packet = packet;
        each->reason = DropReason::Consumed;
    }
    return each;
}

/// Half-open connections at a time; the oldest makes room, so who never answers cannot keep others out.
constexpr unsigned max_half_open = 48;

void make_room_among_half_open() {
    tcp_pcb* oldest = nullptr;
    unsigned all = 0, half_open = 0;
    for (tcp_pcb* pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        all++;
        if (pcb->state == SYN_RCVD) {
            half_open++;
            if (!oldest || tcp_ticks - pcb->tmr >= tcp_ticks - oldest->tmr)
                oldest = pcb;
        }
    }
    if (oldest && (half_open >= max_half_open || all >= MEMP_NUM_TCP_PCB))
        tcp_abandon(oldest, 0);
}

tcp_pcb* find_connection(Endpoint local, Endpoint remote) {
    const ip4_addr_t ours = to_lwip(local.address), theirs = to_lwip(remote.address);
    tcp_pcb* pcb = tcp_active_pcbs;
    while (pcb && !(pcb->remote_port == remote.port && pcb->local_port == local.port &&
                    pcb->remote_ip.addr == theirs.addr && pcb->local_ip.addr == ours.addr))
        pcb = pcb->next;
    return pcb;
}

/// What occupies sequence numbers that were sent before is a retransmission.
void count_sent(const TcpHeader& tcp, const LwipPart& part, const tcp_pcb* pcb) {
    counts.sent += part.segments();
    const bool occupies = part.bytes > 0 || (tcp.flags & (TcpHeader::syn | TcpHeader::fin));
    if (occupies && pcb && TCP_SEQ_LT(tcp.sequence, pcb->snd_nxt))
        counts.retransmitted += part.segments();
}

} // namespace

LwipSegmentCounts lwip_segment_counts() { return counts; }

void lwip_input(PacketBuffer* packet) {
    const Ipv4Header& ip = ip_header(*packet);
    const auto& tcp = header_at<TcpHeader>(packet->data);
    tcp_pcb* pcb = find_connection({ip.destination, tcp.destination_port}, {ip.source, tcp.source_port});
    kernel::flow_watch(kernel::FlowStep::Read, arch::cpu_id(), *packet);
    if (pcb && pcb->state == ESTABLISHED) // before, whoever sends SYNs would decide where flows go
        kernel::rps_record_flow(packet->hash);
    if (pcb && !lwip_can_take(*pcb, *packet)) {
        if (!(tcp.flags & TcpHeader::rst))
            tcp_send_empty_ack(pcb); // RFC 9293 3.10.7.4
        return kernel::drop_packet(packet, DropReason::TcpInvalidSequence);
    }
    HeldPacket* each = hold(packet);
    if (!each)
        return kernel::drop_packet(packet, DropReason::Nomem);
    if ((tcp.flags & (TcpHeader::syn | TcpHeader::ack)) == TcpHeader::syn)
        make_room_among_half_open();
    const auto length = static_cast<u16_t>(packet->length());
    pbuf* p = pbuf_alloced_custom(PBUF_RAW, length, PBUF_REF, &each->custom, packet->data, length);
    ip_data.current_netif = ip_data.current_input_netif = &below;
    ip_data.current_iphdr_src = to_lwip(ip.source);
    ip_data.current_iphdr_dest = to_lwip(ip.destination);
    pbuf_ref(p); // to say why it was dropped, if it was
    found_pcb = false;
    const auto no_memory = lwip_stats.tcp.memerr;
    tcp_input(p, &below);
    lwip_fill_windows();
    if (!found_pcb)
        each->reason = DropReason::NoSocket;
    else if (lwip_stats.tcp.memerr != no_memory)
        each->reason = DropReason::Nomem;
    pbuf_free(p);
}

} // namespace net

using namespace net;

extern "C" {

/// One interface stands for all of ours; what matters of it is the MTU of the way to `destination`.
netif* ip4_route(const ip4_addr_t* destination) {
    const auto route = find_route(from_lwip(*destination));
    if (!route) {
        kernel::BhGuard guard;
        ip_count_no_route();
        return nullptr;
    }
    below.mtu = static_cast<u16_t>(ip_mtu(*route->device));
    below.ip_addr = to_lwip(route->source);
    return &below;
}

err_t ip4_output_if(pbuf* p, const ip4_addr_t* source, const ip4_addr_t* destination, u8_t ttl, u8_t tos,
                    u8_t protocol, netif*) {
    const TcpHeader& tcp = header_of_segment(*p);
    const tcp_pcb* pcb = find_connection({from_lwip(*source), tcp.source_port},
                                         {from_lwip(*destination), tcp.destination_port});
    const std::size_t payload = p->tot_len - tcp.header_length();
    const LwipPart part = pcb ? lwip_part(*pcb, tcp, payload) : LwipPart{0, payload, payload, false};
    const err_t error = lwip_output(*p,
                                    {.destination = from_lwip(*destination),
                                     .protocol = protocol,
                                     .source = from_lwip(*source),
                                     .ttl = ttl,
                                     .tos = tos},
                                    part);
    if (error == ERR_OK)
        count_sent(tcp, part, pcb);
    return error;
}

netif* netif_get_by_index(u8_t) { return &below; }

err_t lwip_found_pcb() {
    found_pcb = true;
    return ERR_OK;
}

unsigned lwip_random() { return random_u32(); }

unsigned lwip_isn(unsigned local, unsigned short local_port, unsigned remote, unsigned short remote_port) {
    return tcp_initial_sequence({from_lwip({local}), local_port}, {from_lwip({remote}), remote_port});
}

void lwip_assertion_failed(const char* text) { arch::die(text); }

} // extern "C"
