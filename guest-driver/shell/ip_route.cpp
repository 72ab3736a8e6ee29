// SPDX-License-Identifier: GPL-2.0-or-later
// ip route.
#include <algorithm>
#include <array>
#include <optional>

#include "kernel/command_line.h"
#include "net/interface.h"
#include "net/route.h"
#include "shell/ip_objects.h"

namespace shell {

namespace {

void print_route(const Output& output, const net::RouteEntry& route) {
    if (route.prefix_length == 0)
        output.write("default ");
    else if (route.prefix_length == 32)
        output.print("%s ", net::to_text(route.network).text);
    else
        output.print("%s/%u ", net::to_text(route.network).text, route.prefix_length);
    if (!route.gateway.is_any())
        output.print("via %s ", net::to_text(route.gateway).text);
    output.print("dev %s ", route.device->name);
    if (route.origin != net::RouteOrigin::Boot)
        output.write(route.origin == net::RouteOrigin::Kernel ? "proto kernel " : "proto dhcp ");
    if (route.gateway.is_any())
        output.write("scope link ");
    if (route.origin == net::RouteOrigin::Kernel)
        output.print("src %s ", net::to_text(net::interface_address(route.device).address).text);
    if (route.metric)
        output.print("metric %u ", route.metric);
    output.write("\n");
}

/// "default", "10.1.0.0/16", "10.1.2.3": network and prefix length.
bool parse_target(std::string_view text, net::RouteEntry& route) {
    if (text == "default" || text == "0.0.0.0/0")
        return true;
    const std::size_t slash = std::min(text.find('/'), text.size());
    const auto network = net::parse_ipv4_address(text.substr(0, slash));
    const auto length =
        slash == text.size() ? std::optional<uint32_t>(32) : kernel::parse_number(text.substr(slash + 1));
    if (!network || !length || *length > 32)
        return false;
    route.network = *network;
    route.prefix_length = *length;
    return true;
}

bool parse_route(Arguments& arguments, net::RouteEntry& route) {
    if (!parse_target(arguments.take(), route))
        return false;
    while (!arguments.empty()) {
        const std::string_view key = arguments.take(), value = arguments.take();
        const auto gateway = key == "via" ? net::parse_ipv4_address(value) : std::nullopt;
        const auto metric = key == "metric" ? kernel::parse_number(value) : std::nullopt;
        kernel::NetDevice* device = key == "dev" ? find_device(value) : nullptr;
        if (!gateway && !metric && !device)
            return false;
        route.gateway = gateway.value_or(route.gateway);
        route.metric = metric.value_or(route.metric);
        route.device = device ? device : route.device;
    }
    return true;
}

const char* error_text(net::RouteError error) {
    switch (error) {
    case net::RouteError::None:
        return "";
    case net::RouteError::Exists:
        return "RTNETLINK answers: File exists\n";
    case net::RouteError::NotFound:
        return "RTNETLINK answers: No such process\n";
    case net::RouteError::InvalidPrefix:
        return "Error: Invalid prefix for given prefix length.\n";
    case net::RouteError::InvalidGateway:
        return "Error: Nexthop has invalid gateway.\n";
    case net::RouteError::DeviceDown:
        return "Error: Device for nexthop is not up.\n";
    case net::RouteError::TableFull:
        return "RTNETLINK answers: No buffer space available\n";
    }
    return "";
}

} // namespace

void show_routes(const IpRequest& request, const Output& output) {
    std::array<net::RouteEntry, net::max_routes> routes;
    const std::size_t count = net::list_routes(routes);
    for (const net::RouteEntry& route : std::span(routes).first(count))
        if (request.wants(route.device))
            print_route(output, route);
}

void get_route(Arguments& arguments, const Output& output) {
    const auto destination = net::parse_ipv4_address(arguments.take());
    if (!destination)
        return output.write("Usage: ip route get ADDRESS\n");
    const auto route = net::find_route(*destination);
    if (!route)
        return output.write("RTNETLINK answers: Network is unreachable\n");
    output.print("%s ", net::to_text(*destination).text);
    if (route->next_hop != *destination)
        output.print("via %s ", net::to_text(route->next_hop).text);
    output.print("dev %s src %s uid 0 \n    cache \n", route->device->name, net::to_text(route->source).text);
}

void change_route(Arguments& arguments, const Output& output, bool add) {
    net::RouteEntry route;
    if (!parse_route(arguments, route) || (add && !route.device && route.gateway.is_any()))
        return output.write("Usage: ip route add|del default|NETWORK[/PREFIX] [via ADDRESS] [dev DEVICE] "
                            "[metric NUMBER]\n");
    output.write(error_text(add ? net::add_route(route) : net::delete_route(route)));
}

} // namespace shell
