// SPDX-License-Identifier: GPL-2.0-or-later
// DHCP messages as bytes: what we write, and what a server (or somebody who plays one) may send us.
#include "net/dhcp_message.h"

#include "dhcp_server.h"

namespace {

using namespace net_test;
using net::DhcpType;
using net::Ipv4Address;

std::optional<net::DhcpReply> parse(const Bytes& message) {
    return net::parse_dhcp_reply(std::as_bytes(std::span(message)));
}

TEST(DhcpRequest, Discover) {
    const auto message = net::write_dhcp_request({.type = DhcpType::Discover,
                                                  .transaction = 0x12345678,
                                                  .seconds = 3,
                                                  .mac = our_mac,
                                                  .client_address = {}});
    const auto request =
        read_dhcp_request(std::span(reinterpret_cast<const uint8_t*>(message.data()), message.size()));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->type, 1);
    EXPECT_EQ(request->transaction, 0x12345678u);
    EXPECT_EQ(request->mac, our_mac);
    EXPECT_TRUE(request->broadcast) << "nothing sent to an address we do not have yet would be taken in";
    EXPECT_EQ(request->client_address, 0u);
    EXPECT_FALSE(request->requested);
    EXPECT_FALSE(request->server);
    EXPECT_EQ(message.size(), 300u) << "BOOTP relays drop shorter ones";
}

TEST(DhcpRequest, RequestNamesServerAndAddress) {
    const auto message = net::write_dhcp_request({.type = DhcpType::Request,
                                                  .transaction = 1,
                                                  .seconds = 0,
                                                  .mac = our_mac,
                                                  .client_address = {},
                                                  .requested = Ipv4Address(our_ip),
                                                  .server = Ipv4Address(peer_ip)});
    const auto request =
        read_dhcp_request(std::span(reinterpret_cast<const uint8_t*>(message.data()), message.size()));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->type, 3);
    EXPECT_EQ(request->requested, our_ip);
    EXPECT_EQ(request->server, peer_ip);
}

TEST(DhcpReply, AWholeOffer) {
    const auto reply = parse(dhcp_reply({}));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->type, DhcpType::Offer);
    EXPECT_EQ(reply->transaction, 1u);
    EXPECT_EQ(reply->mac, our_mac);
    EXPECT_EQ(reply->address, Ipv4Address(our_ip));
    EXPECT_EQ(reply->server, Ipv4Address(peer_ip));
    EXPECT_EQ(reply->subnet_mask, Ipv4Address(255, 255, 255, 0));
    EXPECT_EQ(reply->router, Ipv4Address(peer_ip));
    EXPECT_EQ(reply->dns, Ipv4Address(other_ip));
    EXPECT_EQ(reply->lease_seconds, 3600u);
    EXPECT_FALSE(reply->renewal_seconds);
}

TEST(DhcpReply, ShortMessages) {
    const Bytes whole = dhcp_reply({});
    for (std::size_t length = 0; length < 240; length++)
        EXPECT_FALSE(parse(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))))
            << length;
}

TEST(DhcpReply, NotFromAServer) {
    struct Change {
        std::size_t offset;
        uint8_t value;
    };
    // op, hardware type, hardware length, magic cookie, message type
    for (const Change change : {Change{0, 1}, Change{1, 6}, Change{2, 16}, Change{236, 0}, Change{239, 0},
                                Change{242, 1}, Change{242, 3}, Change{242, 8}, Change{242, 0}}) {
        Bytes message = dhcp_reply({});
        message[change.offset] = change.value;
        EXPECT_FALSE(parse(message)) << change.offset;
    }
}

TEST(DhcpReply, WithoutAMessageTypeItIsBootp) {
    EXPECT_FALSE(parse(dhcp_message_with({255})));
    EXPECT_FALSE(parse(dhcp_message_with({})));
    EXPECT_FALSE(parse(dhcp_message_with({53, 2, 2, 0, 255}))) << "a type is one byte long";
}

