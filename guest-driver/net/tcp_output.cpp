// SPDX-License-Identifier: GPL-2.0-or-later
// From lwIP to IP. What is sent is copied, because lwIP keeps its own for retransmission. A segment of more
// than one MSS (tcp_large_segments.cpp) leaves as one packet if the card cuts it (TCP segmentation offload),
// and in pieces if not. Checksums are the card's work where it can do it.
#include <algorithm>
#include <cstring>

#include "net/checksum.h"
#include "net/ipv4.h"
#include "net/loopback.h"
#include "net/lwip/lwip.h"

namespace net {

namespace {

using kernel::PacketBuffer;
namespace feature = kernel::feature;

/// A packet with the segment's header and `bytes` of its payload; nullptr when memory is short.
PacketBuffer* copy_of(const pbuf& segment, std::size_t begin, std::size_t bytes, bool more_follows) {
    const TcpHeader& tcp = header_of_segment(segment);
    const std::size_t header_length = tcp.header_length();
    PacketBuffer* packet = kernel::alloc_packet_for(header_length + bytes);
    if (!packet)
        return nullptr;
    std::memcpy(packet->put(header_length), &tcp, header_length);
    pbuf_copy_partial(&segment, packet->put(bytes), static_cast<u16_t>(bytes),
                      static_cast<u16_t>(header_length + begin));
    auto& header = header_at<TcpHeader>(packet->data);
    header.sequence = tcp.sequence + static_cast<uint32_t>(begin);
    if (more_follows)
        header.flags &= static_cast<uint8_t>(~(TcpHeader::fin | TcpHeader::psh));
    return packet;
}

/// What the card may be asked to do with packets of this length.
uint32_t features_for(const Route& route, std::size_t length) {
    const bool leaves_whole =
        !is_looped_back(route.next_hop) && length + sizeof(Ipv4Header) <= ip_mtu(*route.device);
    return leaves_whole ? route.device->features.load() : 0;
}

/// Nothing but data, which the card's cutter treats the same in each segment.
bool is_plain_data(const TcpHeader& tcp) { return (tcp.flags & ~TcpHeader::psh) == TcpHeader::ack; }

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

bool send_to(const Route& route, PacketBuffer* packet, const Ipv4Send& send) {
    kernel::BhGuard guard;
    set_checksum(*packet, send);
    return ip_send(packet, route, send) == IpSendError::None;
}

} // namespace

err_t lwip_output(const pbuf& segment, const Ipv4Send& send, const LwipPart& part) {
    const auto route = find_route(send.destination);
    if (!route)
        return ERR_RTE;
    const TcpHeader& tcp = header_of_segment(segment);
    const uint32_t features = features_for(*route, tcp.header_length() + std::min(part.bytes, part.mss));
    const bool card_cuts = (features & feature::tx_tcp_segmentation) && is_plain_data(tcp);
    std::size_t step = card_cuts ? part.bytes : part.mss, done = 0;
    do {
        const std::size_t bytes = std::min(step, part.bytes - done);
        const bool more_follows = part.more_follows || done + bytes < part.bytes;
        PacketBuffer* packet = copy_of(segment, part.begin + done, bytes, more_follows);
        if (!packet && bytes > part.mss) {
            step = part.mss; // memory may be there, but not in one piece
            continue;
        }
        if (!packet && done == 0)
            return ERR_MEM;
        if (!packet)
            return ERR_OK; // the rest is lost on the way
        packet->checksum_partial = features & feature::tx_checksum_ipv4;
        if (bytes > part.mss) {
            packet->gso_size = static_cast<uint16_t>(part.mss);
            packet->gso_payload = static_cast<uint16_t>(bytes);
        }
        if (!send_to(*route, packet, send) && done == 0)
            return ERR_BUF;
        done += bytes;
    } while (done < part.bytes);
    return ERR_OK;
}

} // namespace net
