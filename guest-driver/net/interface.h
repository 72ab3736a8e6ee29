// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 configuration of the network interfaces.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kernel/net_device.h"
#include "net/ipv4_address.h"

namespace net {

/// Address 0.0.0.0: the interface has none.
struct InterfaceAddress {
    Ipv4Address address;
    unsigned prefix_length = 0;

    constexpr Ipv4Address mask() const { return prefix_mask(prefix_length); }
    constexpr Ipv4Address network() const { return Ipv4Address(address.value() & mask().value()); }
    /// RFC 3021: networks of 31 and 32 bits have none; then 255.255.255.255.
    constexpr Ipv4Address broadcast() const {
        return Ipv4Address(prefix_length >= 31 ? 0xffffffff : address.value() | ~mask().value());
    }
    constexpr bool on_link(Ipv4Address other) const {
        return !address.is_any() && ((address.value() ^ other.value()) & mask().value()) == 0;
    }
    constexpr bool operator==(const InterfaceAddress&) const = default;
};

/// "10.0.0.2/24"; nothing if it is anything else or no host can have that address.
std::optional<InterfaceAddress> parse_interface_address(std::string_view text);

/// Any context. Readers see address and prefix length that belong together.
InterfaceAddress interface_address(const kernel::NetDevice* device);
/// False if there is no room for another interface. The default {} removes the address.
bool set_interface_address(kernel::NetDevice& device, InterfaceAddress address);

/// An address of ours, on whatever interface.
bool is_local_address(Ipv4Address address);

/// The limited broadcast address or that of a network we are connected to.
bool is_broadcast_address(Ipv4Address address);

/// Forgets all addresses and routes.
void interfaces_reset();

} // namespace net