TEST(DhcpReply, OptionsThatRunPastTheEndEndTheReading) {
    const Bytes message_type = {53, 1, 2};
    // … then a subnet mask that claims more bytes than there are
    for (const Bytes& tail :
         {Bytes{1}, Bytes{1, 4}, Bytes{1, 4, 255, 255, 255}, Bytes{1, 255, 255, 255, 255, 0}}) {
        Bytes options(3 + tail.size());
        std::copy(message_type.begin(), message_type.end(), options.begin());
        std::copy(tail.begin(), tail.end(), options.begin() + 3);
        const auto reply = parse(dhcp_message_with(options));
        ASSERT_TRUE(reply);
        EXPECT_FALSE(reply->subnet_mask);
    }
}

TEST(DhcpReply, NothingBehindTheEndCounts) {
    const auto reply = parse(dhcp_message_with({53, 1, 2, 255, 1, 4, 255, 255, 255, 0}));
    ASSERT_TRUE(reply);
    EXPECT_FALSE(reply->subnet_mask);
}

TEST(DhcpReply, PaddingIsSkipped) {
    const auto reply = parse(dhcp_message_with({0, 0, 53, 1, 2, 0, 1, 4, 255, 255, 0, 0, 255}));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->subnet_mask, Ipv4Address(255, 255, 0, 0));
}

TEST(DhcpReply, OptionsOfAWrongLengthCountAsAbsent) {
    const auto reply =
        parse(dhcp_message_with({53, 1, 2, 1,  3,  255, 255, 255,       // mask of 3 bytes
                                 54, 8, 1, 2,  3,  4,   5,   6,   7, 8, // two server identifiers
                                 3,  5, 1, 2,  3,  4,   5,              // one router and a byte
                                 6,  0,                                 // no DNS server
                                 51, 2, 0, 10, 58, 1,   1,   59,  0, 255}));
    ASSERT_TRUE(reply);
    EXPECT_FALSE(reply->subnet_mask);
    EXPECT_FALSE(reply->server);
    EXPECT_FALSE(reply->router);
    EXPECT_FALSE(reply->dns);
    EXPECT_FALSE(reply->lease_seconds);
    EXPECT_FALSE(reply->renewal_seconds);
    EXPECT_FALSE(reply->rebinding_seconds);
}

TEST(DhcpReply, TheFirstRouterOfAList) {
    const auto reply = parse(dhcp_message_with({53, 1, 2, 3, 8, 10, 0, 2, 2, 10, 0, 2, 3, 255}));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->router, Ipv4Address(10, 0, 2, 2));
}

TEST(DhcpReply, OptionsInFileAndServerNameOnlyIfSaidSo) {
    for (const uint8_t overload : {0, 1, 2, 3}) {
        Bytes message = dhcp_message_with({53, 1, 2, 52, 1, overload, 255});
        const Bytes in_server_name = {1, 4, 255, 255, 0, 0}; // and no end: the field ends it
        std::copy(in_server_name.begin(), in_server_name.end(), message.begin() + 44);
        const Bytes in_file = {51, 4, 0, 0, 0, 99, 255};
        std::copy(in_file.begin(), in_file.end(), message.begin() + 108);
        const auto reply = parse(message);
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->lease_seconds.has_value(), (overload & 1) != 0) << int{overload};
        EXPECT_EQ(reply->subnet_mask.has_value(), (overload & 2) != 0) << int{overload};
    }
}

TEST(DhcpReply, AnyBytesAreReadWithinTheirBounds) {
    // With the address sanitizer (or without luck) a step beyond the end is seen here.
    uint32_t state = 1;
    auto next = [&] { return static_cast<uint8_t>((state = state * 1103515245 + 12345) >> 16); };
    for (int round = 0; round < 20000; round++) {
        Bytes options(next() % 64);
        for (uint8_t& byte : options)
            byte = next() % 4 ? next() % 8 : next();
        const Bytes message = dhcp_message_with(options);
        const auto exact = std::make_unique<uint8_t[]>(message.size());
        std::copy(message.begin(), message.end(), exact.get());
        net::parse_dhcp_reply(std::as_bytes(std::span(exact.get(), message.size())));
    }
}

} // namespace
