// SPDX-License-Identifier: GPL-2.0-or-later
// The headers of an IPv4 packet in an Ethernet frame.
#include "packet.h"

#include <algorithm>

#include "big_endian.h"
#include "ethernet.h"
#include "internet.h"

namespace i8255x {
namespace {

/// Puts `layout.length_field` and returns the offset of what follows an IPv4 type; 0 if another follows.
std::size_t pass_mac_header(std::span<const uint8_t> frame, PacketLayout& layout) {
    const auto payload = find_payload(frame, be16(frame, type_offset) == ether_type::vlan);
    if (!payload || payload->type != ether_type::ipv4)
        return 0;
    layout.length_field = payload->length_field;
    return payload->offset;
}

/// Bytes of the IPv4 header at `ip`; 0 if there is no whole one.
std::size_t ip_header_bytes(std::span<const uint8_t> frame, std::size_t ip) {
    if (ip == 0 || ip + ipv4_header::min_bytes > frame.size() || frame[ip] >> 4 != 4)
        return 0;
    const std::size_t bytes = (frame[ip] & 0xfu) * 4;
    const bool fits = bytes >= ipv4_header::min_bytes && ip + bytes <= frame.size() &&
                      big16(frame, ip + ipv4_header::total_length) >= bytes;
    return fits ? bytes : 0;
}

std::size_t l4_header_bytes(std::span<const uint8_t> frame, std::size_t l4, std::size_t end, bool tcp) {
    if (!tcp)
        return l4 + udp_header::bytes <= end ? udp_header::bytes : 0;
    if (l4 + tcp_header::min_bytes > end)
        return 0;
    const std::size_t bytes = (frame[l4 + tcp_header::data_offset] >> 4) * 4u;
    return bytes >= tcp_header::min_bytes && l4 + bytes <= end ? bytes : 0;
}

void add_ip(PacketLayout& layout, std::span<const uint8_t> frame, std::size_t ip) {
    layout.ip = ip;
    layout.end = std::min(frame.size(), ip + big16(frame, ip + ipv4_header::total_length));
}

void add_l4(PacketLayout& layout, std::span<const uint8_t> frame, std::size_t l4, bool tcp) {
    const std::size_t bytes = l4_header_bytes(frame, l4, layout.end, tcp);
    if (bytes == 0)
        return;
    layout.l4 = l4;
    layout.payload = l4 + bytes;
    layout.tcp = tcp;
}

} // namespace

PacketLayout find_headers(std::span<const uint8_t> frame) {
    PacketLayout layout;
    const std::size_t ip = pass_mac_header(frame, layout);
    const std::size_t header_bytes = ip_header_bytes(frame, ip);
    if (header_bytes == 0)
        return layout;
    add_ip(layout, frame, ip);
    const uint8_t protocol = frame[ip + ipv4_header::protocol];
    const bool whole = (big16(frame, ip + ipv4_header::fragment) & ipv4_header::fragment_mask) == 0;
    if (whole && (protocol == ip_protocol::tcp || protocol == ip_protocol::udp))
        add_l4(layout, frame, ip + header_bytes, protocol == ip_protocol::tcp);
    return layout;
}

PacketLayout headers_at(std::span<const uint8_t> frame, std::size_t ip, std::size_t l4, bool tcp) {
    PacketLayout layout;
    const std::size_t header_bytes = ip_header_bytes(frame, ip);
    if (header_bytes == 0)
        return layout;
    add_ip(layout, frame, ip);
    if (l4 >= ip + header_bytes)
        add_l4(layout, frame, l4, tcp);
    return layout;
}

} // namespace i8255x
