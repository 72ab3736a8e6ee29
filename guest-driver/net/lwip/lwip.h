// SPDX-License-Identifier: GPL-2.0-or-later
// lwIP's headers, and what our files around it say to each other. Only they include this.
#pragma once

#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"
#include "lwip/tcp.h"
#include "net/headers.h"
#include "net/ipv4_address.h"
#include "net/tcp.h"

namespace net {

struct Ipv4Send;

inline ip4_addr_t to_lwip(Ipv4Address address) { return {lwip_htonl(address.value())}; }
inline Ipv4Address from_lwip(ip4_addr_t address) { return Ipv4Address(lwip_ntohl(address.addr)); }

inline const TcpHeader& header_of_segment(const pbuf& segment) {
    return header_at<TcpHeader>(static_cast<std::byte*>(segment.payload));
}

/// Hands a segment to lwIP. TCP thread, as all in here; takes the packet.
void lwip_input(kernel::PacketBuffer* packet);
/// False: lwIP would not survive the segment. Cuts off what is beyond the window. Data is at the TCP header.
bool lwip_can_take(const tcp_pcb& pcb, kernel::PacketBuffer& packet);
struct LwipSegmentCounts {
    uint64_t sent, retransmitted;
};
LwipSegmentCounts lwip_segment_counts();

/// What is to leave of the payload of a segment.
struct LwipPart {
    std::size_t begin, bytes, mss;
    bool more_follows; ///< no FIN, whatever the header says

    /// That it is cut into.
    std::size_t segments() const { return bytes > mss ? (bytes + mss - 1) / mss : 1; }
};
err_t lwip_output(const pbuf& segment, const Ipv4Send& send, const LwipPart& part);

/// Makes segments of lwip_segment_size() of the data, all of it or none.
err_t lwip_write(tcp_pcb& pcb, std::span<const std::byte> data);
std::size_t lwip_segment_size(const tcp_pcb& pcb);
/// Of the segment with this header, which lwIP sends now.
LwipPart lwip_part(const tcp_pcb& pcb, const TcpHeader& tcp, std::size_t payload);
/// Sends what of larger segments the windows have room for: to be called whenever lwIP has worked.
void lwip_fill_windows();

/// What lwIP calls for a new connection of a TcpService, its argument.
err_t lwip_accept(void* service, tcp_pcb* pcb, err_t error);
/// Bytes that the service of this connection has not read.
std::size_t lwip_unread(const tcp_pcb& pcb);
struct LwipConnectionCounts {
    uint64_t accepted, resets;
};
LwipConnectionCounts lwip_connection_counts();

} // namespace net
