// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of an Ethernet frame that wake-up and flow control look at.
#include "ethernet.h"

#include <algorithm>
#include <array>

namespace i8255x {
namespace {

constexpr uint8_t group_bit = 0x01;
constexpr std::size_t type_offset = 12;
constexpr std::size_t type_bytes = 2;
constexpr std::size_t vlan_bytes = 4;
constexpr uint16_t max_length = 1500;
constexpr std::array<uint8_t, 6> snap = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00}; ///< of encapsulated Ethernet

// Offsets in an ARP packet.
constexpr std::size_t arp_opcode = 6;
constexpr std::size_t arp_target_address_low = 26;
constexpr uint16_t arp_request = 1;

} // namespace

uint16_t be16(std::span<const uint8_t> frame, std::size_t offset) {
    if (offset + 2 > frame.size())
        return 0;
    return static_cast<uint16_t>(frame[offset] << 8 | frame[offset + 1]);
}

bool is_group(std::span<const uint8_t> frame) { return (frame[0] & group_bit) != 0; }

std::optional<Payload> find_payload(std::span<const uint8_t> frame, bool tagged) {
    std::size_t at = type_offset;
    if (tagged) {
        if (be16(frame, at) != ether_type::vlan)
            return std::nullopt;
        at += vlan_bytes;
    }
    if (be16(frame, at) > max_length)
        return Payload{be16(frame, at), at + type_bytes};
    at += type_bytes;
    if (frame.size() < at + snap.size() + type_bytes ||
        !std::ranges::equal(frame.subspan(at, snap.size()), snap))
        return std::nullopt;
    at += snap.size();
    return Payload{be16(frame, at), at + type_bytes};
}

bool asks_for(std::span<const uint8_t> frame, const Payload& payload, uint16_t address_low) {
    return payload.type == ether_type::arp && frame.size() >= payload.offset + arp_target_address_low + 2 &&
           be16(frame, payload.offset + arp_opcode) == arp_request &&
           be16(frame, payload.offset + arp_target_address_low) == address_low;
}

} // namespace i8255x
