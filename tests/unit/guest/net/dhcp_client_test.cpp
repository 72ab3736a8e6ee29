// SPDX-License-Identifier: GPL-2.0-or-later
// The client's states and times against a scripted server; the clock is a number.
#include "net/dhcp_client.h"

#include "dhcp_server.h"

namespace {

using namespace net_test;
using net::DhcpClient;
using net::DhcpOutcome;
using net::DhcpState;
using net::DhcpType;
using net::Ipv4Address;

constexpr uint64_t second = DhcpClient::second_ns;

uint32_t next_random;

class Dhcp : public testing::Test {
  protected:
    Dhcp() {
        next_random = 0x80000000; // the middle: no jitter
        client.start(now);
    }
    std::optional<DhcpClient::Transmit> due() { return client.due(now); }
    DhcpClient::Transmit expect_sent(DhcpType type) {
        const auto transmit = due();
        EXPECT_TRUE(transmit);
        if (!transmit)
            return {};
        EXPECT_EQ(transmit->request.type, type);
        EXPECT_FALSE(due()) << "one at a time";
        return *transmit;
    }
    /// The server says something to the last request.
    DhcpOutcome say(DhcpReplyFields fields) {
        fields.transaction = transaction;
        const Bytes message = dhcp_reply(fields);
        const auto reply = net::parse_dhcp_reply(std::as_bytes(std::span(message)));
        EXPECT_TRUE(reply);
        return client.receive(*reply, now);
    }
    DhcpOutcome offer(DhcpReplyFields fields = {}) {
        fields.type = 2;
        return say(fields);
    }
    DhcpOutcome ack(DhcpReplyFields fields = {}) {
        fields.type = 5;
        return say(fields);
    }
    DhcpOutcome nak() { return say({.type = 6}); }
    void remember(const DhcpClient::Transmit& transmit) { transaction = transmit.request.transaction; }
    void select() {
        remember(expect_sent(DhcpType::Discover));
        EXPECT_EQ(offer(), DhcpOutcome::Nothing);
    }
    void bind(const DhcpReplyFields& fields = {}) {
        select();
        remember(expect_sent(DhcpType::Request));
        EXPECT_EQ(ack(fields), DhcpOutcome::Bound);
    }

