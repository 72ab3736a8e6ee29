// SPDX-License-Identifier: GPL-2.0-or-later
// The headers of an IPv4 packet in an Ethernet frame.
#include "packet.h"

#include <algorithm>
#include <array>

#include "big_endian.h"

namespace i8255x {
namespace {

constexpr std::size_t type_at = 12;
constexpr unsigned ipv4_type = 0x0800, vlan_tag_type = 0x8100;
constexpr unsigned max_length = 1500;
constexpr std::size_t tag_bytes = 4;
constexpr std::array<uint8_t, 6> snap = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00};

constexpr std::size_t min_ip_header_bytes = 20, min_tcp_header_bytes = 20, udp_header_bytes = 8;
constexpr std::size_t ip_total_length = 2, ip_fragment = 6, ip_protocol = 9; // offsets in their header
constexpr std::size_t tcp_data_offset = 12;
constexpr unsigned fragment_mask = 0x3fff; ///< offset, and "more fragments"
constexpr uint8_t protocol_tcp = 6, protocol_udp = 17;

/// Puts `layout.length_field` and returns the offset of what follows an IPv4 type; 0 if another follows.
std::size_t pass_mac_header(std::span<const uint8_t> frame, PacketLayout& layout) {
    std::size_t at = type_at;
    if (at + 2 <= frame.size() && big16(frame, at) == vlan_tag_type)
        at += tag_bytes;
    if (at + 2 > frame.size())
        return 0;
    if (big16(frame, at) <= max_length) {
        if (at + 2 + snap.size() + 2 > frame.size() ||
            !std::ranges::equal(frame.subspan(at + 2, snap.size()), snap))
            return 0;
        layout.length_field = at;
        at += 2 + snap.size();
    }
    return big16(frame, at) == ipv4_type ? at + 2 : 0;
}

/// Bytes of the IPv4 header at `ip`; 0 if there is no whole one.
std::size_t ip_header_bytes(std::span<const uint8_t> frame, std::size_t ip) {
    if (ip == 0 || ip + min_ip_header_bytes > frame.size() || frame[ip] >> 4 != 4)
        return 0;
    const std::size_t bytes = (frame[ip] & 0xfu) * 4;
    const bool fits = bytes >= min_ip_header_bytes && ip + bytes <= frame.size() &&
                      big16(frame, ip + ip_total_length) >= bytes;
    return fits ? bytes : 0;
}

std::size_t l4_header_bytes(std::span<const uint8_t> frame, std::size_t l4, std::size_t end, bool tcp) {
    if (!tcp)
        return l4 + udp_header_bytes <= end ? udp_header_bytes : 0;
    if (l4 + min_tcp_header_bytes > end)
        return 0;
    const std::size_t bytes = (frame[l4 + tcp_data_offset] >> 4) * 4u;
    return bytes >= min_tcp_header_bytes && l4 + bytes <= end ? bytes : 0;
}

void add_ip(PacketLayout& layout, std::span<const uint8_t> frame, std::size_t ip) {
    layout.ip = ip;
    layout.end = std::min(frame.size(), ip + big16(frame, ip + ip_total_length));
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
    const uint8_t protocol = frame[ip + ip_protocol];
    const bool whole = (big16(frame, ip + ip_fragment) & fragment_mask) == 0;
    if (whole && (protocol == protocol_tcp || protocol == protocol_udp))
        add_l4(layout, frame, ip + header_bytes, protocol == protocol_tcp);
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
