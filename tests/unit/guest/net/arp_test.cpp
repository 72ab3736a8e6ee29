// SPDX-License-Identifier: GPL-2.0-or-later
// RFC 826 and what Linux makes of it: who is answered, and from what is learnt.
#include "kernel/timer.h"
#include "net/neighbour.h"
#include "net_fixture.h"

namespace {

using namespace net_test;
using kernel::DropReason;
using net::NeighbourState;

constexpr uint16_t request = 1, reply = 2;

class Arp : public NetTest {
  protected:
    static harness::Arp message(uint16_t operation) {
        harness::Arp arp;
        arp.operation = operation;
        arp.sender_mac = peer_mac;
        arp.sender_ip = peer_ip;
        arp.target_ip = our_ip;
        arp.target_mac = operation == reply ? our_mac : harness::MacAddress{};
        return arp;
    }
    /// What the cache knows about an address; nothing if there is no entry.
    static std::optional<net::Neighbour> entry(uint32_t address) {
        std::array<net::Neighbour, 64> all;
        const std::size_t count = net::neighbours().list(all);
        for (std::size_t i = 0; i < count; i++)
            if (all[i].address == net::Ipv4Address(address))
                return std::move(all[i]);
        return std::nullopt;
    }
    static void learn(uint32_t address, const kernel::MacAddress& mac, NeighbourState state,
                      kernel::NetDevice& device) {
        net::neighbours().learn(device, net::Ipv4Address(address), mac, {state, true, true},
                                kernel::jiffies());
    }
    void expect_ignored(const Frame& frame, DropReason reason) {
        receive(frame);
        EXPECT_EQ(watch(reason), 1u);
        EXPECT_FALSE(sent());
        EXPECT_FALSE(entry(peer_ip));
    }
};

TEST_F(Arp, ARequestForUsIsAnsweredAndTeaches) {
    receive(harness::arp(message(request)));
    const auto frame = sent();
    ASSERT_TRUE(frame);
    const auto answer = harness::parse_arp(*frame);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->operation, reply);
    EXPECT_EQ(answer->sender_mac, our_mac);
    EXPECT_EQ(answer->sender_ip, our_ip);
    EXPECT_EQ(answer->target_mac, peer_mac);
    EXPECT_EQ(answer->target_ip, peer_ip);
    EXPECT_EQ(harness::parse_ethernet(*frame)->destination, peer_mac);
    ASSERT_TRUE(entry(peer_ip));
    EXPECT_EQ(entry(peer_ip)->state, NeighbourState::Stale);
    EXPECT_EQ(entry(peer_ip)->mac, peer_mac);
}

TEST_F(Arp, ARequestForOthersTeachesNobodyNew) {
    auto arp = message(request);
    arp.target_ip = other_ip;
    receive(harness::arp(arp));
    EXPECT_FALSE(sent());
    EXPECT_FALSE(entry(peer_ip));
}

TEST_F(Arp, ADadProbeIsAnsweredAndTeachesNothing) {
    auto arp = message(request);
    arp.sender_ip = 0;
    receive(harness::arp(arp));
    ASSERT_TRUE(sent());
    EXPECT_FALSE(entry(0));
    EXPECT_FALSE(entry(peer_ip));
}

TEST_F(Arp, AnUnsolicitedReplyCreatesNoEntry) {
    receive(harness::arp(message(reply)));
    EXPECT_FALSE(entry(peer_ip));
}

TEST_F(Arp, AUnicastReplyMakesReachableABroadcastOneStale) {
    learn(peer_ip, peer_mac, NeighbourState::Stale, device);
    receive(harness::arp(message(reply)));
    EXPECT_EQ(entry(peer_ip)->state, NeighbourState::Reachable);

    learn(other_ip, other_mac, NeighbourState::Reachable, device);
    pass_ms(1100);
    auto arp = message(reply);
    arp.sender_ip = other_ip;
    Frame frame = harness::arp(arp);
    std::fill_n(frame.begin(), 6, 0xff);
    receive(frame);
    EXPECT_EQ(entry(other_ip)->state, NeighbourState::Stale);
    EXPECT_EQ(entry(other_ip)->mac, peer_mac);
}

