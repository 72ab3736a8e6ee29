// SPDX-License-Identifier: GPL-2.0-or-later
// Checksums, VLAN tag and segments against packets that the tests' own builder made (SDM appendix B).
#include "chip/offload.h"

#include <gtest/gtest.h>

#include "harness/ipv4.h"

namespace i8255x {
namespace {

using harness::Bytes;

constexpr harness::MacAddress here = {2, 0, 0, 0, 0, 1}, there = {2, 0, 0, 0, 0, 2};
constexpr std::size_t ip_at = 14, ip_checksum_at = ip_at + 10, l4_at = 34;

Bytes numbered(std::size_t bytes, std::size_t from = 0) {
    Bytes data(bytes);
    for (std::size_t i = 0; i < bytes; i++)
        data[i] = static_cast<uint8_t>((from + i) * 167 >> 3 ^ (from + i));
    return data;
}
void put16(Bytes& bytes, std::size_t at, unsigned value) {
    bytes[at] = static_cast<uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<uint8_t>(value);
}

OffloadRequest request(unsigned checksums, unsigned activation = ipcb::parse) {
    Ipcb block{};
    block.checksums = static_cast<uint8_t>(checksums);
    block.activation = static_cast<uint8_t>(activation);
    return OffloadRequest(block);
}

/// A packet as it should be on the wire, and as a driver leaves it to the card.
struct Packet {
    Bytes finished, left;
};
Packet packet_of(uint8_t protocol, const Bytes& data) {
    const harness::Ipv4 header = {.source = harness::ip(192, 168, 200, 1),
                                  .destination = harness::ip(10, 99, 0, 2),
                                  .protocol = protocol,
                                  .identification = 0x1234};
    const bool tcp = protocol == harness::ip_protocol::tcp;
    const Bytes l4 = tcp ? harness::tcp(header, {.source_port = 80, .destination_port = 0xfff0}, data)
                         : harness::udp(header, 53, 0xfff0, data);
    Packet packet;
    packet.finished = harness::ethernet(there, here, harness::ether_type::ipv4, harness::ipv4(header, l4));
    packet.left = packet.finished;
    put16(packet.left, ip_checksum_at, 0);
    put16(packet.left, l4_at + (tcp ? 16 : 6), harness::pseudo_header_sum(header, protocol, l4.size()));
    return packet;
}
constexpr uint8_t tcp = harness::ip_protocol::tcp, udp = harness::ip_protocol::udp;
constexpr unsigned both = ipcb::ip_checksum | ipcb::l4_checksum;

TEST(OffloadChecksums, AreThoseOfTheFinishedPacket) {
    for (uint8_t protocol : {tcp, udp})
        for (std::size_t bytes : {0u, 1u, 2u, 3u, 99u, 1460u}) {
            const Packet packet = packet_of(protocol, numbered(bytes));
            Bytes frame = packet.left;
            const auto asked = request(both);
            EXPECT_TRUE(insert_checksums(frame, find_headers(frame, asked), asked));
            EXPECT_EQ(frame, packet.finished) << int{protocol} << " " << bytes;
        }
}

TEST(OffloadChecksums, EachOnlyOnDemand) {
    const Packet packet = packet_of(tcp, numbered(100));
    Bytes frame = packet.left;
    insert_checksums(frame, find_headers(frame), request(ipcb::ip_checksum));
    EXPECT_TRUE(std::equal(frame.begin(), frame.begin() + l4_at, packet.finished.begin()));
    EXPECT_TRUE(std::equal(frame.begin() + l4_at, frame.end(), packet.left.begin() + l4_at));
    frame = packet.left;
    insert_checksums(frame, find_headers(frame), request(ipcb::l4_checksum));
    EXPECT_TRUE(std::equal(frame.begin(), frame.begin() + l4_at, packet.left.begin()));
    EXPECT_TRUE(std::equal(frame.begin() + l4_at, frame.end(), packet.finished.begin() + l4_at));
    frame = packet.left;
    EXPECT_TRUE(insert_checksums(frame, find_headers(frame), request(0)));
    EXPECT_EQ(frame, packet.left);
}

TEST(OffloadChecksums, WhatStoodInTheIpFieldDoesNotCount) {
    const Packet packet = packet_of(udp, numbered(3));
    Bytes frame = packet.left;
    put16(frame, ip_checksum_at, 0xbeef);
    insert_checksums(frame, find_headers(frame), request(both));
    EXPECT_EQ(frame, packet.finished);
}

TEST(OffloadChecksums, LeavePaddingOut) {
    Packet packet = packet_of(udp, numbered(3));
    packet.left.resize(60, 0x77);
    packet.finished.resize(60, 0x77);
    insert_checksums(packet.left, find_headers(packet.left), request(both));
    EXPECT_EQ(packet.left, packet.finished);
}

/// RFC 768; TCP has no such exception.
TEST(OffloadChecksums, AZeroOfUdpIsSentAsOnes) {
    for (uint8_t protocol : {tcp, udp}) {
        const std::size_t field = l4_at + (protocol == tcp ? 16 : 6);
        Packet packet = packet_of(protocol, {0, 0});
        const unsigned missing = packet.finished[field] * 256u + packet.finished[field + 1];
        put16(packet.left, packet.left.size() - 2, missing);
        insert_checksums(packet.left, find_headers(packet.left), request(both));
        EXPECT_EQ(packet.left[field] * 256 + packet.left[field + 1], protocol == udp ? 0xffff : 0);
    }
}

TEST(OffloadChecksums, WithoutParsingTheOffsetsCount) {
    const Packet packet = packet_of(tcp, numbered(50));
    Bytes frame = packet.left;
    put16(frame, 12, 0x88b5); // no type that the chip would know
    Ipcb block{};
    block.checksums = both | ipcb::tcp;
    block.ip_offset = ip_at;
    block.l4_offset = l4_at;
    const OffloadRequest asked(block);
    EXPECT_TRUE(insert_checksums(frame, find_headers(frame, asked), asked));
    EXPECT_TRUE(std::equal(frame.begin() + 14, frame.end(), packet.finished.begin() + 14));
}

TEST(OffloadChecksums, WithoutAPlaceAreMissed) {
    Bytes arp = harness::arp({});
    const Bytes before = arp;
    EXPECT_FALSE(insert_checksums(arp, find_headers(arp), request(ipcb::ip_checksum)));
    EXPECT_FALSE(insert_checksums(arp, find_headers(arp), request(ipcb::l4_checksum)));
    EXPECT_EQ(arp, before);
    Packet fragment = packet_of(udp, numbered(20));
    fragment.left[20] = 0x20;
    const Bytes l4(fragment.left.begin() + l4_at, fragment.left.end());
    EXPECT_FALSE(insert_checksums(fragment.left, find_headers(fragment.left), request(both)));
    EXPECT_EQ(Bytes(fragment.left.begin() + l4_at, fragment.left.end()), l4);
    EXPECT_NE(fragment.left[ip_checksum_at], 0) << "that one it has";
}

TEST(OffloadVlanTag, StandsBehindTheAddresses) {
    const Bytes frame = harness::ethernet(there, here, 0x0800, numbered(50));
    Bytes buffer(4, 0xee);
    buffer.insert(buffer.end(), frame.begin(), frame.end());
    const auto result = insert_vlan_tag(std::span(buffer).subspan(4), std::array<uint8_t, 2>{0x61, 0x23});
    Bytes expected = frame;
    for (uint8_t byte : {0x23, 0x61, 0x00, 0x81})
        expected.insert(expected.begin() + 12, byte);
    EXPECT_EQ(Bytes(result.begin(), result.end()), expected);
}

TEST(OffloadVlanTag, NeedsTwoAddresses) {
    Bytes buffer(4 + 11, 0xee);
    const auto result = insert_vlan_tag(std::span(buffer).subspan(4), std::array<uint8_t, 2>{0x61, 0x23});
    EXPECT_EQ(result.size(), 11u);
    EXPECT_EQ(buffer, Bytes(15, 0xee));
}

// Large send

struct LargeCase {
    std::size_t payload, mss;
    Bytes options = {};
    uint32_t sequence = 1000;
    uint16_t identification = 7;
    uint8_t flags = harness::tcp_flag::ack | harness::tcp_flag::psh | harness::tcp_flag::fin;
    bool snap = false;
};

class LargeSendTest : public testing::TestWithParam<LargeCase> {
  protected:
    harness::Ipv4 ip_header(uint32_t index) const {
        return {.source = harness::ip(172, 16, 5, 6),
                .destination = harness::ip(255, 254, 253, 252),
                .protocol = tcp,
                .ttl = 17,
                .tos = 0x10,
                .identification = static_cast<uint16_t>(large().identification + index),
                .dont_fragment = true};
    }
    harness::Tcp tcp_header(std::size_t begin, uint8_t flags) const {
        return {.source_port = 80,
                .destination_port = 40000,
                .sequence = static_cast<uint32_t>(large().sequence + begin),
                .acknowledgment = 0xabcdef01,
                .flags = flags,
                .window = 0x7788,
                .urgent = 0x0102,
                .options = large().options};
    }
    Bytes framed(const Bytes& packet) const {
        if (!large().snap)
            return harness::ethernet(there, here, harness::ether_type::ipv4, packet);
        Bytes llc = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00, 0x08, 0x00};
        llc.insert(llc.end(), packet.begin(), packet.end());
        return harness::ethernet(there, here, static_cast<uint16_t>(llc.size()), llc);
    }
    /// Segment `index` as a host without offload would have sent it.
    Bytes expected(uint32_t index) const {
        const std::size_t begin = index * large().mss;
        const std::size_t bytes = std::min(large().mss, large().payload - begin);
        const bool last = begin + bytes == large().payload;
        const auto end_flags = harness::tcp_flag::fin | harness::tcp_flag::psh;
        const auto flags = static_cast<uint8_t>(last ? large().flags : large().flags & ~end_flags);
        const Bytes l4 = harness::tcp(ip_header(index), tcp_header(begin, flags), numbered(bytes, begin));
        return framed(harness::ipv4(ip_header(index), l4));
    }
    /// Headers for the first segment, as FreeBSD writes them, and all of the payload.
    Bytes prototype() const {
        const std::size_t tcp_bytes = 20 + large().options.size() + large().mss;
        Bytes l4 = harness::tcp(ip_header(0), tcp_header(0, large().flags), numbered(large().payload));
        put16(l4, 16, harness::pseudo_header_sum(ip_header(0), tcp, tcp_bytes));
        Bytes packet = harness::ipv4(ip_header(0), Bytes());
        put16(packet, 2, static_cast<unsigned>(20 + tcp_bytes));
        put16(packet, 10, 0);
        packet.insert(packet.end(), l4.begin(), l4.end());
        Bytes frame = framed(packet);
        if (large().snap)
            put16(frame, 12, static_cast<unsigned>(8 + 20 + tcp_bytes));
        return frame;
    }
    OffloadRequest asked() const {
        Ipcb block{};
        block.checksums = both | ipcb::large_send | ipcb::tcp;
        block.activation = ipcb::parse;
        block.standard.threshold = static_cast<uint8_t>(large().mss);
        block.standard.tbd_number = static_cast<uint8_t>(large().mss >> 8);
        block.tbd.size = static_cast<uint32_t>(large().payload << ipcb::payload_shift);
        return OffloadRequest(block);
    }
    static const LargeCase& large() { return GetParam(); }
};

TEST_P(LargeSendTest, SegmentsAreThoseOfAHostWithoutOffload) {
    Bytes frame = prototype();
    const OffloadRequest request = asked();
    LargeSend send(frame, find_headers(frame, request), request);
    EXPECT_FALSE(send.payload_mismatch());
    ASSERT_EQ(send.segments(), (large().payload + large().mss - 1) / large().mss);
    EXPECT_EQ(send.longest_segment_bytes(), expected(0).size());
    for (uint32_t index = 0; index < send.segments(); index++) {
        const auto segment = send.segment(index);
        ASSERT_EQ(Bytes(segment.begin(), segment.end()), expected(index)) << index;
    }
}

TEST_P(LargeSendTest, BeginsAtAnySegment) {
    Bytes frame = prototype();
    const OffloadRequest request = asked();
    LargeSend send(frame, find_headers(frame, request), request);
    const uint32_t last = send.segments() - 1;
    const auto segment = send.segment(last);
    EXPECT_EQ(Bytes(segment.begin(), segment.end()), expected(last));
}

INSTANTIATE_TEST_SUITE_P(Cases, LargeSendTest,
                         testing::Values(LargeCase{4000, 1460}, LargeCase{4380, 1460}, LargeCase{4381, 1460},
                                         LargeCase{65535, 1448, Bytes{1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8}},
                                         LargeCase{100, 1}, LargeCase{101, 10}, LargeCase{1460, 1460},
                                         LargeCase{99, 1460}, LargeCase{1, 1},
                                         LargeCase{5000, 1000, {}, 0xfffffc00, 0xfffe}, // both wrap
                                         LargeCase{5000, 1400, {}, 1, 1, 0x3a},
                                         LargeCase{5000, 1400, {}, 1, 1, 0x05},
                                         LargeCase{5001, 1300, {}, 1, 1, 0x19, true}));

TEST(LargeSendOddities, TheShorterPayloadCounts) {
    const Packet packet = packet_of(tcp, numbered(1000));
    Ipcb block{};
    block.checksums = both | ipcb::large_send;
    block.activation = ipcb::parse;
    block.standard.threshold = 100;
    for (uint32_t declared : {0u, 250u, 1001u, 0xffffu}) {
        Bytes frame = packet.left;
        block.tbd.size = declared << ipcb::payload_shift;
        const OffloadRequest request(block);
        LargeSend send(frame, find_headers(frame), request);
        EXPECT_TRUE(send.payload_mismatch()) << declared;
        EXPECT_EQ(send.segments(), declared == 0 ? 1u : declared == 250 ? 3u : 10u);
        std::size_t payload = 0;
        for (uint32_t index = 0; index < send.segments(); index++)
            payload += send.segment(index).size() - 54;
        EXPECT_EQ(payload, std::min(declared, 1000u));
    }
}

TEST(LargeSendOddities, WithoutChecksumBitsTheSeedStays) {
    Packet packet = packet_of(tcp, numbered(150));
    Ipcb block{};
    block.checksums = ipcb::large_send;
    block.activation = ipcb::parse;
    block.standard.threshold = 100;
    block.tbd.size = 150u << ipcb::payload_shift;
    const OffloadRequest request(block);
    const Bytes field(packet.left.begin() + l4_at + 16, packet.left.begin() + l4_at + 18);
    LargeSend send(packet.left, find_headers(packet.left), request);
    for (uint32_t index = 0; index < 2; index++) {
        const auto segment = send.segment(index);
        EXPECT_EQ(Bytes(segment.begin() + l4_at + 16, segment.begin() + l4_at + 18), field);
        EXPECT_EQ(segment[ip_checksum_at], 0);
    }
}

} // namespace
} // namespace i8255x
