// SPDX-License-Identifier: GPL-2.0-or-later
// Flow limit: when a backlog is half full, a flow that has more than half of what a CPU sent to backlogs
// lately is dropped before the small ones are. Off unless a CPU is named in flow_limit_cpu_bitmap.
#pragma once

#include <cstdint>

#include "kernel/packet_buffer.h"

namespace kernel {

/// Shall the packet, for a backlog that holds `length`, be dropped? Counted in the calling CPU's
/// SoftnetStats, whose is also the memory of what was enqueued. Interrupts off.
bool flow_limited(PacketBuffer& packet, uint32_t length);

/// The CPUs that limit what they enqueue, bit n for CPU n. Task context; false if memory is short.
bool set_flow_limit_cpus(uint32_t cpus);
uint32_t flow_limit_cpus();
/// Buckets of the tables that will be made from now on: a power of two, 1 … 65536. False if it is not.
bool set_flow_limit_table_len(uint32_t buckets);
uint32_t flow_limit_table_len();

} // namespace kernel
