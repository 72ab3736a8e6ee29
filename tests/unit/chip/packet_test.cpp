// SPDX-License-Identifier: GPL-2.0-or-later
// Where the chip finds the headers of a packet, and that no frame makes it look outside.
#include "chip/packet.h"

#include <gtest/gtest.h>

#include <random>

#include "harness/ipv4.h"

namespace i8255x {
namespace {

using harness::Bytes;

constexpr harness::MacAddress here = {2, 0, 0, 0, 0, 1}, there = {2, 0, 0, 0, 0, 2};
const harness::Ipv4 tcp_packet = {.source = harness::ip(10, 0, 0, 1),
                                  .destination = harness::ip(10, 0, 0, 2),
                                  .protocol = harness::ip_protocol::tcp};

Bytes tcp_frame(const Bytes& options = {}, std::size_t data = 10) {
    return harness::ethernet(
        there, here, harness::ether_type::ipv4,
        harness::ipv4(tcp_packet, harness::tcp(tcp_packet, {.options = options}, Bytes(data, 0x33))));
}
Bytes udp_frame() {
    harness::Ipv4 header = tcp_packet;
    header.protocol = harness::ip_protocol::udp;
    return harness::ethernet(there, here, harness::ether_type::ipv4,
                             harness::ipv4(header, harness::udp(header, 1, 2, Bytes(5))));
}
/// `bytes` of options into an IPv4 header.
Bytes with_ip_options(Bytes frame, uint8_t bytes) {
    frame.insert(frame.begin() + 34, bytes, 0x01);
    frame[14] = static_cast<uint8_t>(0x45 + bytes / 4);
    frame[17] = static_cast<uint8_t>(frame[17] + bytes);
    return frame;
}
Bytes inserted(Bytes frame, std::size_t at, const Bytes& bytes) {
    frame.insert(frame.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin(), bytes.end());
    return frame;
}
void expect_layout(const PacketLayout& layout, std::size_t ip, std::size_t l4, std::size_t payload,
                   std::size_t end) {
    EXPECT_EQ(layout.ip, ip);
    EXPECT_EQ(layout.l4, l4);
    EXPECT_EQ(layout.payload, payload);
    EXPECT_EQ(layout.end, end);
}

TEST(PacketHeaders, OfTcp) {
    const PacketLayout layout = find_headers(tcp_frame());
    expect_layout(layout, 14, 34, 54, 64);
    EXPECT_TRUE(layout.tcp);
    EXPECT_EQ(layout.length_field, 0u);
}

TEST(PacketHeaders, OfUdp) {
    const PacketLayout layout = find_headers(udp_frame());
    expect_layout(layout, 14, 34, 42, 47);
    EXPECT_FALSE(layout.tcp);
}

TEST(PacketHeaders, WithOptions) {
    expect_layout(find_headers(with_ip_options(tcp_frame(Bytes(12, 1)), 8)), 14, 42, 74, 84);
    expect_layout(find_headers(with_ip_options(tcp_frame(Bytes(40, 1)), 40)), 14, 74, 134, 144);
}

TEST(PacketHeaders, PaddingIsBehindTheEnd) { EXPECT_EQ(find_headers(harness::padded(udp_frame())).end, 47u); }

TEST(PacketHeaders, BehindAVlanTag) {
    expect_layout(find_headers(inserted(tcp_frame(), 12, {0x81, 0x00, 0x00, 0x05})), 18, 38, 58, 68);
}

TEST(PacketHeaders, BehindASnapHeader) {
    const Bytes snap = {0x00, 58, 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00};
    const PacketLayout layout = find_headers(inserted(tcp_frame(), 12, snap));
    expect_layout(layout, 22, 42, 62, 72);
    EXPECT_EQ(layout.length_field, 12u);
    const Bytes tag = {0x81, 0x00, 0x00, 0x05};
    EXPECT_EQ(find_headers(inserted(inserted(tcp_frame(), 12, snap), 12, tag)).length_field, 16u);
}

TEST(PacketHeaders, OtherPacketsHaveNone) {
    Bytes arp = tcp_frame();
    arp[13] = 0x06;
    Bytes ipv6 = tcp_frame();
    ipv6[14] = 0x65;
    Bytes short_header = tcp_frame();
    short_header[14] = 0x44;
    Bytes short_length = tcp_frame();
    short_length[17] = 19;
    const Bytes llc = inserted(tcp_frame(), 12, {0x00, 58, 0x42, 0x42, 0x03, 0x00, 0x00, 0x00});
    for (const Bytes& frame : {arp, ipv6, short_header, short_length, llc})
        expect_layout(find_headers(frame), 0, 0, 0, 0);
}

TEST(PacketHeaders, FragmentsAndOtherProtocolsHaveOnlyIp) {
    Bytes first = tcp_frame(), later = tcp_frame(), icmp = tcp_frame();
    first[20] = 0x20;
    later[21] = 0x01;
    icmp[23] = harness::ip_protocol::icmp;
    for (const Bytes& frame : {first, later, icmp})
        expect_layout(find_headers(frame), 14, 0, 0, 64);
    Bytes unfragmented = tcp_frame();
    unfragmented[20] = 0x40; // "don't fragment"
    EXPECT_EQ(find_headers(unfragmented).l4, 34u);
}

TEST(PacketHeaders, TcpHeadersThatDoNotFitAreNone) {
    Bytes small = tcp_frame(), large = tcp_frame();
    small[46] = 0x40;
    large[46] = 0xf0;
    EXPECT_EQ(find_headers(small).l4, 0u);
    EXPECT_EQ(find_headers(large).l4, 0u);
}

TEST(PacketHeaders, AtGivenOffsets) {
    Bytes frame = tcp_frame();
    frame[13] = 0xff; // which would not be looked into
    expect_layout(headers_at(frame, 14, 34, true), 14, 34, 54, 64);
    expect_layout(headers_at(frame, 14, 34, false), 14, 34, 42, 64);
    expect_layout(headers_at(frame, 0, 34, true), 0, 0, 0, 0);
    expect_layout(headers_at(frame, 15, 34, true), 0, 0, 0, 0);
    EXPECT_EQ(headers_at(frame, 14, 33, true).l4, 0u) << "inside the IP header";
    EXPECT_EQ(headers_at(frame, 14, 45, true).l4, 0u);
    EXPECT_EQ(headers_at(frame, 255, 255, true).ip, 0u);
}

void expect_inside(const Bytes& frame, const PacketLayout& layout) {
    ASSERT_LE(layout.end, frame.size());
    if (layout.ip != 0) {
        ASSERT_LE(layout.ip + 20, layout.end);
        ASSERT_LE(layout.ip + (frame[layout.ip] & 15) * 4u, layout.end);
    }
    if (layout.l4 != 0) {
        ASSERT_GE(layout.l4, layout.ip + 20);
        ASSERT_GE(layout.payload, layout.l4 + (layout.tcp ? 20 : 8));
        ASSERT_LE(layout.payload, layout.end);
    }
}

TEST(PacketHeaders, AreNeverOutsideTheFrame) {
    std::mt19937 random(8);
    const Bytes tag = {0x81, 0x00, 0x00, 0x05}, snap = {0x00, 58, 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00};
    const Bytes frames[] = {tcp_frame(Bytes(40, 1)), udp_frame(), with_ip_options(tcp_frame(), 40),
                            inserted(tcp_frame(), 12, tag),
                            inserted(inserted(udp_frame(), 12, snap), 12, tag)};
    for (const Bytes& whole : frames)
        for (std::size_t bytes = 0; bytes <= whole.size(); bytes++)
            for (int round = 0; round < 20; round++) {
                Bytes frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes));
                for (int spoilt = round % 4; spoilt > 0 && !frame.empty(); spoilt--)
                    frame[random() % frame.size()] = static_cast<uint8_t>(random());
                const PacketLayout found = find_headers(frame);
                expect_inside(frame, found);
                ASSERT_LE(found.payload, max_packet_header_bytes);
                expect_inside(frame, headers_at(frame, random() % 256, random() % 256, random() % 2 != 0));
            }
}

} // namespace
} // namespace i8255x
