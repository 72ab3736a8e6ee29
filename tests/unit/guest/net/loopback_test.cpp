// SPDX-License-Identifier: GPL-2.0-or-later
// Talking to ourselves: nothing of it is seen on the wire.
#include "net/loopback.h"

#include "arch/clock.h"
#include "net/ping.h"
#include "net_fixture.h"

namespace {

using namespace net_test;
using net::Ipv4Address;

class Loopback : public NetTest {};

TEST_F(Loopback, WhichAddresses) {
    EXPECT_TRUE(net::is_looped_back(Ipv4Address(127, 0, 0, 1)));
    EXPECT_TRUE(net::is_looped_back(Ipv4Address(127, 255, 1, 2)));
    EXPECT_TRUE(net::is_looped_back(Ipv4Address(our_ip)));
    EXPECT_FALSE(net::is_looped_back(Ipv4Address(peer_ip)));
    EXPECT_FALSE(net::is_looped_back(Ipv4Address(subnet_broadcast)));
    EXPECT_FALSE(net::is_looped_back(Ipv4Address()));
}

TEST_F(Loopback, PingOfOurOwnAddresses) {
    net::PingSocket socket;
    for (const Ipv4Address own : {Ipv4Address(our_ip), Ipv4Address(127, 0, 0, 1)}) {
        ASSERT_EQ(socket.send(own, 5, 56), net::PingError::None);
        const auto event = socket.receive(arch::now_ns() + 100'000'000);
        ASSERT_TRUE(event);
        EXPECT_EQ(event->type, 0);
        EXPECT_EQ(event->from, own);
        EXPECT_EQ(event->sequence, 5);
    }
    EXPECT_FALSE(sent());
    EXPECT_EQ(watch(net::Icmp::InEchos), 2u);
    EXPECT_EQ(watch(net::Icmp::InEchoReps), 2u);
    EXPECT_EQ(watch.all_drops(), 0u);
}

TEST_F(Loopback, UdpBetweenTwoSocketsOfOurs) {
    net::UdpSocket here, there;
    ASSERT_EQ(there.bind({Ipv4Address(), 4000}), net::SocketError::None);
    const std::string text = "hello";
    ASSERT_EQ(here.send_to({Ipv4Address(our_ip), 4000}, std::as_bytes(std::span(text))),
              net::SocketError::None);
    std::array<std::byte, 100> buffer;
    const auto received = there.receive_from(buffer, arch::now_ns() + 100'000'000);
    EXPECT_EQ(received.copied, 5u);
    EXPECT_EQ(received.from, (net::Endpoint{Ipv4Address(our_ip), here.local().port}));
    EXPECT_FALSE(sent());
}

TEST_F(Loopback, TheQueueHasALimit) {
    net::UdpSocket here;
    {
        kernel::BhGuard nothing_is_delivered;
        for (int i = 0; i < 1005; i++)
            here.send_to({Ipv4Address(our_ip), 9}, {});
    }
    EXPECT_EQ(watch(kernel::DropReason::CpuBacklog), 5u);
    pass_ms(10);
    EXPECT_EQ(watch(net::Udp::NoPorts), 1000u);
    pass_ms(10'000); // the rate limits recover
}

TEST_F(Loopback, SomebodyElseMayNotPretendToBeUs) {
    auto ip = header(harness::ip_protocol::icmp);
    ip.source = our_ip;
    receive(from_peer(ip, harness::icmp_echo(8, 1, 1, {})));
    EXPECT_EQ(watch(kernel::DropReason::MartianSrc), 1u);
}

} // namespace
