// SPDX-License-Identifier: GPL-2.0-or-later
// Echo, the errors we send and those we never send.
#include "net/icmp.h"

#include "net/icmp_rate_limit.h"
#include "net_fixture.h"

namespace {

using namespace net_test;
using kernel::DropReason;
using net::Icmp;
using net::Udp;

class IcmpInput : public NetTest {
  protected:
    IcmpInput() {
        make_peer_known();
        pass_ms(10'000); // the rate limits of earlier tests are over
        make_peer_known();
        watch = Watch();
    }
    /// An ICMP message with a right checksum.
    static Frame message(uint8_t type, uint8_t code, const Bytes& rest = Bytes(8)) {
        return from_peer(header(harness::ip_protocol::icmp), icmp_message(type, code, rest));
    }
    /// UDP to a port without a socket.
    static Frame to_closed_port(const harness::Ipv4& ip, const harness::MacAddress& to = our_mac) {
        return harness::ethernet(to, peer_mac, harness::ether_type::ipv4,
                                 harness::ipv4(ip, harness::udp(ip, 5000, 9, bytes_of("x"))));
    }
};

TEST_F(IcmpInput, EchoIsAnsweredWithTheSameData) {
    for (const std::size_t size : {0u, 1u, 56u, 1472u}) {
        const std::string data(size, 'd');
        receive(echo_frame(data, 0x1234, 77));
        const auto frame = sent();
        ASSERT_TRUE(frame);
        const auto echo = harness::parse_icmp_echo(*frame); // checks both checksums
        ASSERT_TRUE(echo) << size;
        EXPECT_EQ(echo->type, 0);
        EXPECT_EQ(echo->identifier, 0x1234);
        EXPECT_EQ(echo->sequence, 77);
        EXPECT_EQ(text_of(echo->data), data);
        EXPECT_EQ(echo->ip.header.source, our_ip);
        EXPECT_EQ(echo->ip.header.destination, peer_ip);
        EXPECT_EQ(echo->ip.header.ttl, 64);
        EXPECT_EQ(echo->ip.ethernet.destination, peer_mac);
    }
    EXPECT_EQ(watch(Icmp::InEchos), 4u);
    EXPECT_EQ(watch(Icmp::OutEchoReps), 4u);
    EXPECT_EQ(watch(Icmp::OutMsgs), 4u);
}

TEST_F(IcmpInput, AWrongChecksum) {
    Frame frame = echo_frame("payload");
    frame.back() ^= 1;
    receive(frame);
    EXPECT_FALSE(sent());
    EXPECT_EQ(watch(DropReason::IcmpCsum), 1u);
    EXPECT_EQ(watch(Icmp::InCsumErrors), 1u);
    EXPECT_EQ(watch(Icmp::InErrors), 1u);
    EXPECT_EQ(watch(Icmp::InEchos), 0u);
}

TEST_F(IcmpInput, AMessageWithoutAWholeHeader) {
    for (std::size_t size = 0; size < 8; size++) {
        watch = Watch();
        receive(from_peer(header(harness::ip_protocol::icmp), Bytes(size, 0xff)));
        EXPECT_EQ(watch(DropReason::PktTooSmall), 1u) << size;
        EXPECT_EQ(watch(Icmp::InErrors), 1u);
    }
}

TEST_F(IcmpInput, TypesNobodyKnowsAreSilentlyDropped) {
    for (const uint8_t type : {19, 40, 255}) {
        watch = Watch();
        receive(message(type, 0));
        EXPECT_EQ(watch(DropReason::UnhandledProto), 1u);
        EXPECT_EQ(watch(Icmp::InErrors), 1u);
        EXPECT_FALSE(sent());
    }
    receive(message(18, 0));
    EXPECT_EQ(watch(DropReason::UnhandledProto), 1u) << "18 is known";
}

TEST_F(IcmpInput, EchoToEverybodyIsIgnored) {
    for (const uint32_t destination : {subnet_broadcast, 0xffffffffu, ip(224, 0, 0, 1)}) {
        watch = Watch();
        auto ip = header(harness::ip_protocol::icmp);
        ip.destination = destination;
        receive(harness::ethernet(harness::broadcast_mac, peer_mac, harness::ether_type::ipv4,
                                  harness::ipv4(ip, harness::icmp_echo(8, 1, 1, bytes_of("x")))));
        EXPECT_FALSE(sent()) << harness::ip_to_string(destination);
        EXPECT_EQ(watch(DropReason::InvalidProto), 1u);
        EXPECT_EQ(watch(Icmp::InEchos), 1u);
    }
}

TEST_F(IcmpInput, AClosedPortIsReportedWithTheBeginningOfTheDatagram) {
    const Frame question = udp_frame(9, std::string(100, 'q'));
    receive(question);
    const auto frame = sent();
    ASSERT_TRUE(frame);
    const auto answer = harness::parse_ipv4(*frame);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header.destination, peer_ip);
    ASSERT_GE(answer->payload.size(), 8u + 28);
    EXPECT_EQ(answer->payload[0], 3);
    EXPECT_EQ(answer->payload[1], 3);
    EXPECT_EQ(harness::internet_checksum(answer->payload), 0);
    EXPECT_TRUE(std::equal(answer->payload.begin() + 8, answer->payload.end(), question.begin() + at_ip));
    EXPECT_EQ(watch(Udp::NoPorts), 1u);
    EXPECT_EQ(watch(DropReason::NoSocket), 1u);
    EXPECT_EQ(watch(Icmp::OutDestUnreachs), 1u);
}

TEST_F(IcmpInput, NoErrorIsLongerThan576Bytes) {
    receive(udp_frame(9, std::string(1400, 'q')));
    const auto frame = sent();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->size(), 14u + 576);
}

