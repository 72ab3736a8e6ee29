// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/ping.h"

#include "arch/clock.h"
#include "net_fixture.h"

namespace {

using namespace net_test;
using net::PingError;

constexpr uint64_t ms = 1'000'000;

class Ping : public NetTest {
  protected:
    Frame reply_to(const Frame& request) {
        const auto echo = harness::parse_icmp_echo(request);
        EXPECT_TRUE(echo);
        auto ip = header(harness::ip_protocol::icmp);
        ip.ttl = 55;
        return from_peer(ip, harness::icmp_echo(0, echo->identifier, echo->sequence, echo->data));
    }
    Frame error_about(const Frame& request, uint8_t type, uint8_t code, std::size_t quoted = 28) {
        Bytes rest(4 + quoted);
        std::copy_n(request.begin() + at_ip, quoted, rest.begin() + 4);
        auto ip = header(harness::ip_protocol::icmp);
        ip.source = other_ip;
        return from_peer(ip, icmp_message(type, code, rest));
    }
    std::optional<net::PingEvent> event() { return socket.receive(arch::now_ns()); }

    net::PingSocket socket;
};

TEST_F(Ping, TheRequest) {
    make_peer_known();
    ASSERT_EQ(socket.send(net::Ipv4Address(peer_ip), 5, 56), PingError::None);
    const auto echo = harness::parse_icmp_echo(*sent());
    ASSERT_TRUE(echo);
    EXPECT_EQ(echo->type, 8);
    EXPECT_EQ(echo->identifier, socket.identifier());
    EXPECT_EQ(echo->sequence, 5);
    ASSERT_EQ(echo->data.size(), 56u);
    EXPECT_EQ(echo->data[55], 55);
}

TEST_F(Ping, TheReply) {
    make_peer_known();
    socket.send(net::Ipv4Address(peer_ip), 5, 56);
    receive(reply_to(*sent()));
    const auto got = event();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->type, 0);
    EXPECT_EQ(got->sequence, 5);
    EXPECT_EQ(got->bytes, 64);
    EXPECT_EQ(got->ttl, 55);
    EXPECT_EQ(got->from, net::Ipv4Address(peer_ip));
    EXPECT_FALSE(event());
}

TEST_F(Ping, RepliesToOthersAreNotOurs) {
    make_peer_known();
    net::PingSocket another;
    another.send(net::Ipv4Address(peer_ip), 5, 8);
    receive(reply_to(*sent()));
    EXPECT_FALSE(event());
    EXPECT_TRUE(another.receive(arch::now_ns()));
}

TEST_F(Ping, ErrorsFindTheirRequest) {
    make_peer_known();
    socket.send(net::Ipv4Address(peer_ip), 9, 8);
    const Frame request = *sent();
    receive(error_about(request, 11, 0));
    const auto got = event();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->type, 11);
    EXPECT_EQ(got->sequence, 9);
    EXPECT_EQ(got->from, net::Ipv4Address(other_ip));
}

TEST_F(Ping, ErrorsThatQuoteTooLittleOrNothingOfOursAreIgnored) {
    make_peer_known();
    socket.send(net::Ipv4Address(peer_ip), 9, 8);
    const Frame request = *sent();
    for (std::size_t quoted = 0; quoted < 28; quoted++)
        receive(error_about(request, 3, 1, quoted));
    Frame foreign = request;
    foreign[at_ip + 12] = 99; // not our address
    receive(error_about(foreign, 3, 1));
    Frame long_header = request;
    long_header[at_ip] = 0x4f; // claims 60 bytes of header
    receive(error_about(long_header, 3, 1));
    EXPECT_FALSE(event());
}

TEST_F(Ping, WhoIsNotThereIsUnreachable) {
    socket.send(net::Ipv4Address(other_ip), 3, 8);
    pass_ms(3500);
    const auto got = event();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->type, 3);
    EXPECT_EQ(got->code, 1);
    EXPECT_EQ(got->sequence, 3);
    EXPECT_EQ(got->from, net::Ipv4Address(our_ip));
    EXPECT_EQ(watch(kernel::DropReason::NeighFailed), 1u);
}

TEST_F(Ping, Refusals) {
    EXPECT_EQ(socket.send(net::Ipv4Address(peer_ip), 1, 65508), PingError::MessageTooLong);
    net::set_default_gateway({});
    EXPECT_EQ(socket.send(net::Ipv4Address(far_ip), 1, 56), PingError::NetworkUnreachable);
    EXPECT_EQ(watch(net::Ip::OutNoRoutes), 1u);
    kernel::packet_pool_fail_when([] { return true; });
    EXPECT_EQ(socket.send(net::Ipv4Address(peer_ip), 1, 56), PingError::NoBuffers);
    kernel::packet_pool_fail_when(nullptr);
}

TEST_F(Ping, ReceiveWaitsUntilItsDeadline) {
    const uint64_t begin = arch::now_ns();
    EXPECT_FALSE(socket.receive(begin + 100 * ms));
    EXPECT_GE(arch::now_ns(), begin + 100 * ms);
    EXPECT_LT(arch::now_ns(), begin + 110 * ms);
}

TEST_F(Ping, AFullQueueLosesAndSaysSo) {
    make_peer_known();
    socket.send(net::Ipv4Address(peer_ip), 1, 8);
    const Frame reply = reply_to(*sent());
    for (int i = 0; i < 70; i++)
        receive(reply);
    EXPECT_EQ(socket.lost(), 6u);
    for (int i = 0; i < 64; i++)
        EXPECT_TRUE(event());
    EXPECT_FALSE(event());
}

} // namespace
