// SPDX-License-Identifier: GPL-2.0-or-later
// The flow hash: the Toeplitz function of receive side scaling, over addresses and ports each sorted.
#include "kernel/flow_hash.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kernel {
namespace {

constexpr uint16_t ipv4_type = 0x0800;
constexpr unsigned minimum_ihl = 5;
constexpr uint16_t more_fragments = 0x2000, offset_mask = 0x1fff;
constexpr uint8_t tcp = 6, udp = 17;

constexpr std::array<uint8_t, 40> key = {0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
                                         0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
                                         0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
                                         0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};
constexpr std::size_t maximum_input = key.size() - sizeof(uint32_t);

/// The 32 bits of the key that begin at bit `bit`.
constexpr uint32_t key_window(std::size_t bit) {
    uint64_t bits = 0;
    for (std::size_t i = 0; i < 5; i++)
        bits = bits << 8 | (bit / 8 + i < key.size() ? key[bit / 8 + i] : 0u);
    return static_cast<uint32_t>(bits >> (8 - bit % 8));
}

/// Each set bit of the input adds the window of the key that begins there. What a byte adds, by its place and
/// value, for the twelve bytes that are hashed of a packet; a longer input is taken bit by bit.
constexpr std::size_t table_places = 12;
using Table = std::array<std::array<uint32_t, 256>, table_places>;

constexpr uint32_t contribution(std::size_t place, uint8_t value) {
    uint32_t sum = 0;
    for (unsigned bit = 0; bit < 8; bit++)
        if (value & 0x80u >> bit)
            sum ^= key_window(place * 8 + bit);
    return sum;
}

constexpr Table make_table() {
    Table table{};
    for (std::size_t place = 0; place < table_places; place++)
        for (unsigned value = 1; value < 256; value++) { // each bit alone, then sums
            const unsigned lowest = value & (~value + 1), rest = value ^ lowest;
            table[place][value] = rest ? table[place][lowest] ^ table[place][rest]
                                       : contribution(place, static_cast<uint8_t>(value));
        }
    return table;
}
constexpr Table table = make_table();

uint32_t be32(const std::byte* at) {
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++)
        value = value << 8 | std::to_integer<uint32_t>(at[i]);
    return value;
}
uint16_t be16(const std::byte* at) {
    return static_cast<uint16_t>(std::to_integer<unsigned>(at[0]) << 8 | std::to_integer<unsigned>(at[1]));
}

/// `header` bytes of IPv4 header are there; what of the packet is behind them may be anything.
void take_ports(FlowKeys& keys, const PacketBuffer& packet, std::size_t header) {
    const std::byte* ip = packet.network_header;
    const bool fragment = be16(ip + 6) & (more_fragments | offset_mask);
    const auto behind = static_cast<std::size_t>(packet.tail - ip) - header;
    if (fragment || (keys.protocol != tcp && keys.protocol != udp) || behind < 4)
        return;
    keys.source_port = be16(ip + header);
    keys.destination_port = be16(ip + header + 2);
    keys.has_ports = true;
}

} // namespace

std::optional<FlowKeys> dissect_flow(const PacketBuffer& packet) {
    const std::byte* ip = packet.network_header;
    if (packet.protocol != ipv4_type || !ip ||
        packet.tail - ip < static_cast<std::ptrdiff_t>(minimum_ihl * 4))
        return std::nullopt;
    const auto version_ihl = std::to_integer<unsigned>(ip[0]);
    const std::size_t header = (version_ihl & 0xf) * 4;
    if (version_ihl >> 4 != 4 || header < minimum_ihl * 4 ||
        packet.tail - ip < static_cast<std::ptrdiff_t>(header))
        return std::nullopt;
    FlowKeys keys;
    keys.source = be32(ip + 12);
    keys.destination = be32(ip + 16);
    keys.protocol = std::to_integer<uint8_t>(ip[9]);
    take_ports(keys, packet, header);
    return keys;
}

uint32_t toeplitz_hash(std::span<const uint8_t> input) {
    uint32_t hash = 0;
    const std::size_t length = std::min(input.size(), maximum_input);
    for (std::size_t place = 0; place < length; place++)
        hash ^= place < table_places ? table[place][input[place]] : contribution(place, input[place]);
    return hash;
}

uint32_t receive_side_hash(const FlowKeys& keys) {
    std::array<uint8_t, 12> input{};
    for (unsigned i = 0; i < 4; i++) {
        input[i] = static_cast<uint8_t>(keys.source >> (24 - 8 * i));
        input[4 + i] = static_cast<uint8_t>(keys.destination >> (24 - 8 * i));
    }
    for (unsigned i = 0; i < 2; i++) {
        input[8 + i] = static_cast<uint8_t>(keys.source_port >> (8 - 8 * i));
        input[10 + i] = static_cast<uint8_t>(keys.destination_port >> (8 - 8 * i));
    }
    return toeplitz_hash(std::span(input).first(keys.has_ports ? 12 : 8));
}

uint32_t flow_hash(const FlowKeys& keys) {
    FlowKeys sorted = keys;
    if (sorted.destination < sorted.source)
        std::swap(sorted.source, sorted.destination);
    if (sorted.destination_port < sorted.source_port)
        std::swap(sorted.source_port, sorted.destination_port);
    const uint32_t hash = receive_side_hash(sorted);
    return hash ? hash : 1; // 0 means: none
}

uint32_t packet_flow_hash(PacketBuffer& packet) {
    if (packet.hash == 0)
        if (const auto keys = dissect_flow(packet))
            packet.hash = flow_hash(*keys);
    return packet.hash;
}

} // namespace kernel
