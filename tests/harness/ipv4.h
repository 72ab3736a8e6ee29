// SPDX-License-Identifier: GPL-2.0-or-later
// Builds and parses Ethernet, ARP, IPv4, TCP, UDP and ICMP echo frames for tests. Shares nothing with the
// guest's own network code, which it must be able to find wrong.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "wire.h"

namespace harness {

using Bytes = std::vector<uint8_t>;
using MacAddress = std::array<uint8_t, 6>;
inline constexpr MacAddress broadcast_mac = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// In host byte order: ip(10, 0, 2, 15) == 0x0a00020f.
using Ipv4Address = uint32_t;
constexpr Ipv4Address ip(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    return static_cast<uint32_t>(a) << 24 | static_cast<uint32_t>(b) << 16 | static_cast<uint32_t>(c) << 8 |
           d;
}
/// "52:54:00:12:34:56"; throws Failure on anything else.
MacAddress mac(const std::string& text);
std::string to_string(const MacAddress& address);
std::string ip_to_string(Ipv4Address address);

namespace ether_type {
inline constexpr uint16_t ipv4 = 0x0800, arp = 0x0806, vlan = 0x8100, experimental = 0x88b5;
}
namespace ip_protocol {
inline constexpr uint8_t icmp = 1, tcp = 6, udp = 17;
}

/// RFC 1071 sum over `data`, complemented, as the value to store in network byte order.
uint16_t internet_checksum(std::span<const uint8_t> data, uint32_t initial = 0);
/// IEEE 802.3 frame check sequence (the value whose bytes follow the frame, least significant first).
uint32_t ethernet_fcs(std::span<const uint8_t> frame);

// Builders. They pad nothing and compute all lengths and checksums.

Frame ethernet(const MacAddress& destination, const MacAddress& source, uint16_t type,
               std::span<const uint8_t> payload);
/// Zero bytes up to the 60 bytes of the shortest frame (without FCS).
Frame padded(Frame frame);

struct Arp {
    uint16_t operation = 1; ///< 1 request, 2 reply (RFC 826)
    MacAddress sender_mac{};
    Ipv4Address sender_ip = 0;
    MacAddress target_mac{};
    Ipv4Address target_ip = 0;
};
/// Requests go to the broadcast address, replies to `target_mac`.
Frame arp(const Arp& message);

/// The fields of an IPv4 header that tests vary (RFC 791).
struct Ipv4 {
    Ipv4Address source = 0, destination = 0;
    uint8_t protocol = ip_protocol::udp;
    uint8_t ttl = 64, tos = 0;
    uint16_t identification = 0;
    bool dont_fragment = false, more_fragments = false;
    uint16_t fragment_offset = 0; ///< bytes, a multiple of 8
};
Bytes ipv4(const Ipv4& header, std::span<const uint8_t> payload);
/// One's complement sum of a TCP or UDP pseudo header, as a driver leaves it to a card that sums the rest.
uint16_t pseudo_header_sum(const Ipv4& header, uint8_t protocol, size_t length);

namespace tcp_flag {
inline constexpr uint8_t fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10, urg = 0x20;
}
/// A TCP header (RFC 9293).
struct Tcp {
    uint16_t source_port = 0, destination_port = 0;
    uint32_t sequence = 0, acknowledgment = 0;
    uint8_t flags = tcp_flag::ack;
    uint16_t window = 0, urgent = 0;
    Bytes options = {}; ///< a multiple of 4
    bool operator==(const Tcp&) const = default;
};
/// Payload of an IPv4 packet.
Bytes tcp(const Ipv4& header, const Tcp& segment, std::span<const uint8_t> data);
/// Payload of an IPv4 packet; a checksum of 0 is sent as FFFF (RFC 768).
Bytes udp(const Ipv4& header, uint16_t source_port, uint16_t destination_port, std::span<const uint8_t> data);
/// ICMP echo (type 8) or echo reply (type 0).
Bytes icmp_echo(uint8_t type, uint16_t identifier, uint16_t sequence, std::span<const uint8_t> data);

// Parsers: nothing if malformed or a checksum is wrong. Views point into what they were given.

struct EthernetView {
    MacAddress destination, source;
    uint16_t type;
    std::span<const uint8_t> payload; ///< with padding
};
std::optional<EthernetView> parse_ethernet(std::span<const uint8_t> frame);
std::optional<Arp> parse_arp(std::span<const uint8_t> frame);

struct Ipv4View {
    EthernetView ethernet;
    Ipv4 header;
    std::span<const uint8_t> payload; ///< without Ethernet padding
};
std::optional<Ipv4View> parse_ipv4(std::span<const uint8_t> frame);

struct TcpView {
    Ipv4View ip;
    Tcp header;
    std::span<const uint8_t> data;
};
std::optional<TcpView> parse_tcp(std::span<const uint8_t> frame);

struct UdpView {
    Ipv4View ip;
    uint16_t source_port, destination_port;
    bool has_checksum;
    std::span<const uint8_t> data;
};
std::optional<UdpView> parse_udp(std::span<const uint8_t> frame);

struct IcmpEchoView {
    Ipv4View ip;
    uint8_t type;
    uint16_t identifier, sequence;
    std::span<const uint8_t> data;
};
std::optional<IcmpEchoView> parse_icmp_echo(std::span<const uint8_t> frame);

} // namespace harness
