// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of an Ethernet frame (without FCS) that the chip looks at behind the addresses (IEEE 802.3,
// 802.1Q, 802.2 SNAP).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace i8255x {

inline constexpr std::size_t type_offset = 12; ///< behind the addresses; of a tag as well
inline constexpr std::size_t vlan_tag_bytes = 4;
inline constexpr unsigned max_length_value = 1500; ///< a Type/Length field up to here is a length
inline constexpr std::array<uint8_t, 6> snap_header = {0xaa, 0xaa, 0x03,
                                                       0x00, 0x00, 0x00}; ///< a type follows

namespace ether_type {
inline constexpr uint16_t ipv4 = 0x0800;
inline constexpr uint16_t arp = 0x0806;
inline constexpr uint16_t vlan = 0x8100;
inline constexpr uint16_t ipx = 0x8137;
inline constexpr uint16_t mac_control = 0x8808;
} // namespace ether_type

/// Big-endian word at `offset`; 0 behind the end of the frame.
uint16_t be16(std::span<const uint8_t> frame, std::size_t offset);

/// Destination of more than one station. Not for frames without a destination.
bool is_group(std::span<const uint8_t> frame);

struct Payload {
    uint16_t type = 0;
    std::size_t offset = 0;       ///< of the first byte behind the type
    std::size_t length_field = 0; ///< offset, of an 802.3 frame with SNAP header; 0: Ethernet II
};
/// Looks behind a VLAN tag if `tagged` says that there must be one, and behind an 802.2 SNAP header if there
/// is one. Nothing for frames with a length and without a type.
std::optional<Payload> find_payload(std::span<const uint8_t> frame, bool tagged);

/// An ARP request for an IPv4 address with these last two bytes.
bool asks_for(std::span<const uint8_t> frame, const Payload& payload, uint16_t address_low);

} // namespace i8255x
