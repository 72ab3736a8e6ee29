// SPDX-License-Identifier: GPL-2.0-or-later
// ARP (RFC 826) for IPv4 over Ethernet.
#pragma once

#include "kernel/net_device.h"
#include "net/headers.h"

namespace net {

/// Handler of EtherType 0x0806. Softirq context; takes the packet.
void arp_rcv(kernel::PacketBuffer* packet);

/// Asks who has `target`; to all, or to the one MAC address that had it. Softirq context or bottom halves
/// disabled.
void arp_request(kernel::NetDevice& device, Ipv4Address target,
                 const MacAddress& destination = broadcast_mac);

} // namespace net
