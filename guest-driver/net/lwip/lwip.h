// SPDX-License-Identifier: GPL-2.0-or-later
// lwIP's headers, and what our files around it say to each other. Only they include this.
#pragma once

#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"
#include "lwip/tcp.h"
#include "net/ipv4_address.h"
#include "net/tcp.h"

namespace net {

struct Ipv4Send;

inline ip4_addr_t to_lwip(Ipv4Address address) { return {lwip_htonl(address.value())}; }
inline Ipv4Address from_lwip(ip4_addr_t address) { return Ipv4Address(lwip_ntohl(address.addr)); }

/// Hands a segment to lwIP. TCP thread, as all in here; takes the packet.
void lwip_input(kernel::PacketBuffer* packet);
/// False: lwIP would not survive the segment. Cuts off what is beyond the window. Data is at the TCP header.
bool lwip_can_take(const tcp_pcb& pcb, kernel::PacketBuffer& packet);
struct LwipSegmentCounts {
    uint64_t sent, retransmitted;
};
LwipSegmentCounts lwip_segment_counts();

/// Sends a segment of lwIP's, or keeps it to put others of the same connection behind it, if the card cuts
/// them again. `buffered`: bytes that the connection has to send from this segment on.
err_t lwip_output(const pbuf& segment, const Ipv4Send& send, std::size_t buffered);
/// Sends what was kept: to be called when nothing more comes at once.
void lwip_flush();

/// What lwIP calls for a new connection of a TcpService, its argument.
err_t lwip_accept(void* service, tcp_pcb* pcb, err_t error);
/// Bytes that the service of this connection has not read.
std::size_t lwip_unread(const tcp_pcb& pcb);
struct LwipConnectionCounts {
    uint64_t accepted, resets;
};
LwipConnectionCounts lwip_connection_counts();

} // namespace net
