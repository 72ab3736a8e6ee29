// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of an Ethernet frame (without FCS) that wake-up and flow control look at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace i8255x {

namespace ether_type {
inline constexpr uint16_t arp = 0x0806;
inline constexpr uint16_t vlan = 0x8100;
inline constexpr uint16_t mac_control = 0x8808;
} // namespace ether_type

/// Big-endian word at `offset`; 0 behind the end of the frame.
uint16_t be16(std::span<const uint8_t> frame, std::size_t offset);

/// Destination of more than one station. Not for frames without a destination.
bool is_group(std::span<const uint8_t> frame);

struct Payload {
    uint16_t type = 0;
    std::size_t offset = 0; ///< of the first byte behind the type
};
/// Looks behind a VLAN tag if `tagged` says that there must be one, and behind an 802.2 SNAP header if there
/// is one. Nothing for frames with a length and without a type.
std::optional<Payload> find_payload(std::span<const uint8_t> frame, bool tagged);

/// An ARP request for an IPv4 address with these last two bytes.
bool asks_for(std::span<const uint8_t> frame, const Payload& payload, uint16_t address_low);

} // namespace i8255x
