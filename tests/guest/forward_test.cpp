// SPDX-License-Identifier: GPL-2.0-or-later
// The guest as a router: a card on each of two wires, the test at both far ends.
#include <gtest/gtest.h>

#include "harness/failure.h"
#include "network.h"

namespace guest_test {
namespace {

using harness::operator+;
using harness::MacAddress;

constexpr MacAddress left_card = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
constexpr MacAddress right_card = {0x52, 0x54, 0x00, 0x12, 0x34, 0x57};
constexpr MacAddress left_mac = {0x02, 0x00, 0x00, 0xaa, 0x00, 0x01};
constexpr MacAddress right_mac = {0x02, 0x00, 0x00, 0xaa, 0x01, 0x01};
constexpr uint32_t left_ip = ip(10, 0, 0, 1), left_card_ip = ip(10, 0, 0, 2);
constexpr uint32_t right_ip = ip(10, 0, 1, 1), right_card_ip = ip(10, 0, 1, 2);

/// eth0 10.0.0.2 to the left, eth1 10.0.1.2 to the right.
class Router {
  public:
    explicit Router(unsigned cpus = 1) : guest_(machine(cpus)) {
        guest_.console().expect_text("Type help", std::chrono::seconds(60));
        guest_.type("ip link set eth1 up");
        guest_.type("ip addr add 10.0.1.2/24 dev eth1");
        guest_.type("echo 1 > /proc/sys/net/ipv4/ip_forward");
        guest_.type("cat /proc/sys/net/ipv4/ip_forward");
        guest_.console().expect("^1$");
        if (!left.meet(left_card_ip) || !right.meet(right_card_ip))
            throw harness::Failure("no answer to ARP; the console says:\n" + guest_.console().transcript());
    }
    GuestMachine& guest() { return guest_; }

  private:
    Machine machine(unsigned cpus) const {
        Machine result;
        result.cpus = cpus;
        result.command_line = "ip=10.0.0.2/24";
        result.more = harness::plugin_arguments() + left.arguments(harness::to_string(left_card)) +
                      right.arguments(harness::to_string(right_card));
        return result;
    }
    harness::TempDir directory_;

  public:
    WireEnd left{directory_, "net", left_ip, left_mac};
    WireEnd right{directory_, "net2", right_ip, right_mac};

  private:
    GuestMachine guest_;
};

/// One direction of the traffic.
struct Way {
    WireEnd &from, &to;
    MacAddress from_mac, from_card, to_card, to_mac;
    uint32_t source, destination;
    unsigned sent = 0, arrived = 0;

