// SPDX-License-Identifier: GPL-2.0-or-later
// The first minute: the network comes up and a first frame's way is shown.
#pragma once

#include <optional>
#include <string_view>

#include "net/interface.h"
#include "shell/output.h"

namespace shell {

/// Interface up, address (DHCP, or `ip=` on the kernel command line), gateway, the way of one frame, echo
/// service. Returns nullptr, or what went wrong; what can still be done is done nevertheless.
const char* bring_up(const Output& output);

/// Value of the option `ip=`: "10.0.0.2/24" or "10.0.0.2/24,gw=10.0.0.1".
struct StaticAddress {
    net::InterfaceAddress address;
    std::optional<net::Ipv4Address> gateway;
};
std::optional<StaticAddress> parse_static_address(std::string_view text);

} // namespace shell
