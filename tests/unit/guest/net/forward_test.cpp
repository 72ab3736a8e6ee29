// SPDX-License-Identifier: GPL-2.0-or-later
// A router between two wires: what goes on, what does not, and what the sender is told.
#include "kernel/context.h"
#include "net/checksum.h"
#include "net/neighbour.h"
#include "net/sysctl.h"
#include "net_fixture.h"

namespace {

using namespace net_test;
using kernel::DropReason;
using net::Icmp;
using net::Ip;
using net::IpExt;
using net::Ipv4Address;

constexpr kernel::MacAddress second_mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x57};
constexpr kernel::MacAddress host_mac = {0x02, 0x00, 0x00, 0x00, 0x01, 0x09};
constexpr uint32_t second_ip = ip(192, 168, 1, 1), host_ip = ip(192, 168, 1, 9);

class Forward : public NetTest {
  protected:
    Forward() {
        net::sysctl.ip_forward = 1;
        plug(second, "eth1", second_mac);
        net::set_interface_address(second, {Ipv4Address(second_ip), 24});
        make_peer_known();
        know(host_ip, host_mac);
        watch = Watch();
    }
    ~Forward() override {
        unplug(second);
        net::sysctl.ip_forward = 0;
        net::sysctl.rp_filter = 0;
    }
    void know(uint32_t address, const kernel::MacAddress& mac) {
        harness::Arp request;
        request.sender_mac = mac;
        request.sender_ip = address;
        request.target_ip = second_ip;
        receive_on(second, harness::arp(request));
        ASSERT_TRUE(sent_by(second));
    }
    static harness::Ipv4 through(uint32_t source = peer_ip, uint32_t destination = host_ip) {
        harness::Ipv4 header;
        header.source = source;
        header.destination = destination;
        header.ttl = 17;
        return header;
    }
    static Frame to_router(const harness::Ipv4& header, const Bytes& payload = Bytes(100, 0x5a),
                           const kernel::MacAddress& to = our_mac) {
        return harness::ethernet(to, peer_mac, harness::ether_type::ipv4, harness::ipv4(header, payload));
    }
    void expect_refused(const Frame& frame, DropReason reason) {
        watch = Watch();
        receive(frame);
        EXPECT_EQ(watch(reason), 1u);
        EXPECT_EQ(watch.all_drops(), 1u);
        EXPECT_EQ(watch(Ip::ForwDatagrams), 0u);
        EXPECT_FALSE(sent_by(second));
    }
    /// Takes the ICMP message that went back; its bytes from the ICMP header on.
    Bytes told_the_sender() {
        const auto frame = sent();
        const auto packet = frame ? harness::parse_ipv4(*frame) : std::nullopt;
        if (!packet || packet->header.protocol != harness::ip_protocol::icmp)
            return {};
        EXPECT_EQ(packet->header.destination, peer_ip);
        EXPECT_EQ(packet->header.source, our_ip) << "the router's address on that wire";
        EXPECT_EQ(harness::internet_checksum(packet->payload), 0);
        return Bytes(packet->payload.begin(), packet->payload.end());
    }
    kernel::NetDevice second;
};

TEST_F(Forward, OnlyTtlChecksumAndMacAddressesChange) {
    auto header = through();
    header.tos = 0x2c;
    header.identification = 0xbeef;
    header.dont_fragment = true;
    const Frame before = to_router(header);
    receive(before);
    const auto after = sent_by(second);
    ASSERT_TRUE(after);
    EXPECT_TRUE(harness::parse_ipv4(*after)) << "the checksum";
    Frame expected = before;
    std::copy(host_mac.begin(), host_mac.end(), expected.begin());
    std::copy(second_mac.begin(), second_mac.end(), expected.begin() + 6);
    expected[at_ip + 8] = 16;
    fix_ip_checksum(expected);
    EXPECT_EQ(*after, expected);
    EXPECT_EQ(watch(Ip::ForwDatagrams), 1u);
    EXPECT_EQ(watch(Ip::InReceives), 1u);
    EXPECT_EQ(watch(Ip::OutTransmits), 1u);
    EXPECT_EQ(watch(Ip::InDelivers), 0u);
    EXPECT_EQ(watch(Ip::OutRequests), 0u);
}

/// RFC 1624 3: every sum, also those near 0000 and FFFF, where the older formula is wrong.
TEST_F(Forward, TheChecksumIsRightForEveryHeader) {
    for (unsigned id = 0; id < 0x10000; id += 1) {
        Bytes header(20);
        header[0] = 0x45;
        header[4] = static_cast<uint8_t>(id >> 8);
        header[5] = static_cast<uint8_t>(id);
        header[8] = 64;
        header[9] = 17;
        const uint16_t before = harness::internet_checksum(header);
        header[8] = 63;
        ASSERT_EQ(net::checksum_update(before, 64 << 8 | 17, 63 << 8 | 17),
                  harness::internet_checksum(header))
            << id;
    }
}

TEST_F(Forward, PaddingStaysBehind) {
    Frame frame = to_router(through(), Bytes(5));
    frame.resize(60, 0xaa);
    receive(frame);
    EXPECT_EQ(sent_by(second)->size(), at_payload + 5);
}

