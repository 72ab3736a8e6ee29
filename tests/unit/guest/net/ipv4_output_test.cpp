// SPDX-License-Identifier: GPL-2.0-or-later
// Routing and the IPv4 headers that leave.
#include "net/ipv4.h"

#include <cstring>
#include <set>

#include "net/neighbour.h"
#include "net_fixture.h"

namespace {

using namespace net_test;
using kernel::DropReason;
using net::Ip;
using net::Ipv4Address;

class IpOutput : public NetTest {
  protected:
    net::IpSendError send(uint32_t destination, std::size_t bytes = 4) {
        kernel::BhGuard guard;
        kernel::PacketBuffer* packet = kernel::alloc_packet_for(bytes);
        std::memset(packet->put(bytes), 'p', bytes);
        const auto route = net::find_route(Ipv4Address(destination));
        EXPECT_TRUE(route);
        return net::ip_send(packet, *route, {.destination = Ipv4Address(destination), .protocol = 17});
    }
};

TEST_F(IpOutput, OnLinkDestinationsAreAskedForThemselves) {
    send(other_ip);
    const auto arp = harness::parse_arp(*sent());
    ASSERT_TRUE(arp);
    EXPECT_EQ(arp->target_ip, other_ip);
}

TEST_F(IpOutput, FarDestinationsGoThroughTheGateway) {
    make_peer_known();
    send(far_ip);
    const auto frame = harness::parse_ipv4(*sent());
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->ethernet.destination, peer_mac);
    EXPECT_EQ(frame->header.destination, far_ip);
}

TEST_F(IpOutput, TheHeader) {
    make_peer_known();
    send(peer_ip, 100);
    const auto frame = sent();
    const auto packet = harness::parse_ipv4(*frame); // checks lengths and checksum
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->header.source, our_ip);
    EXPECT_EQ(packet->header.ttl, 64);
    EXPECT_EQ(packet->header.protocol, 17);
    EXPECT_TRUE(packet->header.dont_fragment);
    EXPECT_EQ(packet->header.identification, 0) << "RFC 6864: nothing to identify";
    EXPECT_EQ(packet->payload.size(), 100u);
    EXPECT_EQ(watch(Ip::OutRequests), 1u);
    EXPECT_EQ(watch(Ip::OutTransmits), 1u);
}

TEST_F(IpOutput, BroadcastsNeedNoNeighbour) {
    for (const uint32_t destination : {0xffffffffu, subnet_broadcast}) {
        send(destination);
        const auto frame = sent();
        ASSERT_TRUE(frame);
        EXPECT_EQ(harness::parse_ethernet(*frame)->destination, harness::broadcast_mac);
    }
    EXPECT_EQ(watch(net::IpExt::OutBcastPkts), 2u);
}

TEST_F(IpOutput, WhatFitsTheMtuIsNotFragmented) {
    make_peer_known();
    EXPECT_EQ(send(peer_ip, 1480), net::IpSendError::None);
    EXPECT_EQ(sent()->size(), 1514u);
    EXPECT_EQ(watch(Ip::FragOKs), 0u);
}

TEST_F(IpOutput, WhatDoesNotFitLeavesInFragments) {
    make_peer_known();
    device.mtu = 577; // of which 552 bytes of payload are used, the largest multiple of 8
    EXPECT_EQ(send(peer_ip, 1200), net::IpSendError::None);
    constexpr std::size_t lengths[] = {552, 552, 96};
    std::size_t offset = 0;
    uint16_t identification = 0;
    for (std::size_t i = 0; i < 3; i++) {
        SCOPED_TRACE(i);
        const auto frame = sent();
        ASSERT_TRUE(frame);
        const auto packet = harness::parse_ipv4(*frame); // checks lengths and checksum
        ASSERT_TRUE(packet);
        EXPECT_EQ(packet->header.fragment_offset, offset);
        EXPECT_EQ(packet->header.more_fragments, i < 2);
        EXPECT_FALSE(packet->header.dont_fragment);
        EXPECT_EQ(packet->payload.size(), lengths[i]);
        if (i == 0)
            identification = packet->header.identification;
        EXPECT_EQ(packet->header.identification, identification);
        offset += lengths[i];
    }
    EXPECT_FALSE(sent());
    EXPECT_EQ(watch(Ip::FragOKs), 1u);
    EXPECT_EQ(watch(Ip::FragCreates), 3u);
    EXPECT_EQ(watch(Ip::OutRequests), 1u);
    EXPECT_EQ(watch(Ip::OutTransmits), 3u);
}