TEST_F(IcmpInput, NoErrorAboutWhatWentToMany) {
    auto ip = header(harness::ip_protocol::udp);
    ip.destination = subnet_broadcast;
    receive(to_closed_port(ip, harness::broadcast_mac));
    ip.destination = net_test::ip(224, 0, 0, 1);
    receive(to_closed_port(ip, {0x01, 0, 0x5e, 0, 0, 1}));
    // … or came in a frame to all although its destination is one host: RFC 1122 3.2.2
    EXPECT_EQ(watch(Udp::IgnoredMulti), 2u);
    EXPECT_EQ(watch(Udp::NoPorts), 0u);
    EXPECT_FALSE(sent());
}

TEST_F(IcmpInput, NoErrorAboutAnError) {
    const Bytes inner = harness::ipv4({.source = our_ip, .destination = peer_ip, .protocol = 17}, Bytes(8));
    Bytes quoted(4 + inner.size());
    std::copy(inner.begin(), inner.end(), quoted.begin() + 4);
    const Frame unreachable = message(3, 3, quoted);
    receive(unreachable);
    EXPECT_FALSE(sent());
    EXPECT_EQ(watch(Icmp::InDestUnreachs), 1u);
}

TEST_F(IcmpInput, ErrorsToOneHostAreLimited) {
    constexpr unsigned burst = net::IcmpRateLimit::host_burst;
    for (unsigned i = 0; i < burst + 4; i++)
        receive(udp_frame(9, "x"));
    EXPECT_EQ(sent_count(), burst);
    EXPECT_EQ(watch(Icmp::OutRateLimitHost), 4u);
    EXPECT_EQ(watch(Icmp::OutDestUnreachs), burst);
}

// ---- What may be answered with an error, asked directly ----

class IcmpError : public IcmpInput {
  protected:
    /// Gives ICMP a received packet as the layer above would, and says whether an error left.
    bool is_answered(const harness::Ipv4& ip, const Bytes& payload,
                     kernel::PacketType type = kernel::PacketType::Host) {
        pass_ms(1100); // not held back by the rate limit because of the one before
        kernel::BhGuard guard;
        kernel::PacketBuffer* packet = kernel::alloc_packet();
        const Bytes datagram = harness::ipv4(ip, payload);
        std::copy(datagram.begin(), datagram.end(), reinterpret_cast<uint8_t*>(packet->put(datagram.size())));
        packet->device = &device;
        packet->type = type;
        packet->network_header = packet->data;
        packet->pull(20);
        net::icmp_send_error(*packet, 3, 3);
        kernel::consume_packet(packet);
        return sent().has_value();
    }
};

