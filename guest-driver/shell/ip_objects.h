// SPDX-License-Identifier: GPL-2.0-or-later
// What the objects of the command ip share.
#pragma once

#include "shell/arguments.h"

namespace shell {

struct IpRequest {
    unsigned statistics = 0;           ///< how often -s was given
    kernel::NetDevice* only = nullptr; ///< nullptr: all

    bool wants(const kernel::NetDevice* device) const { return !only || only == device; }
};

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
