// SPDX-License-Identifier: GPL-2.0-or-later
// Where a received packet goes when its CPU has been found.
#pragma once

#include "kernel/net_device.h"

namespace kernel {

/// From the interrupt handler of a driver without NAPI: into this CPU's backlog, whose poll goes on with it.
/// Any context with interrupts off. Takes the packet.
void netif_rx(PacketBuffer* packet);
/// Taps, then the protocol's handler, on this CPU. Softirq context or bottom halves off. Takes the packet.
void __netif_receive_skb(PacketBuffer* packet);

} // namespace kernel
