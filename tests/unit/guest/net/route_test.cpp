// SPDX-License-Identifier: GPL-2.0-or-later
// Which way a destination is reached.
#include "net/route.h"

#include "net_fixture.h"

namespace {

using namespace net_test;
using net::Ipv4Address;
using net::RouteEntry;
using net::RouteError;

constexpr Ipv4Address address(uint8_t a, uint8_t b, uint8_t c, uint8_t d) { return {a, b, c, d}; }

class Routes : public NetTest {
  protected:
    Routes() {
        plug(second, "eth1", {0x52, 0x54, 0x00, 0x12, 0x34, 0x57});
        net::set_interface_address(second, {address(192, 168, 1, 1), 24});
    }
    ~Routes() override { unplug(second); }

    RouteError add(Ipv4Address network, unsigned length, Ipv4Address gateway, kernel::NetDevice* by = nullptr,
                   uint32_t metric = 0) {
        return net::add_route({network, length, gateway, by, metric});
    }
    static RouteError remove(Ipv4Address network, unsigned length, uint32_t metric = 0) {
        return net::delete_route({network, length, {}, nullptr, metric});
    }
    static Ipv4Address next_hop(Ipv4Address destination) {
        const auto route = net::find_route(destination);
        return route ? route->next_hop : Ipv4Address();
    }
    kernel::NetDevice second;
};

TEST_F(Routes, EachInterfaceLeadsToItsNetwork) {
    EXPECT_EQ(net::find_route(address(10, 0, 2, 9))->device, &device);
    const auto route = net::find_route(address(192, 168, 1, 9));
    ASSERT_TRUE(route);
    EXPECT_EQ(route->device, &second);
    EXPECT_EQ(route->source, address(192, 168, 1, 1));
}

TEST_F(Routes, TheLongestPrefixWinsWhateverTheOrder) {
    const Ipv4Address a(192, 168, 1, 2), b(192, 168, 1, 3), c(192, 168, 1, 4);
    EXPECT_EQ(add(address(10, 1, 2, 0), 24, a), RouteError::None);
    EXPECT_EQ(add(address(10, 0, 0, 0), 8, b), RouteError::None);
    EXPECT_EQ(add(address(10, 1, 2, 3), 32, c), RouteError::None);
    EXPECT_EQ(next_hop(address(10, 1, 2, 3)), c);
    EXPECT_EQ(next_hop(address(10, 1, 2, 4)), a);
    EXPECT_EQ(next_hop(address(10, 1, 3, 4)), b);
    EXPECT_EQ(next_hop(address(10, 0, 2, 4)), address(10, 0, 2, 4)) << "connected: 24 bits";
    EXPECT_EQ(next_hop(address(11, 0, 0, 1)), Ipv4Address(peer_ip)) << "the default";
    EXPECT_EQ(net::find_route(address(10, 1, 2, 3))->device, &second) << "as the gateway says";
}

TEST_F(Routes, OfTwoToTheSameNetworkTheSmallerMetricWins) {
    const Ipv4Address a(192, 168, 1, 2), b(192, 168, 1, 3);
    EXPECT_EQ(add(address(172, 16, 0, 0), 12, a, nullptr, 20), RouteError::None);
    EXPECT_EQ(add(address(172, 16, 0, 0), 12, b, nullptr, 10), RouteError::None);
    EXPECT_EQ(next_hop(address(172, 16, 0, 1)), b);
    EXPECT_EQ(remove(address(172, 16, 0, 0), 12, 10), RouteError::None);
    EXPECT_EQ(next_hop(address(172, 16, 0, 1)), a);
}

TEST_F(Routes, AnInterfaceThatIsDownLeadsNowhereUntilItIsUpAgain) {
    EXPECT_EQ(add(address(10, 0, 0, 0), 8, address(192, 168, 1, 2)), RouteError::None);
    kernel::dev_close(second);
    EXPECT_EQ(next_hop(address(10, 9, 9, 9)), Ipv4Address(peer_ip));
    EXPECT_EQ(next_hop(address(192, 168, 1, 9)), Ipv4Address(peer_ip));
    kernel::dev_open(second);
    EXPECT_EQ(next_hop(address(10, 9, 9, 9)), address(192, 168, 1, 2));
}

TEST_F(Routes, ASocketBoundToADeviceUsesItsRoutesOnly) {
    EXPECT_FALSE(net::find_route(address(192, 168, 1, 9), &device)->next_hop == address(192, 168, 1, 9));
    EXPECT_FALSE(net::find_route(address(8, 8, 8, 8), &second));
    EXPECT_EQ(net::find_route(Ipv4Address(0xffffffff), &second)->device, &second);
}

TEST_F(Routes, WhatCannotBeAdded) {
    EXPECT_EQ(add(address(10, 1, 0, 1), 16, address(192, 168, 1, 2)), RouteError::InvalidPrefix);
    EXPECT_EQ(add(address(10, 1, 0, 0), 16, address(8, 8, 8, 8)), RouteError::InvalidGateway);
    EXPECT_EQ(add(address(10, 1, 0, 0), 16, address(192, 168, 1, 1)), RouteError::InvalidGateway);
    EXPECT_EQ(add(address(10, 1, 0, 0), 16, address(192, 168, 1, 255)), RouteError::InvalidGateway);
    EXPECT_EQ(add(address(10, 1, 0, 0), 16, address(192, 168, 1, 2), &device), RouteError::InvalidGateway);
    EXPECT_EQ(add(address(10, 1, 0, 0), 16, {}), RouteError::DeviceDown) << "which one?";
    EXPECT_EQ(add(address(0, 0, 0, 0), 0, address(192, 168, 1, 2)), RouteError::Exists);
    EXPECT_EQ(next_hop(address(10, 1, 0, 1)), Ipv4Address(peer_ip));
    EXPECT_EQ(remove(address(10, 1, 0, 0), 16), RouteError::NotFound);
}

TEST_F(Routes, TheTableIsBoundedAndDeletingMakesRoom) {
    unsigned added = 0;
    while (added < 300 && add(Ipv4Address(0xac100000u + added), 32, {}, &second) == RouteError::None)
        added++;
    EXPECT_EQ(added, net::max_added_routes - 1) << "the fixture's default route has a slot";
    EXPECT_EQ(add(address(10, 1, 0, 0), 16, {}, &second), RouteError::TableFull);
    EXPECT_EQ(remove(Ipv4Address(0xac100005u), 32), RouteError::None);
    EXPECT_EQ(add(address(10, 1, 0, 0), 16, {}, &second), RouteError::None);
    std::array<RouteEntry, net::max_routes> all;
    EXPECT_EQ(net::list_routes(all), net::max_added_routes + 2);
    net::flush_routes(&second);
    EXPECT_EQ(net::list_routes(all), 3u) << "the default and two networks";
}

} // namespace
