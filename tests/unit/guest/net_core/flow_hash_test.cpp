// SPDX-License-Identifier: GPL-2.0-or-later
// The flow hash: published vectors, both directions, fragments, and packets made to break it.
#include "kernel/flow_hash.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <vector>

namespace {

using kernel::FlowKeys;
using kernel::PacketBuffer;

constexpr uint32_t ip(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    return a << 24 | b << 16 | c << 8 | d;
}

/// The verification suite of receive side scaling for IPv4.
struct Vector {
    uint32_t source;
    uint16_t source_port;
    uint32_t destination;
    uint16_t destination_port;
    uint32_t addresses, with_ports;
};
constexpr Vector vectors[] = {
    {ip(66, 9, 149, 187), 2794, ip(161, 142, 100, 80), 1766, 0x323e8fc2, 0x51ccc178},
    {ip(199, 92, 111, 2), 14230, ip(65, 69, 140, 83), 4739, 0xd718262a, 0xc626b0ea},
    {ip(24, 19, 198, 95), 12898, ip(12, 22, 207, 184), 38024, 0xd2d0a5de, 0x5c2b394a},
    {ip(38, 27, 205, 30), 48228, ip(209, 142, 163, 6), 2217, 0x82989176, 0xafc7327f},
    {ip(153, 39, 163, 191), 44251, ip(202, 188, 127, 2), 1303, 0x5d1809c5, 0x10e828a2},
};

FlowKeys keys_of(const Vector& vector, bool ports) {
    FlowKeys keys{vector.source, vector.destination, 0, 0, 6, ports};
    if (ports) {
        keys.source_port = vector.source_port;
        keys.destination_port = vector.destination_port;
    }
    return keys;
}

TEST(Toeplitz, PublishedVectors) {
    for (const Vector& vector : vectors) {
        EXPECT_EQ(kernel::receive_side_hash(keys_of(vector, false)), vector.addresses);
        EXPECT_EQ(kernel::receive_side_hash(keys_of(vector, true)), vector.with_ports);
    }
}

/// The definition, bit by bit, in other words than the code's.
uint32_t by_definition(std::span<const uint8_t> input) {
    static constexpr char digits[] =
        "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa";
    const auto key_bit = [](std::size_t bit) {
        const char digit = digits[bit / 4];
        const int value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
        return static_cast<uint32_t>(value >> (3 - bit % 4) & 1);
    };
    uint32_t hash = 0;
    for (std::size_t bit = 0; bit < input.size() * 8; bit++)
        if (input[bit / 8] >> (7 - bit % 8) & 1)
            for (std::size_t i = 0; i < 32; i++)
                hash ^= key_bit(bit + i) << (31 - i);
    return hash;
}

TEST(Toeplitz, AnyInputAsDefined) {
    std::mt19937 random(1);
    for (std::size_t length = 0; length <= 36; length++)
        for (int i = 0; i < 20; i++) {
            std::vector<uint8_t> input(length);
            for (uint8_t& byte : input)
                byte = static_cast<uint8_t>(random());
            EXPECT_EQ(kernel::toeplitz_hash(input), by_definition(input)) << length;
        }
    const std::vector<uint8_t> too_long(100, 0xff);
    EXPECT_EQ(kernel::toeplitz_hash(too_long), by_definition(std::span(too_long).first(36)));
}

FlowKeys reversed(FlowKeys keys) {
    std::swap(keys.source, keys.destination);
    std::swap(keys.source_port, keys.destination_port);
    return keys;
}

TEST(FlowHash, IsTheSameInBothDirections) {
    std::mt19937 random(2);
    for (int i = 0; i < 1000; i++) {
        const FlowKeys keys{static_cast<uint32_t>(random()),
                            static_cast<uint32_t>(random()),
                            static_cast<uint16_t>(random()),
                            static_cast<uint16_t>(random()),
                            17,
                            true};
        EXPECT_EQ(kernel::flow_hash(keys), kernel::flow_hash(reversed(keys)));
    }
}

TEST(FlowHash, SortsAddressesAndPortsEachForThemselves) {
    const FlowKeys keys{20, 10, 1, 2, 17, true};
    EXPECT_EQ(kernel::flow_hash(keys), kernel::receive_side_hash({10, 20, 1, 2, 17, true}));
    const FlowKeys ports_swapped{20, 10, 2, 1, 17, true};
    EXPECT_EQ(kernel::flow_hash(keys), kernel::flow_hash(ports_swapped));
    EXPECT_NE(kernel::flow_hash(keys), kernel::flow_hash({20, 10, 1, 3, 17, true}));
}

TEST(FlowHash, IsNeverZero) {
    EXPECT_EQ(kernel::receive_side_hash({}), 0u);
    EXPECT_EQ(kernel::flow_hash({}), 1u);
}

// --- Packets

class Dissect : public testing::Test {
  protected:
    Dissect() : packet_(kernel::alloc_packet()) {}
    ~Dissect() override { kernel::consume_packet(packet_); }

