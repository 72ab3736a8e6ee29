// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of an Ethernet frame that the chip looks at.
#include "ethernet.h"

#include <algorithm>

#include "big_endian.h"

namespace i8255x {
namespace {

constexpr uint8_t group_bit = 0x01;
constexpr std::size_t type_bytes = 2;

// Offsets in an ARP packet.
constexpr std::size_t arp_opcode = 6;
constexpr std::size_t arp_target_address_low = 26;
constexpr uint16_t arp_request = 1;

} // namespace

uint16_t be16(std::span<const uint8_t> frame, std::size_t offset) {
    if (offset + 2 > frame.size())
        return 0;
    return big16(frame, offset);
}

bool is_group(std::span<const uint8_t> frame) { return (frame[0] & group_bit) != 0; }

std::optional<Payload> find_payload(std::span<const uint8_t> frame, bool tagged) {
    std::size_t at = type_offset;
    if (tagged) {
        if (be16(frame, at) != ether_type::vlan)
            return std::nullopt;
        at += vlan_tag_bytes;
    }
    if (be16(frame, at) > max_length_value)
        return Payload{be16(frame, at), at + type_bytes};
    const std::size_t length_field = at;
    at += type_bytes;
    if (frame.size() < at + snap_header.size() + type_bytes ||
        !std::ranges::equal(frame.subspan(at, snap_header.size()), snap_header))
        return std::nullopt;
    at += snap_header.size();
    return Payload{be16(frame, at), at + type_bytes, length_field};
}

bool asks_for(std::span<const uint8_t> frame, const Payload& payload, uint16_t address_low) {
    return payload.type == ether_type::arp && frame.size() >= payload.offset + arp_target_address_low + 2 &&
           be16(frame, payload.offset + arp_opcode) == arp_request &&
           be16(frame, payload.offset + arp_target_address_low) == address_low;
}

} // namespace i8255x