    static constexpr uint8_t ttl = 33;
    /// Frame number `number`, as it leaves or as it must arrive: of every length, every byte its own.
    Frame frame(unsigned number, bool forwarded) const {
        harness::Ipv4 header;
        header.source = source;
        header.destination = destination;
        header.identification = static_cast<uint16_t>(number * 257);
        header.tos = static_cast<uint8_t>(number);
        header.ttl = forwarded ? ttl - 1 : ttl;
        Bytes data(number * 37 % 1473);
        for (size_t i = 0; i < data.size(); i++)
            data[i] = static_cast<uint8_t>(i * 31 + number);
        const Bytes datagram = harness::ipv4(header, harness::udp(header, 1000, 2000, data));
        return harness::padded(harness::ethernet(forwarded ? to_mac : from_card,
                                                 forwarded ? to_card : from_mac, harness::ether_type::ipv4,
                                                 datagram));
    }
    void send_next() { from.send(frame(sent++, /*forwarded=*/false)); }
    void expect_next() {
        const auto is_udp = [](const Frame& each) {
            return each.size() > 23 && each[12] == 8 && each[13] == 0 &&
                   each[23] == harness::ip_protocol::udp;
        };
        const auto got = to.await(is_udp);
        ASSERT_TRUE(got) << "frame " << arrived << " does not arrive";
        ASSERT_EQ(harness::padded(*got), frame(arrived, /*forwarded=*/true)) << "frame " << arrived;
        arrived++;
    }
};

Way to_the_right(Router& router) {
    return {router.left, router.right, left_mac, left_card, right_card, right_mac, left_ip, right_ip};
}
Way to_the_left(Router& router) {
    return {router.right, router.left, right_mac, right_card, left_card, left_mac, right_ip, left_ip};
}

class Forwarding : public testing::Test {
  protected:
    void SetUp() override {
        const std::string reason = missing_network();
        if (!reason.empty())
            GTEST_SKIP() << reason;
    }
    static void thousand_frames_each_way(Router& router) {
        constexpr unsigned count = 1000, window = 24; // fewer than the ring holds
        Way right = to_the_right(router), left = to_the_left(router);
        while (right.arrived < count) {
            for (Way* way : {&right, &left})
                while (way->sent < count && way->sent < way->arrived + window)
                    way->send_next();
            for (Way* way : {&right, &left})
                ASSERT_NO_FATAL_FAILURE(way->expect_next());
        }
        EXPECT_EQ(left.arrived, count);
        EXPECT_EQ(snmp(router.guest(), "Ip", "ForwDatagrams"), 2 * count);
        EXPECT_EQ(snmp(router.guest(), "Ip", "InDelivers"), 0u);
        EXPECT_EQ(snmp(router.guest(), "Ip", "Forwarding"), 1u);
    }
};

TEST_F(Forwarding, AThousandFramesEachWayUnaltered) {
    Router router;
    thousand_frames_each_way(router);
}

TEST_F(Forwarding, AThousandFramesEachWayWithTwoCpus) {
    Router router(2);
    thousand_frames_each_way(router);
}

TEST_F(Forwarding, WhatTheConsoleSays) {
    Router router;
    Way way = to_the_right(router);
    way.send_next();
    ASSERT_NO_FATAL_FAILURE(way.expect_next());
    router.guest().type("ip route");
    router.guest().console().expect(
        "^10\\.0\\.0\\.0/24 dev eth0 proto kernel scope link src 10\\.0\\.0\\.2 $");
    router.guest().console().expect(
        "^10\\.0\\.1\\.0/24 dev eth1 proto kernel scope link src 10\\.0\\.1\\.2 $");
    router.guest().type("ip neigh show dev eth1");
    router.guest().console().expect(
        "^10\\.0\\.1\\.1 dev eth1 lladdr 02:00:00:aa:01:01 (DELAY|REACHABLE|PROBE) $");
    router.guest().type("ip link set eth1 down");
    router.guest().type("ip route get 10.0.1.1");
    router.guest().console().expect("^RTNETLINK answers: Network is unreachable$");
}

TEST_F(Forwarding, TheSenderLearnsWhatWentWrong) {
    Router router;
    const auto expect_error = [&](const Frame& frame, uint8_t type, uint8_t code) {
        router.left.send(frame);
        EXPECT_TRUE(router.left.await([&](const Frame& each) {
            const auto packet = harness::parse_ipv4(each);
            return packet && packet->header.protocol == harness::ip_protocol::icmp &&
                   packet->header.source == left_card_ip && packet->payload[0] == type &&
                   packet->payload[1] == code;
        })) << int{type}
            << "/" << int{code};
    };
    const auto frame = [](uint32_t destination, uint8_t ttl) {
        harness::Ipv4 header;
        header.source = left_ip;
        header.destination = destination;
        header.ttl = ttl;
        return harness::ethernet(left_card, left_mac, harness::ether_type::ipv4,
                                 harness::ipv4(header, harness::udp(header, 1000, 2000, Bytes(30))));
    };
    expect_error(frame(right_ip, 1), 11, 0);
    expect_error(frame(ip(192, 0, 2, 1), 64), 3, 0);
    expect_error(frame(ip(10, 0, 1, 99), 64), 3, 1);
    EXPECT_EQ(drops(router.guest(), "IP_INNOROUTES"), 1u);
    EXPECT_EQ(drops(router.guest(), "NEIGH_FAILED"), 1u);
    EXPECT_EQ(snmp(router.guest(), "Ip", "InHdrErrors"), 1u);
}

} // namespace
} // namespace guest_test
