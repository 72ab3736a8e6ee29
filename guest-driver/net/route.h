// SPDX-License-Identifier: GPL-2.0-or-later
// The routing table: the networks that interfaces are connected to, which follow from their addresses, and
// what was added to them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "kernel/net_device.h"
#include "net/ipv4_address.h"

namespace net {

/// Who made a route, in iproute2's words.
enum class RouteOrigin : uint8_t {
    Kernel, ///< follows from an interface's address
    Boot,   ///< by hand or from the kernel's command line
    Dhcp,
};

struct RouteEntry {
    Ipv4Address network;
    unsigned prefix_length = 0; ///< 0: the default route
    Ipv4Address gateway;        ///< 0.0.0.0: the destinations are on the link
    kernel::NetDevice* device = nullptr;
    uint32_t metric = 0; ///< of two routes to the same network the smaller one wins
    RouteOrigin origin = RouteOrigin::Boot;

    constexpr bool covers(Ipv4Address destination) const {
        return ((network.value() ^ destination.value()) & prefix_mask(prefix_length).value()) == 0;
    }
    constexpr bool same_target(const RouteEntry& other) const {
        return network == other.network && prefix_length == other.prefix_length && metric == other.metric;
    }
    constexpr bool operator==(const RouteEntry&) const = default;
};

enum class RouteError : uint8_t {
    None,
    Exists,         ///< there is one to that network with that metric
    NotFound,       ///< nothing to delete
    InvalidPrefix,  ///< bits of `network` behind its prefix
    InvalidGateway, ///< which is not on a link of ours, or is ourselves
    DeviceDown,
    TableFull,
};
inline constexpr std::size_t max_added_routes = 64;
inline constexpr std::size_t max_routes = max_added_routes + 8; ///< with those of the interfaces

/// Any context. `route.device` may be null if the gateway tells it. A route whose device goes down stays,
/// without effect until it is up again.
RouteError add_route(RouteEntry route);
/// Deletes the first one to that network that agrees in what is given: gateway, device, metric (0: any).
RouteError delete_route(const RouteEntry& route);
/// Forgets what was added for a device (nullptr: for all) by `origin` (nothing: by anybody).
void flush_routes(const kernel::NetDevice* device, std::optional<RouteOrigin> origin = std::nullopt);
/// All routes in force, in the order of their networks as `ip route` lists them; returns how many.
std::size_t list_routes(std::span<RouteEntry> into);

struct Gateway {
    kernel::NetDevice* device = nullptr; ///< nullptr: no default route
    Ipv4Address address;
};
/// Of the default route with the smallest metric.
Gateway default_gateway();
/// Takes the place of all default routes.
void set_default_gateway(Gateway gateway, RouteOrigin origin = RouteOrigin::Boot);

/// Where a packet to a destination leaves.
struct Route {
    kernel::NetDevice* device;
    Ipv4Address next_hop; ///< whose MAC address the frame gets
    Ipv4Address source;
};
/// Longest prefix first. Nothing: network unreachable. `device`, if not null, is the only one allowed (a
/// socket bound to a device); a broadcast without one leaves by the first interface.
std::optional<Route> find_route(Ipv4Address destination, kernel::NetDevice* device = nullptr);

} // namespace net
