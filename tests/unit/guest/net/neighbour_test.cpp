// SPDX-License-Identifier: GPL-2.0-or-later
// The neighbour cache's states and times, on a cache of the test's own and a clock in its hands.
#include "net/neighbour.h"

#include "net/sysctl.h"
#include "net_fixture.h"

namespace {

using namespace net_test;
using kernel::DropReason;
using kernel::hz;
using net::NeighbourState;
namespace limits = net::neighbour_limits;
constexpr uint64_t retransmit = hz, reachable = 30 * hz, delay = 5 * hz;

unsigned unreachable_reports;

class Neighbour : public NetTest {
  protected:
    Neighbour() { unreachable_reports = 0; }
    ~Neighbour() override { cache.flush(nullptr); }

    void send(uint32_t address = peer_ip, char mark = 'x') {
        kernel::PacketBuffer* packet = kernel::alloc_packet();
        *packet->put(1) = static_cast<std::byte>(mark);
        cache.send(device, net::Ipv4Address(address), packet, now);
    }
    void answer(NeighbourState state = NeighbourState::Reachable, const kernel::MacAddress& mac = peer_mac) {
        cache.learn(device, net::Ipv4Address(peer_ip), mac, {state, false, false}, now);
    }
    NeighbourState state(uint32_t address = peer_ip) {
        std::array<net::Neighbour, limits::entries> all;
        const std::size_t count = cache.list(all);
        for (std::size_t i = 0; i < count; i++)
            if (all[i].address == net::Ipv4Address(address))
                return all[i].state;
        return NeighbourState::None;
    }
    std::size_t entries() {
        std::array<net::Neighbour, limits::entries> all;
        return cache.list(all);
    }
    void pass(uint64_t jiffies) { cache.expire(now += jiffies); }
    /// The next frame is an ARP request for `address`; returns where it was sent.
    harness::MacAddress expect_request(uint32_t address = peer_ip) {
        const auto frame = sent();
        const auto arp = frame ? harness::parse_arp(*frame) : std::nullopt;
        EXPECT_TRUE(arp && arp->operation == 1 && arp->target_ip == address && arp->sender_ip == our_ip);
        return frame ? harness::parse_ethernet(*frame)->destination : harness::MacAddress{};
    }
    void expect_data(char mark = 'x', const harness::MacAddress& destination = peer_mac) {
        const auto frame = sent();
        ASSERT_TRUE(frame);
        ASSERT_EQ(frame->size(), 15u);
        EXPECT_EQ((*frame)[14], mark);
        EXPECT_EQ(harness::parse_ethernet(*frame)->destination, destination);
        EXPECT_EQ(harness::parse_ethernet(*frame)->source, our_mac);
    }

    net::NeighbourCache cache{[](kernel::PacketBuffer&) { unreachable_reports++; }};
    uint64_t now = 1000;
};

TEST_F(Neighbour, TheFirstPacketAsksAndWaits) {
    send();
    EXPECT_EQ(state(), NeighbourState::Incomplete);
    EXPECT_EQ(expect_request(), harness::broadcast_mac);
    EXPECT_FALSE(sent());
    answer();
    EXPECT_EQ(state(), NeighbourState::Reachable);
    expect_data();
}

TEST_F(Neighbour, WaitingPacketsLeaveInOrder) {
    for (char mark : {'a', 'b', 'c'})
        send(peer_ip, mark);
    expect_request();
    EXPECT_FALSE(sent()) << "one request is enough";
    answer();
    for (char mark : {'a', 'b', 'c'})
        expect_data(mark);
}

TEST_F(Neighbour, ThreeRequestsThenFailed) {
    send();
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(expect_request(), harness::broadcast_mac);
        pass(retransmit - 1);
        EXPECT_FALSE(sent());
        EXPECT_EQ(state(), NeighbourState::Incomplete);
        pass(1);
    }
    EXPECT_FALSE(sent());
    EXPECT_EQ(state(), NeighbourState::Failed);
    EXPECT_EQ(watch(DropReason::NeighFailed), 1u);
    EXPECT_EQ(unreachable_reports, 1u);
}

TEST_F(Neighbour, AFailedOneIsAskedAgainWhenNeeded) {
    send();
    for (int i = 0; i < 3; i++)
        pass(retransmit);
    while (sent()) {
    }
    send();
    EXPECT_EQ(state(), NeighbourState::Incomplete);
    expect_request();
}

TEST_F(Neighbour, TheWaitingBytesAreLimitedAndTheOldestGo) {
    const std::size_t fits = limits::pending_bytes / kernel::PacketBuffer::packet_truesize;
    for (std::size_t i = 0; i < fits; i++)
        send(peer_ip, 'a');
    EXPECT_EQ(watch(DropReason::NeighQueuefull), 0u);
    send(peer_ip, 'z');
    EXPECT_EQ(watch(DropReason::NeighQueuefull), 1u);
    expect_request();
    answer();
    for (std::size_t i = 0; i + 1 < fits; i++)
        expect_data('a');
    expect_data('z');
    EXPECT_FALSE(sent());
}

TEST_F(Neighbour, ReachableBecomesStaleBetweenHalfAndOneAndAHalfTimes) {
    send();
    answer();
    pass(reachable / 2 - 1);
    EXPECT_EQ(state(), NeighbourState::Reachable);
    pass(reachable + 1);
    EXPECT_EQ(state(), NeighbourState::Stale);
}

TEST_F(Neighbour, AStaleOneIsUsedAndAskedAfterTheDelay) {
    send();
    answer();
    pass(2 * reachable);
    while (sent()) {
    }
    send();
    expect_data();
    EXPECT_EQ(state(), NeighbourState::Delay);
    pass(delay - 1);
    EXPECT_FALSE(sent());
    pass(1);
    EXPECT_EQ(state(), NeighbourState::Probe);
    EXPECT_EQ(expect_request(), peer_mac) << "asked by unicast";
    send();
    expect_data();
    answer();
    EXPECT_EQ(state(), NeighbourState::Reachable);
}

