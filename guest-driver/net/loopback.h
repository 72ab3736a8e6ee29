// SPDX-License-Identifier: GPL-2.0-or-later
// What we send to ourselves: it never reaches a card, and comes back in a softirq of its own.
#pragma once

#include "kernel/packet_buffer.h"
#include "net/ipv4_address.h"

namespace net {

/// 127.0.0.0/8 and every address of ours.
bool is_looped_back(Ipv4Address destination);

/// A complete IPv4 datagram of ours, data at its header, `device` set. Softirq context or bottom halves
/// disabled. Takes the packet.
void loopback_send(kernel::PacketBuffer* packet);

void loopback_init();

} // namespace net
