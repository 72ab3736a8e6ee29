// SPDX-License-Identifier: GPL-2.0-or-later
// What the 82550 and 82551 say about the checksums of a received frame (SDM B.4).
//
// Where the manual is silent: a fragment and a packet of another protocol are sound IP packets whose header
// alone has a verdict; of IP in IP the inner packet counts as well; ESP and AH are not looked into; a packet
// that says it is longer than the frame, or whose TCP or UDP header is not whole, is not sound.
#include "receive_parser.h"

#include <array>
#include <cstddef>
#include <optional>

#include "big_endian.h"
#include "ethernet.h"
#include "i8255x/rfd.h"
#include "internet.h"

namespace i8255x {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr std::size_t llc_control = 2, llc_type = 6, llc_bytes = 8; ///< 802.2 header with SNAP
constexpr uint8_t unnumbered_information = 0x03;

constexpr uint16_t whole_sum = 0xffff;

uint16_t add(uint16_t a, uint16_t b) {
    const unsigned sum = static_cast<unsigned>(a) + b;
    return static_cast<uint16_t>((sum & 0xffff) + (sum >> 16));
}

struct IpPacket {
    Bytes header, payload;
    uint8_t protocol() const { return header[ipv4_header::protocol]; }
    bool is_fragment() const {
        return (big16(header, ipv4_header::fragment) & ipv4_header::fragment_mask) != 0;
    }
};

/// What follows the MAC header if that is one of IPv4; else nothing.
Bytes find_ip(Bytes frame) {
    std::size_t at = type_offset;
    if (frame.size() < at + 2 + vlan_tag_bytes)
        return {};
    if (big16(frame, at) == ether_type::vlan)
        at += vlan_tag_bytes;
    const unsigned type = big16(frame, at);
    const Bytes rest = frame.subspan(at + 2);
    if (type == ether_type::ipv4)
        return rest;
    const bool snap = type <= max_length_value && rest.size() >= llc_bytes &&
                      rest[llc_control] == unnumbered_information &&
                      big16(rest, llc_type) == ether_type::ipv4;
    return snap ? rest.subspan(llc_bytes) : Bytes();
}

std::optional<IpPacket> parse_ip(Bytes bytes) {
    if (bytes.size() < ipv4_header::min_bytes || bytes[0] >> 4 != 4)
        return {};
    const std::size_t header = (bytes[0] & 0xfu) * 4;
    const std::size_t total = big16(bytes, ipv4_header::total_length);
    if (header < ipv4_header::min_bytes || total < header || total > bytes.size())
        return {};
    return IpPacket{bytes.first(header), bytes.subspan(header, total - header)};
}

/// Over `segment` with its checksum and the pseudo header.
bool l4_sum_is_good(const IpPacket& packet, Bytes segment) {
    const auto length = static_cast<uint16_t>(segment.size());
    const std::array<uint8_t, 4> end = {0, packet.protocol(), static_cast<uint8_t>(length >> 8),
                                        static_cast<uint8_t>(length)};
    const uint16_t pseudo =
        add(checksum_word(packet.header.subspan(ipv4_header::addresses, 8)), checksum_word(end));
    return add(pseudo, checksum_word(segment)) == whole_sum;
}

bool parse_tcp(const IpPacket& packet, ParserVerdict& verdict) {
    const Bytes segment = packet.payload;
    if (segment.size() < tcp_header::min_bytes)
        return false;
    const std::size_t header = (segment[tcp_header::data_offset] >> 4) * 4u;
    if (header < tcp_header::min_bytes || header > segment.size())
        return false;
    verdict.parser = rfd_parser::tcp;
    verdict.checksum |= rfd_checksum::l4_checked;
    if (l4_sum_is_good(packet, segment))
        verdict.checksum |= rfd_checksum::l4_good;
    return true;
}

bool parse_udp(const IpPacket& packet, ParserVerdict& verdict) {
    if (packet.payload.size() < udp_header::bytes)
        return false;
    const std::size_t length = big16(packet.payload, udp_header::length);
    if (length < udp_header::bytes || length > packet.payload.size())
        return false;
    const Bytes datagram = packet.payload.first(length);
    verdict.parser = rfd_parser::udp;
    verdict.checksum |= rfd_checksum::l4_checked;
    if (big16(datagram, udp_header::checksum) == 0 || l4_sum_is_good(packet, datagram))
        verdict.checksum |= rfd_checksum::l4_good;
    return true;
}

bool parse_payload(const IpPacket& packet, ParserVerdict& verdict) {
    verdict.parser = rfd_parser::other_ip;
    if (packet.is_fragment())
        return true;
    if (packet.protocol() == ip_protocol::tcp)
        return parse_tcp(packet, verdict);
    if (packet.protocol() == ip_protocol::udp)
        return parse_udp(packet, verdict);
    return true;
}

} // namespace

ParserVerdict parse_received(Bytes frame) {
    auto packet = parse_ip(find_ip(frame));
    if (!packet)
        return {};
    ParserVerdict verdict{.checksum = rfd_checksum::ip_checked};
    bool good = checksum_word(packet->header) == whole_sum;
    if (packet->protocol() == ip_protocol::ip_in_ip && !packet->is_fragment()) {
        packet = parse_ip(packet->payload);
        if (!packet)
            return {};
        good = good && checksum_word(packet->header) == whole_sum;
    }
    if (good)
        verdict.checksum |= rfd_checksum::ip_good;
    if (!parse_payload(*packet, verdict))
        return {};
    verdict.parser |= rfd_parser::parsed;
    return verdict;
}

} // namespace i8255x
