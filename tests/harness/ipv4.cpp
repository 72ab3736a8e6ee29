// SPDX-License-Identifier: GPL-2.0-or-later
// Ethernet, ARP, IPv4, TCP, UDP and ICMP echo frames for tests.
#include "ipv4.h"

#include <algorithm>
#include <cstdio>

#include "failure.h"

namespace harness {

namespace {

void put16(Bytes& bytes, unsigned value) {
    bytes.push_back(static_cast<uint8_t>(value >> 8));
    bytes.push_back(static_cast<uint8_t>(value));
}

void put32(Bytes& bytes, uint32_t value) {
    put16(bytes, value >> 16);
    put16(bytes, value & 0xffff);
}

template <typename Range> void put(Bytes& bytes, const Range& range) {
    bytes.insert(bytes.end(), range.begin(), range.end());
}

uint16_t get16(std::span<const uint8_t> bytes, size_t at) {
    return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

uint32_t get32(std::span<const uint8_t> bytes, size_t at) {
    return static_cast<uint32_t>(get16(bytes, at)) << 16 | get16(bytes, at + 2);
}

MacAddress get_mac(std::span<const uint8_t> bytes, size_t at) {
    MacAddress address;
    std::ranges::copy(bytes.subspan(at, 6), address.begin());
    return address;
}

void store16(Bytes& bytes, size_t at, uint16_t value) {
    bytes[at] = static_cast<uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<uint8_t>(value);
}

constexpr size_t tcp_header_bytes = 20;

} // namespace

uint16_t pseudo_header_sum(const Ipv4& header, uint8_t protocol, size_t length) {
    Bytes pseudo;
    put32(pseudo, header.source);
    put32(pseudo, header.destination);
    put16(pseudo, protocol);
    put16(pseudo, static_cast<unsigned>(length));
    return static_cast<uint16_t>(~internet_checksum(pseudo));
}

MacAddress mac(const std::string& text) {
    unsigned part[6];
    int used = 0;
    if (std::sscanf(text.c_str(), "%2x:%2x:%2x:%2x:%2x:%2x%n", &part[0], &part[1], &part[2], &part[3],
                    &part[4], &part[5], &used) != 6 ||
        static_cast<size_t>(used) != text.size())
        throw Failure("not a MAC address: " + text);
    MacAddress address;
    std::ranges::transform(part, address.begin(), [](unsigned value) { return static_cast<uint8_t>(value); });
    return address;
}

std::string to_string(const MacAddress& a) {
    char text[18];
    std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5]);
    return text;
}

std::string ip_to_string(Ipv4Address address) {
    char text[16];
    std::snprintf(text, sizeof text, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
                  address & 255);
    return text;
}

uint16_t internet_checksum(std::span<const uint8_t> data, uint32_t initial) {
    uint64_t sum = initial;
    for (size_t i = 0; i < data.size(); i++)
        sum += static_cast<uint64_t>(data[i]) << (i % 2 == 0 ? 8 : 0);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<uint16_t>(~sum);
}

uint32_t ethernet_fcs(std::span<const uint8_t> frame) {
    uint32_t crc = 0xffffffff;
    for (uint8_t byte : frame) {
        crc ^= byte;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
    }
    return ~crc;
}

Frame ethernet(const MacAddress& destination, const MacAddress& source, uint16_t type,
               std::span<const uint8_t> payload) {
    Frame frame;
    put(frame, destination);
    put(frame, source);
    put16(frame, type);
    put(frame, payload);
    return frame;
}

Frame padded(Frame frame) {
    frame.resize(std::max<size_t>(frame.size(), 60));
    return frame;
}

Frame arp(const Arp& message) {
    Bytes body;
    put16(body, 1); // Ethernet
    put16(body, ether_type::ipv4);
    body.push_back(6);
    body.push_back(4);
    put16(body, message.operation);
    put(body, message.sender_mac);
    put32(body, message.sender_ip);
    put(body, message.target_mac);
    put32(body, message.target_ip);
    return ethernet(message.operation == 1 ? broadcast_mac : message.target_mac, message.sender_mac,
                    ether_type::arp, body);
}

Bytes ipv4(const Ipv4& header, std::span<const uint8_t> payload) {
    Bytes packet = {0x45, header.tos};
    put16(packet, static_cast<unsigned>(20 + payload.size()));
    put16(packet, header.identification);
    put16(packet, (header.dont_fragment ? 0x4000u : 0u) | (header.more_fragments ? 0x2000u : 0u) |
                      header.fragment_offset / 8u);
    packet.push_back(header.ttl);
    packet.push_back(header.protocol);
    put16(packet, 0);
    put32(packet, header.source);
    put32(packet, header.destination);
    store16(packet, 10, internet_checksum(packet));
    put(packet, payload);
    return packet;
}

Bytes tcp(const Ipv4& header, const Tcp& segment, std::span<const uint8_t> data) {
    Bytes bytes;
    put16(bytes, segment.source_port);
    put16(bytes, segment.destination_port);
    put32(bytes, segment.sequence);
    put32(bytes, segment.acknowledgment);
    put16(bytes,
          static_cast<unsigned>((tcp_header_bytes + segment.options.size()) / 4) << 12 | segment.flags);
    put16(bytes, segment.window);
    put16(bytes, 0);
    put16(bytes, segment.urgent);
    put(bytes, segment.options);
    put(bytes, data);
    store16(bytes, 16, internet_checksum(bytes, pseudo_header_sum(header, ip_protocol::tcp, bytes.size())));
    return bytes;
}

