// SPDX-License-Identifier: GPL-2.0-or-later
// From lwIP to IP. Each segment is copied, because lwIP keeps its own for retransmission; if the card cuts
// large packets into segments, those that follow each other are copied into one packet (TCP segmentation
// offload). Checksums are the card's work where it can do it.
#include <algorithm>
#include <cstring>
#include <utility>

#include "net/checksum.h"
#include "net/ipv4.h"
#include "net/loopback.h"
#include "net/lwip/lwip.h"

namespace net {

namespace {

using kernel::PacketBuffer;
namespace feature = kernel::feature;

/// The packet that others may join.
struct Kept {
    PacketBuffer* packet = nullptr; ///< data at the TCP header
    Route route;
    Ipv4Send send;
};
Kept kept;

const TcpHeader& header_of_segment(const pbuf& segment) {
    return header_at<TcpHeader>(static_cast<std::byte*>(segment.payload));
}

void append(PacketBuffer& packet, const pbuf& segment, std::size_t skip) {
    pbuf_copy_partial(&segment, packet.put(segment.tot_len - skip),
                      static_cast<u16_t>(segment.tot_len - skip), static_cast<u16_t>(skip));
}

/// Nothing but data, which the card's cutter treats the same in each segment.
bool is_plain_data(const TcpHeader& tcp) { return (tcp.flags & ~TcpHeader::psh) == TcpHeader::ack; }

/// The rules of GSO: all segments but the last have the same payload, and one header fits all.
bool continues_kept(const pbuf& segment, const TcpHeader& tcp, const Ipv4Send& send) {
    if (!kept.packet || !(kept.send == send) || !is_plain_data(tcp))
        return false;
    const PacketBuffer& packet = *kept.packet;
    const auto& first = header_at<TcpHeader>(packet.data);
    const std::size_t payload = segment.tot_len - tcp.header_length();
    return tcp.source_port == first.source_port && tcp.destination_port == first.destination_port &&
           tcp.data_offset == first.data_offset && tcp.sequence == first.sequence + packet.gso_payload &&
           packet.gso_payload % packet.gso_size == 0 && payload > 0 && payload <= packet.gso_size &&
           payload <= packet.tailroom();
}

/// The newest header replaces the ones before: it acknowledges what they do.
void join_kept(const pbuf& segment, const TcpHeader& tcp) {
    PacketBuffer& packet = *kept.packet;
    auto& header = header_at<TcpHeader>(packet.data);
    const uint32_t sequence = header.sequence;
    const uint8_t pushed = header.flags & TcpHeader::psh;
    const std::size_t header_length = tcp.header_length();
    std::memcpy(packet.data, &tcp, header_length);
    header.sequence = sequence;
    header.flags |= pushed;
    append(packet, segment, header_length);
    packet.gso_payload = static_cast<uint16_t>(packet.length() - header_length);
}

/// What the card may be asked to do with a packet of this length.
uint32_t features_for(const Route& route, std::size_t length) {
    const bool leaves_whole =
        !is_looped_back(route.next_hop) && length + sizeof(Ipv4Header) <= ip_mtu(*route.device);
    return leaves_whole ? route.device->features.load() : 0;
}

void set_checksum(PacketBuffer& packet, const Ipv4Send& send) {
    auto& tcp = header_at<TcpHeader>(packet.data);
    tcp.checksum = 0;
    if (packet.checksum_partial)
        tcp.checksum =
            pseudo_header_sum(*send.source, send.destination, send.protocol, packet.segment_length())
                .partial();
    else
        tcp.checksum = transport_checksum(*send.source, send.destination, send.protocol, packet.bytes());
}

err_t send_to(const Route& route, PacketBuffer* packet, const Ipv4Send& send) {
    kernel::BhGuard guard;
    set_checksum(*packet, send);
    return ip_send(packet, route, send) == IpSendError::None ? ERR_OK : ERR_BUF;
}

/// An empty packet with room for what may come behind the segment, if there is memory for it.
PacketBuffer* packet_for(const pbuf& segment, std::size_t room) {
    PacketBuffer* large = room > segment.tot_len ? kernel::alloc_packet_for(room) : nullptr;
    return large ? large : kernel::alloc_packet_for(segment.tot_len);
}

} // namespace

void lwip_flush() {
    PacketBuffer* packet = std::exchange(kept.packet, nullptr);
    if (!packet)
        return;
    if (packet->gso_payload <= packet->gso_size)
        packet->gso_size = packet->gso_payload = 0;
    send_to(kept.route, packet, kept.send);
}

err_t lwip_output(const pbuf& segment, const Ipv4Send& send, std::size_t buffered) {
    const TcpHeader& tcp = header_of_segment(segment);
    if (continues_kept(segment, tcp, send)) {
        join_kept(segment, tcp);
        return ERR_OK;
    }
    lwip_flush();
    const auto route = find_route(send.destination);
    if (!route)
        return ERR_RTE;
    const uint32_t features = features_for(*route, segment.tot_len);
    const std::size_t header_length = tcp.header_length(), payload = segment.tot_len - header_length;
    const bool others_may_follow =
        (features & feature::tx_tcp_segmentation) && is_plain_data(tcp) && payload > 0 && buffered > payload;
    PacketBuffer* packet = packet_for(
        segment, others_may_follow ? std::min(header_length + buffered, kernel::packet_max_bytes) : 0);
    if (!packet)
        return ERR_MEM;
    append(*packet, segment, 0);
    packet->checksum_partial = features & feature::tx_checksum_ipv4;
    if (!others_may_follow)
        return send_to(*route, packet, send);
    packet->gso_size = packet->gso_payload = static_cast<uint16_t>(payload);
    kept = {packet, *route, send};
    return ERR_OK;
}

} // namespace net
