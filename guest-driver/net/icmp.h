// SPDX-License-Identifier: GPL-2.0-or-later
// ICMP (RFC 792, RFC 1122 3.2.2): echo, and errors about packets that cannot be delivered.
#pragma once

#include "kernel/packet_buffer.h"
#include "net/headers.h"
#include "net/ipv4.h"

namespace net {

/// Packet of protocol 1 for us, data at the ICMP header. Softirq context; takes the packet.
void icmp_rcv(kernel::PacketBuffer* packet);

/// Tells the sender of `about` (received, its IPv4 header checked) what became of it, unless RFC 1122 3.2.2
/// forbids it or the rate limit is reached. Does not take the packet. `mtu`: of "fragmentation needed".
void icmp_send_error(kernel::PacketBuffer& about, uint8_t type, uint8_t code, uint16_t mtu = 0);

/// A packet (data at the IPv4 header) found no neighbour: whoever sent it, here or elsewhere, learns so.
void icmp_neighbour_failed(kernel::PacketBuffer& packet);

/// An ICMP message of ours, data at its complete header. Softirq context or bottom halves disabled. Takes the
/// packet.
IpSendError icmp_send(kernel::PacketBuffer* packet, const Route& route, const Ipv4Send& send);

/// Is the datagram with this header addressed to more hosts than us?
bool is_group_destination(const Ipv4Header& header);

} // namespace net
