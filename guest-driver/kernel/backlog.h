// SPDX-License-Identifier: GPL-2.0-or-later
// The backlog of each CPU: packets that were polled on any CPU and wait there for their protocols, and the
// NAPI instance that takes them to these.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "kernel/packet_buffer.h"

namespace kernel {

/// A backlog that holds more takes no packet; so it holds one more than this at most.
inline constinit std::atomic<uint32_t> netdev_max_backlog{1000};
/// Packets of one poll, at most: dev_weight * dev_weight_rx_bias. A poll that has begun keeps its own.
inline constinit std::atomic<uint32_t> dev_weight{64};
inline constinit std::atomic<uint32_t> dev_weight_rx_bias{1};

/// Puts the packet into the backlog of `cpu`, which is up and may be the calling CPU; if that has to be
/// woken, it will be by the end of this CPU's NET_RX run. Takes the packet. Returns the backlog's tail behind
/// it, or nothing if the packet was dropped: the backlog is full, its flow takes more than its share, or its
/// interface is down. Softirq context or bottom halves off.
std::optional<uint32_t> enqueue_to_backlog(unsigned cpu, PacketBuffer* packet);

/// Sends the interrupts to the CPUs whose backlogs this CPU found idle: one to each, however many packets it
/// queued. At the end of net_rx_action().
void backlog_send_ipis();

/// How many packets have ever left the backlog of `cpu`; modulo 2^32, as the tail. Those before it have been
/// through their protocols.
uint32_t backlog_head(unsigned cpu);

struct BacklogLengths {
    uint32_t input, process; ///< packets not seen yet, and those being worked off
};
BacklogLengths backlog_lengths(unsigned cpu);
/// Packets not seen yet, at most, since the machine was started.
uint32_t backlog_most(unsigned cpu);

/// Returns when all packets that are in backlogs now have left them. Task context.
void backlogs_drain();
void backlogs_init();

} // namespace kernel
