// SPDX-License-Identifier: GPL-2.0-or-later
// What stands on the wire, field by field: Ethernet, ARP (RFC 826), IPv4 (RFC 791), ICMP (RFC 792), UDP (RFC
// 768), TCP (RFC 9293).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/net_device.h"
#include "net/byte_order.h"
#include "net/ipv4_address.h"

namespace net {

using kernel::MacAddress;

inline constexpr MacAddress broadcast_mac = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr bool is_group_address(const MacAddress& mac) { return mac[0] & 1; }

/// An Ipv4Address on the wire.
struct WireAddress {
    Be32 value;
    constexpr WireAddress() = default;
    constexpr WireAddress(Ipv4Address address) : value(address.value()) {}
    constexpr operator Ipv4Address() const { return Ipv4Address(value); }
};

namespace ether_type {
inline constexpr uint16_t ipv4 = 0x0800, arp = 0x0806;
}
struct EthernetHeader {
    MacAddress destination;
    MacAddress source;
    Be16 type;
};
static_assert(sizeof(EthernetHeader) == 14 && alignof(EthernetHeader) == 1);

namespace arp_hardware {
inline constexpr uint16_t ethernet = 1, ieee802 = 6;
}
enum class ArpOperation : uint16_t { Request = 1, Reply = 2 };
/// ARP for Ethernet and IPv4.
struct ArpPacket {
    Be16 hardware_type;
    Be16 protocol_type;
    uint8_t hardware_length;
    uint8_t protocol_length;
    Be16 operation;
    MacAddress sender_mac;
    WireAddress sender_ip;
    MacAddress target_mac;
    WireAddress target_ip;
};
static_assert(sizeof(ArpPacket) == 28 && alignof(ArpPacket) == 1);
static_assert(offsetof(ArpPacket, sender_mac) == 8 && offsetof(ArpPacket, target_ip) == 24);

namespace ip_protocol {
inline constexpr uint8_t icmp = 1, tcp = 6, udp = 17;
}
struct Ipv4Header {
    uint8_t version_ihl;
    uint8_t tos;
    Be16 total_length;
    Be16 identification;
    Be16 flags_offset; ///< flags below, and the offset in units of 8 bytes
    uint8_t ttl;
    uint8_t protocol;
    Be16 checksum;
    WireAddress source;
    WireAddress destination;

    static constexpr uint16_t dont_fragment = 0x4000, more_fragments = 0x2000, offset_mask = 0x1fff;
    unsigned version() const { return version_ihl >> 4; }
    std::size_t header_length() const { return (version_ihl & 0xfu) * 4; }
    bool is_fragment() const { return flags_offset & (more_fragments | offset_mask); }
    bool is_first_fragment() const { return (flags_offset & offset_mask) == 0; }
};
static_assert(sizeof(Ipv4Header) == 20 && alignof(Ipv4Header) == 1);
static_assert(offsetof(Ipv4Header, checksum) == 10 && offsetof(Ipv4Header, destination) == 16);

namespace ipv4_option {
inline constexpr uint8_t end = 0, no_operation = 1, loose_source_route = 131, strict_source_route = 137;
inline constexpr uint8_t copied = 0x80; ///< in each fragment, not only in the first
} // namespace ipv4_option

namespace icmp_type {
inline constexpr uint8_t echo_reply = 0, destination_unreachable = 3, source_quench = 4, redirect = 5,
                         echo = 8, time_exceeded = 11, parameter_problem = 12, timestamp = 13,
                         address_mask_reply = 18;
}
namespace unreachable_code {
inline constexpr uint8_t net = 0, host = 1, protocol = 2, port = 3, fragmentation_needed = 4;
}
namespace time_exceeded_code {
inline constexpr uint8_t in_transit = 0, reassembly = 1;
}
struct IcmpHeader {
    uint8_t type;
    uint8_t code;
    Be16 checksum;
    Be16 identifier; ///< of echo and echo reply; unused in errors
    Be16 sequence;   ///< or, of "fragmentation needed", the MTU (RFC 1191 4)
};
static_assert(sizeof(IcmpHeader) == 8 && alignof(IcmpHeader) == 1);

struct UdpHeader {
    Be16 source_port;
    Be16 destination_port;
    Be16 length;
    Be16 checksum; ///< 0: none
};
static_assert(sizeof(UdpHeader) == 8 && alignof(UdpHeader) == 1);

struct TcpHeader {
    Be16 source_port;
    Be16 destination_port;
    Be32 sequence;
    Be32 acknowledgment;
    uint8_t data_offset; ///< in units of 4 bytes, in the upper half
    uint8_t flags;
    Be16 window;
    Be16 checksum;
    Be16 urgent;

    static constexpr uint8_t fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10;
    std::size_t header_length() const { return (data_offset >> 4) * std::size_t{4}; }
};
static_assert(sizeof(TcpHeader) == 20 && alignof(TcpHeader) == 1);

/// The header at the front of the packet; nullptr if the packet is shorter.
template <typename Header> Header* header_of(kernel::PacketBuffer& packet) {
    return packet.length() < sizeof(Header) ? nullptr : reinterpret_cast<Header*>(packet.data);
}
/// The header at an address where a layer has seen a whole one before.
template <typename Header> Header& header_at(std::byte* where) { return *reinterpret_cast<Header*>(where); }
/// Room for a header in front of the packet, which must have the headroom.
template <typename Header> Header& push_header(kernel::PacketBuffer& packet) {
    return *reinterpret_cast<Header*>(packet.push(sizeof(Header)));
}

} // namespace net