TEST_F(Forward, OffByDefaultAndThenSilent) {
    net::sysctl.ip_forward = 0;
    expect_refused(to_router(through()), DropReason::IpInaddrerrors);
    EXPECT_EQ(watch(Ip::InAddrErrors), 1u);
    EXPECT_FALSE(sent());
}

TEST_F(Forward, ADatagramWithoutLifeLeft) {
    for (const uint8_t ttl : {0, 1}) {
        auto header = through();
        header.ttl = ttl;
        expect_refused(to_router(header), DropReason::IpInhdr);
        EXPECT_EQ(watch(Ip::InHdrErrors), 1u);
        EXPECT_EQ(watch(Icmp::OutTimeExcds), 1u);
        const Bytes message = told_the_sender();
        ASSERT_GE(message.size(), 8u + 28);
        EXPECT_EQ(message[0], 11);
        EXPECT_EQ(message[1], 0);
        EXPECT_EQ(message[8 + 8], ttl) << "the datagram as it came";
    }
    auto header = through();
    header.ttl = 2;
    receive(to_router(header));
    EXPECT_EQ(harness::parse_ipv4(*sent_by(second))->header.ttl, 1);
}

TEST_F(Forward, NoRoute) {
    net::set_default_gateway({});
    expect_refused(to_router(through(peer_ip, far_ip)), DropReason::IpInnoroutes);
    EXPECT_EQ(watch(IpExt::InNoRoutes), 1u);
    const Bytes message = told_the_sender();
    ASSERT_FALSE(message.empty());
    EXPECT_EQ(message[0], 3);
    EXPECT_EQ(message[1], 0);
}

TEST_F(Forward, TheNextHopDoesNotAnswer) {
    receive(to_router(through(peer_ip, ip(192, 168, 1, 77))));
    EXPECT_EQ(watch(Ip::ForwDatagrams), 1u);
    pass_ms(4000);
    EXPECT_EQ(watch(DropReason::NeighFailed), 1u);
    const Bytes message = told_the_sender();
    ASSERT_FALSE(message.empty());
    EXPECT_EQ(message[0], 3);
    EXPECT_EQ(message[1], 1);
}

TEST_F(Forward, TooLongAndNotToBeFragmented) {
    second.mtu = 600;
    auto header = through();
    header.dont_fragment = true;
    expect_refused(to_router(header, Bytes(581)), DropReason::PktTooBig);
    EXPECT_EQ(watch(Ip::FragFails), 1u);
    const Bytes message = told_the_sender();
    ASSERT_FALSE(message.empty());
    EXPECT_EQ(message[0], 3);
    EXPECT_EQ(message[1], 4);
    EXPECT_EQ(message[6] << 8 | message[7], 600);
    receive(to_router(header, Bytes(580)));
    EXPECT_TRUE(sent_by(second)) << "exactly the MTU";
}

TEST_F(Forward, AFragmentIsFragmentedAgain) {
    second.mtu = 308; // 288 bytes of payload
    auto header = through();
    header.identification = 77;
    header.fragment_offset = 1480;
    for (const bool more : {true, false}) {
        header.more_fragments = more;
        Bytes payload(296);
        for (std::size_t i = 0; i < payload.size(); i++)
            payload[i] = static_cast<uint8_t>(i);
        receive(to_router(header, payload));
        const auto frame = sent_by(second), next_frame = sent_by(second);
        ASSERT_TRUE(frame && next_frame);
        const auto first = harness::parse_ipv4(*frame), last = harness::parse_ipv4(*next_frame);
        ASSERT_TRUE(first && last);
        EXPECT_EQ(first->header.fragment_offset, 1480);
        EXPECT_TRUE(first->header.more_fragments);
        EXPECT_EQ(first->payload.size(), 288u);
        EXPECT_EQ(last->header.fragment_offset, 1480 + 288);
        EXPECT_EQ(last->header.more_fragments, more);
        EXPECT_EQ(last->header.identification, 77);
        EXPECT_EQ(last->header.ttl, 16);
        EXPECT_EQ(Bytes(last->payload.begin(), last->payload.end()),
                  Bytes(payload.begin() + 288, payload.end()));
    }
    EXPECT_EQ(watch(Ip::ReasmReqds), 0u) << "a router does not put together";
    EXPECT_EQ(watch(Ip::ForwDatagrams), 2u);
}

TEST_F(Forward, OptionsGoOnAndOnlySomeIntoLaterFragments) {
    Frame frame = to_router(through(), Bytes(1000));
    const Bytes options = {7, 7, 4, 0, 0, 0, 0, 0x88, 4, 1, 2, 0}; // record route; stream id, which is copied
    frame.insert(frame.begin() + at_payload, options.begin(), options.end());
    frame[at_ip] = 0x48;
    const std::size_t total = frame.size() - at_ip;
    frame[at_ip + 2] = static_cast<uint8_t>(total >> 8);
    frame[at_ip + 3] = static_cast<uint8_t>(total);
    fix_ip_checksum(frame);
    second.mtu = 600;
    receive(frame);
    const auto first = sent_by(second), later = sent_by(second);
    ASSERT_TRUE(first && later);
    EXPECT_TRUE(std::equal(options.begin(), options.end(), first->begin() + at_payload));
    const Bytes copied = {1, 1, 1, 1, 1, 1, 1, 0x88, 4, 1, 2, 0};
    EXPECT_TRUE(std::equal(copied.begin(), copied.end(), later->begin() + at_payload));
}