TEST_F(Arp, WithinTheLockTimeOnlyTheFirstReplyCounts) {
    learn(peer_ip, peer_mac, NeighbourState::Reachable, device);
    auto arp = message(reply);
    arp.sender_mac = other_mac;
    receive(harness::arp(arp));
    EXPECT_EQ(entry(peer_ip)->mac, peer_mac);
    pass_ms(1100);
    receive(harness::arp(arp));
    EXPECT_EQ(entry(peer_ip)->mac, other_mac);
}

TEST_F(Arp, AGratuitousReplyOverridesAtOnce) {
    learn(peer_ip, peer_mac, NeighbourState::Reachable, device);
    auto arp = message(reply);
    arp.sender_mac = other_mac;
    arp.target_ip = peer_ip;
    receive(harness::arp(arp));
    EXPECT_EQ(entry(peer_ip)->mac, other_mac);
}

TEST_F(Arp, HardwareType6IsEthernetToo) {
    Frame frame = harness::arp(message(request));
    frame[15] = 6;
    receive(frame);
    EXPECT_TRUE(sent());
}

TEST_F(Arp, ForeignFormatsAreRefused) {
    struct Change {
        std::size_t offset;
        uint8_t value;
    };
    // hardware type, protocol type, hardware length, protocol length, operation
    for (const Change change : {Change{15, 2}, Change{16, 0x86}, Change{18, 8}, Change{19, 16}, Change{21, 3},
                                Change{21, 0}, Change{20, 1}}) {
        SCOPED_TRACE(change.offset);
        watch = Watch();
        Frame frame = harness::arp(message(request));
        frame[change.offset] = change.value;
        expect_ignored(frame, DropReason::InvalidProto);
    }
}

TEST_F(Arp, ShortMessagesAreRefused) {
    const Frame whole = harness::arp(message(request));
    for (std::size_t length = 14; length < 14 + 28; length++) {
        SCOPED_TRACE(length);
        watch = Watch();
        expect_ignored(Frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)),
                       DropReason::PktTooSmall);
    }
}

TEST_F(Arp, WhatIsForOtherHostsIsIgnored) {
    Frame frame = harness::arp(message(request));
    std::copy(other_mac.begin(), other_mac.end(), frame.begin());
    expect_ignored(frame, DropReason::Otherhost);
}

TEST_F(Arp, ImpossibleAddressesAreRefused) {
    auto multicast_target = message(request);
    multicast_target.target_ip = ip(224, 0, 0, 1);
    expect_ignored(harness::arp(multicast_target), DropReason::MartianDst);

    watch = Watch();
    auto loopback_target = message(request);
    loopback_target.target_ip = ip(127, 0, 0, 1);
    expect_ignored(harness::arp(loopback_target), DropReason::MartianDst);

    for (const uint32_t sender :
         {ip(224, 0, 0, 1), ip(127, 0, 0, 1), 0xffffffffu, subnet_broadcast, our_ip}) {
        SCOPED_TRACE(sender);
        watch = Watch();
        auto arp = message(request);
        arp.sender_ip = sender;
        expect_ignored(harness::arp(arp), DropReason::MartianSrc);
        EXPECT_FALSE(entry(sender));
    }

    watch = Watch();
    auto group_mac = message(request);
    group_mac.sender_mac = {0x01, 0, 0x5e, 0, 0, 1};
    expect_ignored(harness::arp(group_mac), DropReason::MartianSrc);
}

TEST_F(Arp, WithoutAnAddressNothingIsAnswered) {
    net::set_interface_address(device, {});
    auto arp = message(request);
    arp.target_ip = 0;
    receive(harness::arp(arp));
    receive(harness::arp(message(request)));
    EXPECT_FALSE(sent());
}

} // namespace
