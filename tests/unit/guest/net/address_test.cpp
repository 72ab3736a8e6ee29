// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/headers.h"
#include "net/interface.h"
#include "net/ipv4_address.h"

#include <gtest/gtest.h>

namespace {

using net::Ipv4Address;

TEST(Ipv4Address, ReadsWhatItPrints) {
    for (const char* text : {"0.0.0.0", "10.0.2.15", "255.255.255.255", "192.168.1.254"}) {
        const auto address = net::parse_ipv4_address(text);
        ASSERT_TRUE(address) << text;
        EXPECT_STREQ(net::to_text(*address).text, text);
    }
}

TEST(Ipv4Address, RefusesAnythingElse) {
    for (const char* text : {"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.", ".1.2.3", "1..2.3",
                             "a.b.c.d", "1.2.3.4 ", "-1.2.3.4", "1.2.3.4294967296", "1.2.3.+4"})
        EXPECT_FALSE(net::parse_ipv4_address(text)) << text;
}

TEST(Ipv4Address, Classes) {
    EXPECT_TRUE(Ipv4Address(0, 1, 2, 3).is_this_network());
    EXPECT_TRUE(Ipv4Address(127, 255, 255, 255).is_loopback());
    EXPECT_TRUE(Ipv4Address(224, 0, 0, 1).is_multicast());
    EXPECT_TRUE(Ipv4Address(239, 255, 255, 255).is_multicast());
    EXPECT_FALSE(Ipv4Address(240, 0, 0, 1).is_multicast());
    for (const Ipv4Address host :
         {Ipv4Address(10, 0, 0, 1), Ipv4Address(223, 255, 255, 255), Ipv4Address(1, 0, 0, 0)})
        EXPECT_TRUE(host.is_unicast()) << net::to_text(host).text;
    for (const Ipv4Address none : {Ipv4Address(), Ipv4Address(127, 0, 0, 1), Ipv4Address(224, 0, 0, 0),
                                   Ipv4Address(240, 0, 0, 1), Ipv4Address(255, 255, 255, 255)})
        EXPECT_FALSE(none.is_unicast()) << net::to_text(none).text;
}

TEST(Ipv4Address, Masks) {
    EXPECT_EQ(net::prefix_mask(0), Ipv4Address(0, 0, 0, 0));
    EXPECT_EQ(net::prefix_mask(20), Ipv4Address(255, 255, 240, 0));
    EXPECT_EQ(net::prefix_mask(32), Ipv4Address(255, 255, 255, 255));
    for (unsigned length = 0; length <= 32; length++)
        EXPECT_EQ(net::mask_prefix_length(net::prefix_mask(length)), length);
    EXPECT_FALSE(net::mask_prefix_length(Ipv4Address(255, 0, 255, 0)));
    EXPECT_FALSE(net::mask_prefix_length(Ipv4Address(0, 0, 0, 255)));
}

TEST(InterfaceAddress, NetworkAndBroadcast) {
    const net::InterfaceAddress own = {Ipv4Address(10, 1, 2, 3), 20};
    EXPECT_EQ(own.network(), Ipv4Address(10, 1, 0, 0));
    EXPECT_EQ(own.broadcast(), Ipv4Address(10, 1, 15, 255));
    EXPECT_TRUE(own.on_link(Ipv4Address(10, 1, 15, 1)));
    EXPECT_FALSE(own.on_link(Ipv4Address(10, 1, 16, 1)));
    const net::InterfaceAddress pair = {Ipv4Address(10, 1, 2, 3), 31}; // RFC 3021
    EXPECT_EQ(pair.broadcast(), Ipv4Address(255, 255, 255, 255));
    EXPECT_FALSE(net::InterfaceAddress{}.on_link(Ipv4Address(10, 1, 2, 3)));
}

TEST(InterfaceAddress, Parse) {
    const auto own = net::parse_interface_address("10.0.0.2/24");
    ASSERT_TRUE(own);
    EXPECT_EQ(*own, (net::InterfaceAddress{Ipv4Address(10, 0, 0, 2), 24}));
    for (const char* text : {"10.0.0.2", "10.0.0.2/", "10.0.0.2/0", "10.0.0.2/33", "10.0.0.2/2x",
                             "224.0.0.1/4", "0.0.0.0/8", "/24", ""})
        EXPECT_FALSE(net::parse_interface_address(text)) << text;
}

TEST(BigEndian, StandsOnTheWireInNetworkOrder) {
    net::EthernetHeader header{};
    header.type = 0x0806;
    const auto* bytes = reinterpret_cast<const uint8_t*>(&header);
    EXPECT_EQ(bytes[12], 0x08);
    EXPECT_EQ(bytes[13], 0x06);
    const net::Be32 word = 0x01020304;
    EXPECT_EQ(reinterpret_cast<const uint8_t*>(&word)[0], 1);
    EXPECT_EQ(word, 0x01020304u);
}

} // namespace
