// SPDX-License-Identifier: GPL-2.0-or-later
// What tells one conversation's packets from another's, as one number: the same for both directions, so that
// all of a conversation meets on one CPU.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "kernel/packet_buffer.h"

namespace kernel {

/// In host order. Without ports both are 0: fragments, even the first, and all but TCP and UDP.
struct FlowKeys {
    uint32_t source = 0, destination = 0;
    uint16_t source_port = 0, destination_port = 0;
    uint8_t protocol = 0; ///< IPv4's number
    bool has_ports = false;
    bool operator==(const FlowKeys&) const = default;
};

/// Of an IPv4 packet whose header begins at `network_header`; nothing if it is no whole one. Whether the
/// packet is valid otherwise is not looked at.
std::optional<FlowKeys> dissect_flow(const PacketBuffer& packet);

/// Toeplitz hash with the well-known key of receive side scaling; at most 36 bytes.
uint32_t toeplitz_hash(std::span<const uint8_t> input);
/// As a card computes it: addresses and ports as they stand in the packet.
uint32_t receive_side_hash(const FlowKeys& keys);
/// The same in both directions; never 0.
uint32_t flow_hash(const FlowKeys& keys);
/// The hash of the packet's flow, computed once and kept in `packet.hash`; 0 for what is not IPv4.
uint32_t packet_flow_hash(PacketBuffer& packet);

} // namespace kernel
