// SPDX-License-Identifier: GPL-2.0-or-later
// What the objects of the command ip share.
#pragma once

#include <optional>

#include "shell/arguments.h"

namespace shell {

struct IpRequest {
    unsigned statistics = 0;           ///< how often -s was given
    bool brief = false;                ///< -br: a line for each
    bool only_ipv4 = false;            ///< -4
    bool only_ipv6 = false;            ///< -6: there is none of it
    kernel::NetDevice* only = nullptr; ///< nullptr: all

    bool wants(const kernel::NetDevice* device) const { return !only || only == device; }
};

/// `function(NetDevice&, index)` for each interface that is wanted; the first one has index 1.
template <typename Function> void for_each_selected(const IpRequest& request, Function function) {
    unsigned index = 0;
    for (kernel::NetDevice* device : kernel::net_devices()) {
        index++;
        if (request.wants(device))
            function(*device, index);
    }
}

/// "52:54:00:12:34:56"
std::optional<kernel::MacAddress> parse_mac(std::string_view text);

// ip_link.cpp
/// The device of that name, or that `dev NAME` or `NAME` means; nullptr if there is none, which has been
/// said.
kernel::NetDevice* named_device(std::string_view name, const Output& output);
kernel::NetDevice* take_device(Arguments& arguments, const Output& output);
/// The lines of `ip link`; without `hardware` only the first.
void print_link(const Output& output, const kernel::NetDevice& device, unsigned index, const char* mode,
                bool hardware = true);
const char* link_state(const kernel::NetDevice& device);
void show_links(const IpRequest& request, const Output& output);
void set_link(Arguments& arguments, const Output& output);
void show_multicast_addresses(const IpRequest& request, const Output& output);
void change_multicast_address(Arguments& arguments, const Output& output, bool add);

// ip_address.cpp
void show_addresses(const IpRequest& request, const Output& output);
void change_address(Arguments& arguments, const Output& output, bool add);
void flush_addresses(Arguments& arguments, const Output& output);

// ip_neighbour.cpp
void show_neighbours(const IpRequest& request, const Output& output);
/// `what`: add, replace, del.
void change_neighbour(Arguments& arguments, const Output& output, std::string_view what);
void flush_neighbours(Arguments& arguments, const Output& output);

// ip_route.cpp
void show_routes(const IpRequest& request, const Output& output);
/// The way that a packet to an address would take.
void get_route(Arguments& arguments, const Output& output);
void change_route(Arguments& arguments, const Output& output, bool add);

} // namespace shell