    DhcpClient client{our_mac, [] { return next_random; }};
    uint64_t now = 1000 * second;
    uint32_t transaction = 0;
};

TEST_F(Dhcp, DiscoverOfferRequestAck) {
    const auto discover = expect_sent(DhcpType::Discover);
    EXPECT_TRUE(discover.broadcast);
    remember(discover);
    offer();
    EXPECT_EQ(client.state(), DhcpState::Requesting);
    const auto request = expect_sent(DhcpType::Request);
    EXPECT_TRUE(request.broadcast);
    EXPECT_EQ(request.request.transaction, discover.request.transaction);
    EXPECT_EQ(request.request.requested, Ipv4Address(our_ip));
    EXPECT_EQ(request.request.server, Ipv4Address(peer_ip));
    EXPECT_EQ(request.request.client_address, Ipv4Address());
    EXPECT_EQ(ack(), DhcpOutcome::Bound);
    EXPECT_EQ(client.state(), DhcpState::Bound);
    ASSERT_TRUE(client.lease());
    EXPECT_EQ(client.lease()->address, (net::InterfaceAddress{Ipv4Address(our_ip), 24}));
    EXPECT_EQ(client.lease()->gateway, Ipv4Address(peer_ip));
    EXPECT_EQ(client.lease()->dns, Ipv4Address(other_ip));
    EXPECT_FALSE(due());
}

TEST_F(Dhcp, DiscoverIsRepeatedEverMoreSlowly) {
    expect_sent(DhcpType::Discover);
    for (const uint64_t delay : {4, 8, 16, 32, 64, 64}) {
        EXPECT_EQ(client.deadline_ns(), now + delay * second);
        now += delay * second - 1;
        EXPECT_FALSE(due());
        now += 1;
        expect_sent(DhcpType::Discover);
    }
}

TEST_F(Dhcp, JitterIsAtMostASecondEitherWay) {
    for (const uint32_t random : {0u, 0xffffffffu}) {
        next_random = random;
        client.start(now);
        expect_sent(DhcpType::Discover);
        const uint64_t delay = client.deadline_ns() - now;
        EXPECT_GE(delay, 3 * second);
        EXPECT_LE(delay, 5 * second);
        EXPECT_NE(delay, 4 * second);
    }
}

TEST_F(Dhcp, TheSecondsFieldCounts) {
    expect_sent(DhcpType::Discover);
    now += 4 * second;
    EXPECT_EQ(expect_sent(DhcpType::Discover).request.seconds, 4);
}

TEST_F(Dhcp, WhoDoesNotMeanUsIsIgnored) {
    remember(expect_sent(DhcpType::Discover));
    transaction++;
    offer();
    transaction--;
    offer({.mac = other_mac});
    EXPECT_EQ(ack(), DhcpOutcome::Nothing) << "nobody asked for that yet";
    EXPECT_EQ(nak(), DhcpOutcome::Nothing);
    EXPECT_EQ(client.state(), DhcpState::Selecting);
    offer();
    EXPECT_EQ(client.state(), DhcpState::Requesting);
}

TEST_F(Dhcp, OffersOfNothingUsableAreIgnored) {
    remember(expect_sent(DhcpType::Discover));
    for (const uint32_t address :
         {0u, ip(127, 0, 0, 1), ip(224, 0, 0, 1), 0xffffffffu, ip(10, 0, 2, 0), subnet_broadcast})
        offer({.address = address});
    offer({.server = std::nullopt});
    offer({.server = 0});
    offer({.lease = std::nullopt});
    offer({.lease = 0});
    offer({.lease = DhcpClient::shortest_lease_seconds - 1});
    EXPECT_EQ(client.state(), DhcpState::Selecting);
}

TEST_F(Dhcp, MasksThatAreNoneGiveTheAddressClass) {
    for (const std::optional<uint32_t> mask :
         {std::optional<uint32_t>(), std::optional<uint32_t>(0xff00ff00), std::optional<uint32_t>(0)}) {
        client.start(now);
        bind({.mask = mask});
        EXPECT_EQ(client.lease()->address.prefix_length, 8u) << "10.0.0.0 is a class A network";
    }
}

TEST_F(Dhcp, AGatewayOutsideTheNetworkIsNone) {
    for (const std::optional<uint32_t> router :
         {std::optional<uint32_t>(far_ip), std::optional<uint32_t>(our_ip),
          std::optional<uint32_t>(subnet_broadcast), std::optional<uint32_t>()}) {
        client.start(now);
        bind({.router = router});
        EXPECT_FALSE(client.lease()->gateway);
    }
}

TEST_F(Dhcp, AnotherAddressThanOfferedIsNotTaken) {
    select();
    remember(expect_sent(DhcpType::Request));
    EXPECT_EQ(ack({.address = ip(10, 0, 2, 99)}), DhcpOutcome::Nothing);
    EXPECT_EQ(ack({.server = other_ip}), DhcpOutcome::Nothing) << "another server than the chosen one";
    EXPECT_EQ(ack(), DhcpOutcome::Bound);
}

TEST_F(Dhcp, ANakStartsAgainAfterAPause) {
    select();
    remember(expect_sent(DhcpType::Request));
    EXPECT_EQ(nak(), DhcpOutcome::Nothing);
    EXPECT_EQ(client.state(), DhcpState::Init);
    EXPECT_FALSE(due());
    now += second;
    expect_sent(DhcpType::Discover);
}

TEST_F(Dhcp, AnUnansweredRequestStartsAgain) {
    select();
    for (unsigned i = 0; i < DhcpClient::request_tries; i++) {
        expect_sent(DhcpType::Request);
        now = client.deadline_ns();
    }
    expect_sent(DhcpType::Discover);
    EXPECT_EQ(client.state(), DhcpState::Selecting);
}

TEST_F(Dhcp, HalfTimeRenewsByUnicast) {
    bind();
    const uint64_t bound = now;
    EXPECT_EQ(client.deadline_ns(), bound + 1800 * second);
    now = bound + 1800 * second - 1;
    EXPECT_FALSE(due());
    now++;
    const auto request = expect_sent(DhcpType::Request);
    EXPECT_FALSE(request.broadcast);
    EXPECT_EQ(request.request.client_address, Ipv4Address(our_ip));
    EXPECT_FALSE(request.request.requested) << "RFC 2131 4.3.6: not while renewing";
    EXPECT_FALSE(request.request.server);
    EXPECT_EQ(client.state(), DhcpState::Renewing);
    remember(request);
    EXPECT_EQ(ack(), DhcpOutcome::Renewed);
    EXPECT_EQ(client.lease()->end_ns, now + 3600 * second);
}

TEST_F(Dhcp, SevenEighthsRebindsWithWhomeverAnswers) {
    bind();
    const uint64_t bound = now;
    now = bound + 1800 * second;
    expect_sent(DhcpType::Request);
    now = bound + 3150 * second;
    const auto request = expect_sent(DhcpType::Request);
    EXPECT_TRUE(request.broadcast);
    EXPECT_EQ(client.state(), DhcpState::Rebinding);
    remember(request);
    EXPECT_EQ(ack({.server = other_ip}), DhcpOutcome::Renewed);
    EXPECT_EQ(client.lease()->server, Ipv4Address(other_ip));
}

TEST_F(Dhcp, RenewalsAreAtLeastAMinuteApartAndHalveTheRest) {
    bind();
    const uint64_t bound = now;
    now = bound + 1800 * second;
    expect_sent(DhcpType::Request);
    EXPECT_EQ(client.deadline_ns(), now + (3150 - 1800) * second / 2);
    now = bound + 3140 * second;
    expect_sent(DhcpType::Request);
    EXPECT_EQ(client.deadline_ns(), bound + 3150 * second) << "rebinding comes first";
    now = bound + 3150 * second;
    expect_sent(DhcpType::Request);
    now = bound + 3500 * second;
    expect_sent(DhcpType::Request);
    EXPECT_EQ(client.deadline_ns(), now + 60 * second);
}

TEST_F(Dhcp, AnExpiredLeaseIsLost) {
    bind();
    now += 3600 * second - 1;
    EXPECT_EQ(client.expire(now), DhcpOutcome::Nothing);
    now++;
    EXPECT_EQ(client.expire(now), DhcpOutcome::Lost);
    EXPECT_FALSE(client.lease());
    expect_sent(DhcpType::Discover);
}

TEST_F(Dhcp, ANakWhileRenewingLosesTheAddressAtOnce) {
    bind();
    now += 1800 * second;
    remember(expect_sent(DhcpType::Request));
    EXPECT_EQ(nak(), DhcpOutcome::Lost);
    EXPECT_FALSE(client.lease());
}

TEST_F(Dhcp, TheServersTimesCountIfTheyMakeSense) {
    bind({.renewal = 100, .rebinding = 200});
    EXPECT_EQ(client.lease()->renew_ns, now + 100 * second);
    EXPECT_EQ(client.lease()->rebind_ns, now + 200 * second);
    struct Times {
        uint32_t renewal, rebinding;
    };
    for (const Times times :
         {Times{0, 200}, Times{200, 100}, Times{100, 100}, Times{100, 3600}, Times{100, 0xffffffff}}) {
        client.start(now);
        bind({.renewal = times.renewal, .rebinding = times.rebinding});
        EXPECT_EQ(client.lease()->renew_ns, now + 1800 * second);
        EXPECT_EQ(client.lease()->rebind_ns, now + 3150 * second);
    }
}

TEST_F(Dhcp, TheLeaseCountsFromTheRequest) {
    select();
    remember(expect_sent(DhcpType::Request));
    const uint64_t asked = now;
    now += 2 * second;
    ack();
    EXPECT_EQ(client.lease()->end_ns, asked + 3600 * second);
}

TEST_F(Dhcp, AnInfiniteLeaseNeverEnds) {
    bind({.lease = 0xffffffff});
    EXPECT_EQ(client.deadline_ns(), DhcpClient::forever_ns);
    now += 400ull * 365 * 24 * 3600 * second;
    EXPECT_EQ(client.expire(now), DhcpOutcome::Nothing);
    EXPECT_FALSE(due());
}

} // namespace