TEST_F(Forward, WhatStaysOnItsLink) {
    struct {
        const char* name;
        uint32_t source, destination;
        DropReason reason;
    } const cases[] = {
        {"a group", peer_ip, ip(224, 0, 0, 251), DropReason::IpInaddrerrors},
        {"a group that routers forward", peer_ip, ip(239, 1, 2, 3), DropReason::IpInaddrerrors},
        {"class E", peer_ip, ip(240, 0, 0, 1), DropReason::IpInaddrerrors},
        {"to link-local", peer_ip, ip(169, 254, 1, 1), DropReason::IpInaddrerrors},
        {"from link-local", ip(169, 254, 1, 1), host_ip, DropReason::IpInaddrerrors},
        {"loopback", peer_ip, ip(127, 0, 0, 1), DropReason::MartianDst},
        {"this network", peer_ip, ip(0, 0, 0, 9), DropReason::MartianDst},
        {"from a group", ip(224, 0, 0, 5), host_ip, DropReason::MartianSrc},
        {"from us", second_ip, host_ip, DropReason::MartianSrc},
        {"from a broadcast address", ip(192, 168, 1, 255), host_ip, DropReason::MartianSrc},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.name);
        expect_refused(to_router(through(each.source, each.destination)), each.reason);
        EXPECT_FALSE(sent());
    }
}

TEST_F(Forward, ABroadcastIsForUsAndGoesNoFurther) {
    for (const uint32_t destination : {ip(255, 255, 255, 255), subnet_broadcast, ip(192, 168, 1, 255)}) {
        watch = Watch();
        receive(to_router(through(peer_ip, destination), Bytes(20), harness::broadcast_mac));
        EXPECT_EQ(watch(Ip::InDelivers), 1u);
        EXPECT_EQ(watch(Ip::ForwDatagrams), 0u);
        EXPECT_FALSE(sent_by(second));
    }
}

TEST_F(Forward, NotWhatWasSentToAllOnTheLink) {
    expect_refused(to_router(through(), Bytes(20), harness::broadcast_mac), DropReason::UnicastInL2Multicast);
    expect_refused(to_router(through(), Bytes(20), {0x01, 0, 0x5e, 0, 0, 1}),
                   DropReason::UnicastInL2Multicast);
    EXPECT_FALSE(sent());
}

TEST_F(Forward, OurOtherAddressIsWeToo) {
    receive(to_router(through(peer_ip, second_ip)));
    EXPECT_EQ(watch(Ip::InDelivers), 1u);
    EXPECT_EQ(watch(Ip::ForwDatagrams), 0u);
}

TEST_F(Forward, SourceRoutesAreNotObeyed) {
    for (const uint8_t kind : {131, 137}) {
        Frame frame = to_router(through(), Bytes(20));
        const Bytes options = {kind, 7, 4, 192, 168, 1, 9, 0};
        frame.insert(frame.begin() + at_payload, options.begin(), options.end());
        frame[at_ip] = 0x47;
        frame[at_ip + 3] = static_cast<uint8_t>(frame.size() - at_ip);
        fix_ip_checksum(frame);
        expect_refused(frame, DropReason::IpInhdr);
    }
}

TEST_F(Forward, TheSourceFilter) {
    const Frame strange = to_router(through(ip(192, 168, 1, 44))); // comes by eth0, its way back is eth1
    const Frame stranger = to_router(through(ip(172, 16, 0, 1)));  // no way back at all without the default
    receive(strange);
    EXPECT_TRUE(sent_by(second)) << "off";
    net::sysctl.rp_filter = 1;
    expect_refused(strange, DropReason::IpRpfilter);
    EXPECT_EQ(watch(net::TcpExt::IPReversePathFilter), 1u);
    receive(to_router(through()));
    EXPECT_TRUE(sent_by(second));
    net::sysctl.rp_filter = 2;
    receive(strange);
    EXPECT_TRUE(sent_by(second)) << "any way back is enough";
    net::set_default_gateway({});
    expect_refused(stranger, DropReason::IpRpfilter);
}

TEST_F(Forward, ThroughAGateway) {
    EXPECT_EQ(net::add_route({Ipv4Address(172, 16, 0, 0), 12, Ipv4Address(host_ip)}), net::RouteError::None);
    receive(to_router(through(peer_ip, ip(172, 20, 1, 1))));
    const auto frame = sent_by(second);
    ASSERT_TRUE(frame);
    EXPECT_EQ(harness::parse_ethernet(*frame)->destination, host_mac);
    EXPECT_EQ(harness::parse_ipv4(*frame)->header.destination, ip(172, 20, 1, 1));
}

} // namespace