Bytes udp(const Ipv4& header, uint16_t source_port, uint16_t destination_port,
          std::span<const uint8_t> data) {
    Bytes datagram;
    put16(datagram, source_port);
    put16(datagram, destination_port);
    put16(datagram, static_cast<unsigned>(8 + data.size()));
    put16(datagram, 0);
    put(datagram, data);
    uint16_t checksum =
        internet_checksum(datagram, pseudo_header_sum(header, ip_protocol::udp, datagram.size()));
    store16(datagram, 6, checksum == 0 ? 0xffff : checksum);
    return datagram;
}

Bytes icmp_echo(uint8_t type, uint16_t identifier, uint16_t sequence, std::span<const uint8_t> data) {
    Bytes message = {type, 0, 0, 0};
    put16(message, identifier);
    put16(message, sequence);
    put(message, data);
    store16(message, 2, internet_checksum(message));
    return message;
}

std::optional<EthernetView> parse_ethernet(std::span<const uint8_t> frame) {
    if (frame.size() < 14)
        return std::nullopt;
    return EthernetView{get_mac(frame, 0), get_mac(frame, 6), get16(frame, 12), frame.subspan(14)};
}

std::optional<Arp> parse_arp(std::span<const uint8_t> frame) {
    auto ethernet = parse_ethernet(frame);
    if (!ethernet || ethernet->type != ether_type::arp || ethernet->payload.size() < 28)
        return std::nullopt;
    auto body = ethernet->payload;
    if (get16(body, 0) != 1 || get16(body, 2) != ether_type::ipv4 || body[4] != 6 || body[5] != 4)
        return std::nullopt;
    return Arp{get16(body, 6), get_mac(body, 8), get32(body, 14), get_mac(body, 18), get32(body, 24)};
}

std::optional<Ipv4View> parse_ipv4(std::span<const uint8_t> frame) {
    auto ethernet = parse_ethernet(frame);
    if (!ethernet || ethernet->type != ether_type::ipv4 || ethernet->payload.size() < 20)
        return std::nullopt;
    auto packet = ethernet->payload;
    size_t header_bytes = (packet[0] & 15) * 4u, total = get16(packet, 2);
    if (packet[0] >> 4 != 4 || header_bytes < 20 || total < header_bytes || total > packet.size() ||
        internet_checksum(packet.first(header_bytes)) != 0)
        return std::nullopt;
    unsigned fragment = get16(packet, 6);
    Ipv4 header{.source = get32(packet, 12),
                .destination = get32(packet, 16),
                .protocol = packet[9],
                .ttl = packet[8],
                .tos = packet[1],
                .identification = get16(packet, 4),
                .dont_fragment = (fragment & 0x4000) != 0,
                .more_fragments = (fragment & 0x2000) != 0,
                .fragment_offset = static_cast<uint16_t>((fragment & 0x1fff) * 8)};
    return Ipv4View{*ethernet, header, packet.subspan(header_bytes, total - header_bytes)};
}

std::optional<TcpView> parse_tcp(std::span<const uint8_t> frame) {
    auto packet = parse_ipv4(frame);
    if (!packet || packet->header.protocol != ip_protocol::tcp || packet->payload.size() < tcp_header_bytes)
        return std::nullopt;
    auto bytes = packet->payload;
    size_t header_bytes = (bytes[12] >> 4) * 4u;
    if (header_bytes < tcp_header_bytes || header_bytes > bytes.size() ||
        internet_checksum(bytes, pseudo_header_sum(packet->header, ip_protocol::tcp, bytes.size())) != 0)
        return std::nullopt;
    auto options = bytes.first(header_bytes).subspan(tcp_header_bytes);
    return TcpView{*packet,
                   {.source_port = get16(bytes, 0),
                    .destination_port = get16(bytes, 2),
                    .sequence = get32(bytes, 4),
                    .acknowledgment = get32(bytes, 8),
                    .flags = bytes[13],
                    .window = get16(bytes, 14),
                    .urgent = get16(bytes, 18),
                    .options = {options.begin(), options.end()}},
                   bytes.subspan(header_bytes)};
}

std::optional<UdpView> parse_udp(std::span<const uint8_t> frame) {
    auto packet = parse_ipv4(frame);
    if (!packet || packet->header.protocol != ip_protocol::udp || packet->payload.size() < 8)
        return std::nullopt;
    auto datagram = packet->payload;
    size_t length = get16(datagram, 4);
    if (length < 8 || length > datagram.size())
        return std::nullopt;
    datagram = datagram.first(length);
    bool has_checksum = get16(datagram, 6) != 0;
    if (has_checksum &&
        internet_checksum(datagram, pseudo_header_sum(packet->header, ip_protocol::udp, length)) != 0)
        return std::nullopt;
    return UdpView{*packet, get16(datagram, 0), get16(datagram, 2), has_checksum, datagram.subspan(8)};
}

std::optional<IcmpEchoView> parse_icmp_echo(std::span<const uint8_t> frame) {
    auto packet = parse_ipv4(frame);
    if (!packet || packet->header.protocol != ip_protocol::icmp || packet->payload.size() < 8)
        return std::nullopt;
    auto message = packet->payload;
    if ((message[0] != 8 && message[0] != 0) || internet_checksum(message) != 0)
        return std::nullopt;
    return IcmpEchoView{*packet, message[0], get16(message, 4), get16(message, 6), message.subspan(8)};
}

} // namespace harness
