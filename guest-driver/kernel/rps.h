// SPDX-License-Identifier: GPL-2.0-or-later
// Receive packet steering (RPS): after the poll a packet goes on at the CPU that its flow's hash chooses;
// with receive flow steering (RFS) at the CPU where the flow is read.
#pragma once

#include <atomic>
#include <cstdint>

#include "kernel/net_device.h"

namespace kernel {

/// rps_cpus of interfaces that come.
inline constinit std::atomic<uint32_t> rps_default_mask{0};

/// Flows that a table tells apart at most.
inline constexpr uint32_t rps_most_flows = 32768;

/// Where one flow of an interface goes now (Linux's rps_dev_flow).
struct RpsFlow {
    std::atomic<uint32_t> cpu;
    std::atomic<uint32_t> last_qtail; ///< tail of that CPU's backlog behind the flow's last packet
};

/// True if the packet was taken: it is in a backlog, or dropped. False: it is to be received here. Softirq
/// context or bottom halves off.
bool rps_steer(PacketBuffer* packet);

/// A reader of the flow with this hash (PacketBuffer::hash) runs on this CPU.
void rps_record_flow(uint32_t hash);

// Sizes of tables: rounded up to a power of two, at most rps_most_flows; 0: off. Task context. False: too
// many, or memory is short.
bool rps_set_sock_flow_entries(uint32_t entries); ///< of all flows together
uint32_t rps_sock_flow_entries();
bool rps_set_flow_cnt(NetDevice& device, uint32_t flows);

void rps_device_added(NetDevice& device);
void rps_device_gone(NetDevice& device); ///< task context, if a backlog holds packets

} // namespace kernel