TEST_F(IcmpError, AnOrdinaryDatagramIsAnswered) {
    EXPECT_TRUE(is_answered(header(17), Bytes(8)));
    EXPECT_TRUE(is_answered(header(1), harness::icmp_echo(8, 1, 1, {})));
}

TEST_F(IcmpError, NeverAboutIcmpErrors) {
    for (const uint8_t type : {3, 4, 5, 11, 12})
        EXPECT_FALSE(is_answered(header(1), Bytes{type, 0, 0, 0, 0, 0, 0, 0})) << int{type};
    EXPECT_FALSE(is_answered(header(1), {})) << "it might be one";
}

TEST_F(IcmpError, NeverAboutLaterFragments) {
    auto ip = header(17);
    ip.more_fragments = true;
    EXPECT_TRUE(is_answered(ip, Bytes(8)));
    ip.fragment_offset = 8;
    EXPECT_FALSE(is_answered(ip, Bytes(8)));
}

TEST_F(IcmpError, NeverAboutWhatCameToManyOrFromNobody) {
    EXPECT_FALSE(is_answered(header(17), Bytes(8), kernel::PacketType::Broadcast));
    EXPECT_FALSE(is_answered(header(17), Bytes(8), kernel::PacketType::Multicast));
    for (const uint32_t source : {0u, ip(127, 0, 0, 1), ip(224, 0, 0, 1), 0xffffffffu}) {
        auto from_nobody = header(17);
        from_nobody.source = source;
        EXPECT_FALSE(is_answered(from_nobody, Bytes(8))) << harness::ip_to_string(source);
    }
}

// ---- Rate limit ----

using net::IcmpLimit;
constexpr uint64_t second = 1'000'000'000;

TEST(IcmpRateLimit, OnePerSecondAndHostAfterTheBurst) {
    net::IcmpRateLimit limit;
    const net::Ipv4Address host(10, 0, 0, 1);
    uint64_t now = 100 * second;
    for (unsigned i = 0; i < net::IcmpRateLimit::host_burst; i++)
        EXPECT_EQ(limit.take(host, now), IcmpLimit::Allowed);
    EXPECT_EQ(limit.take(host, now), IcmpLimit::Host);
    EXPECT_EQ(limit.take(host, now + second - 1), IcmpLimit::Host);
    EXPECT_EQ(limit.take(host, now + second), IcmpLimit::Allowed);
    EXPECT_EQ(limit.take(host, now + second), IcmpLimit::Host);
    EXPECT_EQ(limit.take(net::Ipv4Address(10, 0, 0, 2), now + second), IcmpLimit::Allowed)
        << "each has its own";
}

TEST(IcmpRateLimit, AllTogetherHaveALimitToo) {
    net::IcmpRateLimit limit;
    const uint64_t now = 100 * second;
    uint32_t host = 0x0a000000;
    for (unsigned i = 0; i < net::IcmpRateLimit::global_burst; i++)
        EXPECT_EQ(limit.take(net::Ipv4Address(++host), now), IcmpLimit::Allowed);
    EXPECT_EQ(limit.take(net::Ipv4Address(++host), now), IcmpLimit::Global);
    EXPECT_EQ(limit.take(net::Ipv4Address(++host), now + second / 1000), IcmpLimit::Allowed);
    EXPECT_EQ(limit.take(net::Ipv4Address(++host), now + second / 1000), IcmpLimit::Global);
}

TEST(IcmpRateLimit, ManyHostsDoNotGiveAnOldOneANewBurst) {
    net::IcmpRateLimit limit;
    const net::Ipv4Address host(10, 0, 0, 1);
    uint64_t now = 100 * second;
    while (limit.take(host, now) == IcmpLimit::Allowed) {
    }
    for (uint32_t i = 0; i < 40; i++)
        limit.take(net::Ipv4Address(0x0a010000 + i), now += 1'000'000);
    EXPECT_EQ(limit.take(host, now), IcmpLimit::Host);
}

} // namespace