    /// The packet is `bytes` from its IPv4 header on.
    PacketBuffer& packet_of(const std::vector<uint8_t>& bytes, uint16_t protocol = 0x0800) {
        packet_->reserve(kernel::packet_headroom);
        packet_->hash = 0;
        if (!bytes.empty())
            std::memcpy(packet_->put(bytes.size()), bytes.data(), bytes.size());
        packet_->network_header = packet_->data;
        packet_->protocol = protocol;
        return *packet_;
    }
    /// UDP from 10.0.2.2:1024 to 10.0.2.15:9 with `options` bytes of options.
    static std::vector<uint8_t> datagram(uint8_t options = 0, uint16_t flags_offset = 0,
                                         uint8_t protocol = 17) {
        std::vector<uint8_t> bytes = {static_cast<uint8_t>(0x45 + options / 4),
                                      0,
                                      0,
                                      static_cast<uint8_t>(28 + options),
                                      0,
                                      1,
                                      static_cast<uint8_t>(flags_offset >> 8),
                                      static_cast<uint8_t>(flags_offset),
                                      64,
                                      protocol,
                                      0,
                                      0,
                                      10,
                                      0,
                                      2,
                                      2,
                                      10,
                                      0,
                                      2,
                                      15};
        bytes.insert(bytes.end(), options, 1);
        bytes.insert(bytes.end(), {4, 0, 0, 9, 0, 8, 0, 0});
        return bytes;
    }
    static constexpr FlowKeys whole = {ip(10, 0, 2, 2), ip(10, 0, 2, 15), 1024, 9, 17, true};
    static constexpr FlowKeys addresses = {ip(10, 0, 2, 2), ip(10, 0, 2, 15), 0, 0, 17, false};

  private:
    PacketBuffer* packet_;
};

TEST_F(Dissect, ADatagram) {
    EXPECT_EQ(kernel::dissect_flow(packet_of(datagram())), whole);
    EXPECT_EQ(kernel::packet_flow_hash(packet_of(datagram())), kernel::flow_hash(whole));
}

TEST_F(Dissect, PortsStandBehindTheOptions) {
    for (const uint8_t options : {4, 40})
        EXPECT_EQ(kernel::dissect_flow(packet_of(datagram(options))), whole) << int{options};
}

TEST_F(Dissect, FragmentsEvenTheFirstHaveOnlyAddresses) {
    for (const uint16_t flags_offset : {0x2000, 0x2001, 0x0001, 0x1fff})
        EXPECT_EQ(kernel::dissect_flow(packet_of(datagram(0, flags_offset))), addresses) << flags_offset;
    EXPECT_EQ(kernel::dissect_flow(packet_of(datagram(0, 0x4000))), whole) << "only \"don't fragment\"";
}

TEST_F(Dissect, OtherProtocolsHaveNoPorts) {
    FlowKeys icmp = addresses;
    icmp.protocol = 1;
    EXPECT_EQ(kernel::dissect_flow(packet_of(datagram(0, 0, 1))), icmp);
    FlowKeys tcp = whole;
    tcp.protocol = 6;
    EXPECT_EQ(kernel::dissect_flow(packet_of(datagram(0, 0, 6))), tcp);
}

TEST_F(Dissect, CutAnywhere) {
    for (const uint8_t options : {0, 8}) {
        const std::vector<uint8_t> bytes = datagram(options);
        const std::size_t header = 20u + options;
        for (std::size_t length = 0; length < bytes.size(); length++) {
            const auto keys = kernel::dissect_flow(
                packet_of({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)}));
            if (length < header)
                EXPECT_FALSE(keys) << length;
            else
                EXPECT_EQ(keys, length < header + 4 ? addresses : whole) << length;
        }
    }
}

TEST_F(Dissect, BadHeaders) {
    for (const uint8_t version_ihl : {0x00, 0x40, 0x44, 0x65, 0x35, 0xff}) {
        std::vector<uint8_t> bytes = datagram();
        bytes[0] = version_ihl;
        EXPECT_FALSE(kernel::dissect_flow(packet_of(bytes))) << int{version_ihl};
        EXPECT_EQ(kernel::packet_flow_hash(packet_of(bytes)), 0u);
    }
    EXPECT_FALSE(kernel::dissect_flow(packet_of(datagram(), 0x0806))) << "ARP";
}

TEST_F(Dissect, TheHashIsKept) {
    PacketBuffer& packet = packet_of(datagram());
    packet.hash = 42;
    EXPECT_EQ(kernel::packet_flow_hash(packet), 42u);
}

} // namespace