TEST_F(IpOutput, TwoFragmentedDatagramsHaveTwoIdentifications) {
    make_peer_known();
    std::set<uint16_t> identifications;
    for (int i = 0; i < 8; i++) {
        send(peer_ip, 1481);
        identifications.insert(harness::parse_ipv4(*sent())->header.identification);
        sent();
    }
    EXPECT_GE(identifications.size(), 6u) << "they are drawn at random";
}

TEST_F(IpOutput, WithoutMemoryForAFragmentTheDatagramIsGivenUp) {
    make_peer_known();
    static int left;
    left = 2; // the datagram and its first fragment
    kernel::packet_pool_fail_when([] { return left-- <= 0; });
    send(peer_ip, 1481);
    kernel::packet_pool_fail_when(nullptr);
    EXPECT_TRUE(sent());
    EXPECT_FALSE(sent());
    EXPECT_EQ(watch(Ip::FragFails), 1u);
    EXPECT_EQ(watch(Ip::FragOKs), 0u);
    EXPECT_EQ(watch(DropReason::Nomem), 1u);
}

TEST_F(IpOutput, WhatCannotBeSent) {
    EXPECT_EQ(send(peer_ip, 65516), net::IpSendError::TooLong);
    device.mtu = 20;
    EXPECT_EQ(send(peer_ip, 1), net::IpSendError::TooLong) << "an MTU that is none";
    EXPECT_EQ(watch(DropReason::PktTooBig), 2u);
    EXPECT_EQ(watch(Ip::OutDiscards), 2u);
    EXPECT_FALSE(sent());
}

TEST_F(IpOutput, Routes) {
    const auto on_link = net::find_route(Ipv4Address(other_ip));
    ASSERT_TRUE(on_link);
    EXPECT_EQ(on_link->next_hop, Ipv4Address(other_ip));
    EXPECT_EQ(on_link->source, Ipv4Address(our_ip));
    const auto far = net::find_route(Ipv4Address(far_ip));
    ASSERT_TRUE(far);
    EXPECT_EQ(far->next_hop, Ipv4Address(peer_ip));
    EXPECT_FALSE(net::find_route(Ipv4Address()));
    EXPECT_FALSE(net::find_route(Ipv4Address(0, 1, 2, 3)));
    net::set_default_gateway({});
    EXPECT_FALSE(net::find_route(Ipv4Address(far_ip)));
    EXPECT_TRUE(net::find_route(Ipv4Address(other_ip)));
}

TEST_F(IpOutput, NoRouteThroughAnInterfaceThatIsDown) {
    kernel::dev_close(device);
    EXPECT_FALSE(net::find_route(Ipv4Address(other_ip)));
    EXPECT_FALSE(net::find_route(Ipv4Address(far_ip)));
    EXPECT_FALSE(net::find_route(Ipv4Address(0xffffffff)));
}

TEST_F(IpOutput, WithoutAnAddressOnlyTheLimitedBroadcastHasARoute) {
    net::set_interface_address(device, {});
    net::set_default_gateway({});
    EXPECT_FALSE(net::find_route(Ipv4Address(other_ip)));
    const auto route = net::find_route(Ipv4Address(0xffffffff));
    ASSERT_TRUE(route);
    EXPECT_EQ(route->source, Ipv4Address());
}

} // namespace
