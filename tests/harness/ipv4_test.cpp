// SPDX-License-Identifier: GPL-2.0-or-later
// Frames built for tests against frames and sums known from elsewhere.
#include <gtest/gtest.h>

#include "failure.h"
#include "ipv4.h"

namespace harness {
namespace {

const MacAddress a = mac("02:00:00:00:00:01"), b = mac("02:00:00:00:00:02");

TEST(Ipv4Frames, ChecksumOfRfc1071) {
    // The example in section 3 of the RFC: the sum is ddf2.
    EXPECT_EQ(internet_checksum(Bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}), uint16_t(~0xddf2));
    EXPECT_EQ(internet_checksum(Bytes{0x12}), uint16_t(~0x1200));
}

TEST(Ipv4Frames, HeaderChecksumOfAWellKnownPacket) {
    Ipv4 header{
        .source = ip(192, 168, 0, 1), .destination = ip(192, 168, 0, 199), .protocol = ip_protocol::udp};
    header.dont_fragment = true;
    Bytes packet = ipv4(header, Bytes(95));
    EXPECT_EQ(packet[2] << 8 | packet[3], 0x73);
    EXPECT_EQ(packet[10] << 8 | packet[11], 0xb861);
}

TEST(Ipv4Frames, FcsOfTheCheckString) {
    const std::string check = "123456789";
    EXPECT_EQ(ethernet_fcs({reinterpret_cast<const uint8_t*>(check.data()), check.size()}), 0xcbf43926u);
}

TEST(Ipv4Frames, UdpComesBack) {
    Ipv4 header{.source = ip(10, 0, 0, 1), .destination = ip(10, 0, 0, 2), .ttl = 9, .identification = 77};
    Bytes data = {1, 2, 3};
    Frame frame = padded(ethernet(b, a, ether_type::ipv4, ipv4(header, udp(header, 1000, 2000, data))));
    auto view = parse_udp(frame);
    ASSERT_TRUE(view);
    EXPECT_EQ(Bytes(view->data.begin(), view->data.end()), data);
    EXPECT_EQ(view->source_port, 1000);
    EXPECT_EQ(view->destination_port, 2000);
    EXPECT_TRUE(view->has_checksum);
    EXPECT_EQ(view->ip.header.source, header.source);
    EXPECT_EQ(view->ip.header.ttl, 9);
    EXPECT_EQ(view->ip.header.identification, 77);
    EXPECT_EQ(view->ip.ethernet.destination, b);
}

TEST(Ipv4Frames, TcpComesBack) {
    Ipv4 header{.source = ip(10, 0, 0, 1), .destination = ip(10, 0, 0, 2), .protocol = ip_protocol::tcp};
    Tcp segment{.source_port = 80,
                .destination_port = 4000,
                .sequence = 0xfffffff0,
                .acknowledgment = 7,
                .flags = tcp_flag::ack | tcp_flag::psh,
                .window = 1000,
                .urgent = 3,
                .options = {1, 1, 1, 0}};
    Bytes data = {1, 2, 3};
    Frame frame = padded(ethernet(b, a, ether_type::ipv4, ipv4(header, tcp(header, segment, data))));
    auto view = parse_tcp(frame);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->header, segment);
    EXPECT_EQ(Bytes(view->data.begin(), view->data.end()), data);
    for (size_t at = 14; at < 14 + 20 + 24 + data.size(); at++) {
        Frame bad = frame;
        bad[at] ^= 0x10;
        EXPECT_FALSE(parse_tcp(bad)) << at;
    }
}

/// 10.0.0.1 to 10.0.0.2, SYN from port 1 to 2 with nothing else set, summed by hand: 0a00 + 0001 + 0a00 +
/// 0002
/// + 0006 + 0014 + 0001 + 0002 + 5002 = 6422.
TEST(Ipv4Frames, TcpChecksumByHand) {
    Ipv4 header{.source = ip(10, 0, 0, 1), .destination = ip(10, 0, 0, 2), .protocol = ip_protocol::tcp};
    Bytes bytes = tcp(header, {.source_port = 1, .destination_port = 2, .flags = tcp_flag::syn}, Bytes());
    EXPECT_EQ(bytes[16] << 8 | bytes[17], uint16_t(~0x6422));
}

TEST(Ipv4Frames, DamageIsNoticed) {
    Ipv4 header{.source = ip(10, 0, 0, 1), .destination = ip(10, 0, 0, 2)};
    Frame good = ethernet(b, a, ether_type::ipv4, ipv4(header, udp(header, 1, 2, Bytes{1, 2, 3, 4})));
    ASSERT_TRUE(parse_udp(good));
    for (size_t at = 14; at < good.size(); at++) {
        Frame bad = good;
        bad[at] ^= 0x10;
        EXPECT_FALSE(parse_udp(bad)) << at;
    }
    EXPECT_FALSE(parse_udp(Frame(good.begin(), good.end() - 1)));
}

TEST(Ipv4Frames, IcmpEchoComesBack) {
    Ipv4 header{.source = ip(10, 0, 0, 1), .destination = ip(10, 0, 0, 2), .protocol = ip_protocol::icmp};
    Frame frame = ethernet(b, a, ether_type::ipv4, ipv4(header, icmp_echo(8, 5, 6, Bytes{9, 9, 9})));
    auto view = parse_icmp_echo(frame);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->type, 8);
    EXPECT_EQ(view->identifier, 5);
    EXPECT_EQ(view->sequence, 6);
    frame.back() ^= 1;
    EXPECT_FALSE(parse_icmp_echo(frame));
}

TEST(Ipv4Frames, ArpComesBack) {
    Frame frame = arp({.operation = 2,
                       .sender_mac = a,
                       .sender_ip = ip(1, 2, 3, 4),
                       .target_mac = b,
                       .target_ip = ip(5, 6, 7, 8)});
    auto view = parse_arp(padded(frame));
    ASSERT_TRUE(view);
    EXPECT_EQ(view->operation, 2);
    EXPECT_EQ(view->sender_mac, a);
    EXPECT_EQ(view->sender_ip, ip(1, 2, 3, 4));
    EXPECT_EQ(view->target_ip, ip(5, 6, 7, 8));
    EXPECT_EQ(frame.size(), 42u);
    EXPECT_EQ(parse_ethernet(frame)->destination, b);
    EXPECT_EQ(parse_ethernet(arp({.sender_mac = a}))->destination, broadcast_mac);
}

TEST(Ipv4Frames, AddressesAsText) {
    EXPECT_EQ(to_string(mac("52:54:00:ab:cd:ef")), "52:54:00:ab:cd:ef");
    EXPECT_EQ(ip_to_string(ip(10, 0, 2, 15)), "10.0.2.15");
    EXPECT_THROW(mac("52:54:00:12:34"), Failure);
    EXPECT_THROW(mac("52:54:00:12:34:56:78"), Failure);
}

} // namespace
} // namespace harness