TEST_F(Neighbour, ThreeUnansweredProbesAreAFailure) {
    send();
    answer();
    pass(2 * reachable);
    send();
    while (sent()) {
    }
    pass(delay);
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(expect_request(), peer_mac);
        pass(retransmit);
    }
    EXPECT_EQ(state(), NeighbourState::Failed);
    EXPECT_FALSE(sent());
}

TEST_F(Neighbour, TheSameAddressDoesNotMakeStale) {
    send();
    answer();
    answer(NeighbourState::Stale);
    EXPECT_EQ(state(), NeighbourState::Reachable);
}

TEST_F(Neighbour, TheTableNeverGrowsAndStrangersDoNotPushOutTheReachable) {
    send();
    answer();
    for (uint32_t i = 0; i < 2 * limits::entries; i++)
        cache.learn(device, net::Ipv4Address(0x0a000300 + i), other_mac, {NeighbourState::Stale, true, true},
                    now + i);
    EXPECT_EQ(entries(), limits::entries);
    EXPECT_EQ(state(), NeighbourState::Reachable);
}

TEST_F(Neighbour, PacketsOfAnEvictedEntryAreAccountedFor) {
    for (uint32_t i = 0; i < limits::entries + 5; i++)
        send(0x0a000300 + i);
    EXPECT_EQ(entries(), limits::entries);
    EXPECT_EQ(watch(DropReason::NeighFailed), 5u);
}

TEST_F(Neighbour, FlushForgetsTheDevice) {
    send();
    cache.flush(&device);
    EXPECT_EQ(state(), NeighbourState::None);
    EXPECT_EQ(watch(DropReason::QueuePurge), 1u);
    answer();
    EXPECT_EQ(state(), NeighbourState::None);
}

class NeighbourCollection : public Neighbour {
  protected:
    ~NeighbourCollection() override {
        net::sysctl.neigh_gc_thresh1 = 128;
        net::sysctl.neigh_gc_stale_time = 60;
    }
    void learn(uint32_t count) {
        for (uint32_t i = 0; i < count; i++)
            cache.learn(device, net::Ipv4Address(0x0a000300 + i), other_mac,
                        {NeighbourState::Stale, true, true}, now);
    }
};

TEST_F(NeighbourCollection, FewStayForEver) {
    learn(128);
    pass(3600 * hz);
    pass(3600 * hz);
    EXPECT_EQ(entries(), 128u);
}

TEST_F(NeighbourCollection, OfManyTheFailedGoAtOnce) {
    learn(140);
    send(0x0a000300);
    pass(delay);
    for (int i = 0; i < 3; i++)
        pass(retransmit);
    EXPECT_EQ(state(0x0a000300), NeighbourState::Failed);
    pass(limits::collect_interval);
    EXPECT_EQ(entries(), 139u);
    EXPECT_EQ(state(0x0a000300), NeighbourState::None);
}

TEST_F(NeighbourCollection, OfManyTheUnusedGoUntilTheyAreFew) {
    learn(140);
    pass(40 * hz);
    send(0x0a000300);
    pass(19 * hz);
    EXPECT_EQ(entries(), 140u) << "not before the time is over";
    pass(limits::collect_interval);
    EXPECT_EQ(entries(), 128u);
    EXPECT_NE(state(0x0a000300), NeighbourState::None) << "it was used";
}

TEST_F(NeighbourCollection, APermanentOneIsKeptAndNotOverridden) {
    net::sysctl.neigh_gc_thresh1 = 0;
    EXPECT_TRUE(cache.set(device, net::Ipv4Address(peer_ip), other_mac, NeighbourState::Permanent, now));
    pass(2 * limits::lock_time); // which protects any entry
    cache.learn(device, net::Ipv4Address(peer_ip), peer_mac, {NeighbourState::Reachable, false, true}, now);
    EXPECT_EQ(state(), NeighbourState::Permanent) << "overridden";
    send();
    expect_data('x', other_mac);
    for (int i = 0; i < 3; i++) // beyond the time after which unused ones go, at more than one collection
        pass(3600 * hz);
    EXPECT_EQ(state(), NeighbourState::Permanent) << "collected";
    send();
    expect_data('x', other_mac);
    EXPECT_FALSE(sent()) << "nobody is asked";
    cache.flush(&device, /*permanent_too=*/false);
    EXPECT_EQ(state(), NeighbourState::Permanent);
    EXPECT_TRUE(cache.remove(device, net::Ipv4Address(peer_ip)));
    EXPECT_FALSE(cache.remove(device, net::Ipv4Address(peer_ip)));
}

TEST_F(NeighbourCollection, ATableFullOfPermanentOnes) {
    for (uint32_t i = 0; i < limits::entries; i++)
        EXPECT_TRUE(
            cache.set(device, net::Ipv4Address(0x0a000300 + i), other_mac, NeighbourState::Permanent, now));
    EXPECT_FALSE(cache.set(device, net::Ipv4Address(peer_ip), other_mac, NeighbourState::Permanent, now));
    learn(300);
    send();
    EXPECT_EQ(watch(DropReason::NeighCreatefail), 1u);
    EXPECT_EQ(entries(), limits::entries);
}

TEST_F(NeighbourCollection, AnEntryMadeByHandSendsWhatWaited) {
    send();
    expect_request();
    cache.set(device, net::Ipv4Address(peer_ip), peer_mac, NeighbourState::Permanent, now);
    expect_data();
}

} // namespace
