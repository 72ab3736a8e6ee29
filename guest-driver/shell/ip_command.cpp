// SPDX-License-Identifier: GPL-2.0-or-later
// ip: addresses, links, neighbours and routes, printed as iproute2 prints them.
#include <array>

#include "arch/clock.h"
#include "kernel/command_line.h"
#include "kernel/timer.h"
#include "net/dhcp_service.h"
#include "net/interface.h"
#include "net/neighbour.h"
#include "net/route.h"
#include "shell/arguments.h"
#include "shell/link_statistics.h"

namespace shell {

namespace {

using kernel::NetDevice;

constexpr uint64_t second_ns = 1'000'000'000;

struct Request {
    unsigned statistics = 0; ///< how often -s was given
    NetDevice* only = nullptr;
};

bool selected(const Request& request, const NetDevice* device) {
    return !request.only || request.only == device;
}

template <typename Function> void for_each_selected(const Request& request, Function function) {
    unsigned index = 0;
    for (NetDevice* device : kernel::net_devices()) {
        index++;
        if (selected(request, device))
            function(*device, index);
    }
}

void print_link(const Output& output, const NetDevice& device, unsigned index, const char* mode) {
    const auto& mac = device.mac;
    output.print("%u: %s: <%sBROADCAST,MULTICAST%s%s> mtu %u qdisc %s state %s %sgroup default qlen %u\n",
                 index, device.name, device.up && !device.carrier ? "NO-CARRIER," : "",
                 device.up ? ",UP" : "", device.up && device.carrier ? ",LOWER_UP" : "", device.mtu,
                 device.up ? "pfifo" : "noop", device.up && device.carrier ? "UP" : "DOWN", mode,
                 static_cast<unsigned>(kernel::tx_queue_limit));
    output.print("    link/ether %02x:%02x:%02x:%02x:%02x:%02x brd ff:ff:ff:ff:ff:ff\n", mac[0], mac[1],
                 mac[2], mac[3], mac[4], mac[5]);
}

void print_lifetime(const Output& output, const NetDevice& device) {
    const auto lease = net::dhcp_lease(&device);
    const uint64_t now = arch::now_ns();
    if (!lease || lease->end_ns == net::DhcpClient::forever_ns)
        return output.write("       valid_lft forever preferred_lft forever\n");
    const uint64_t left = lease->end_ns > now ? (lease->end_ns - now) / second_ns : 0;
    output.print("       valid_lft %llusec preferred_lft %llusec\n", static_cast<unsigned long long>(left),
                 static_cast<unsigned long long>(left));
}

void print_address(const Output& output, const NetDevice& device) {
    const net::InterfaceAddress own = net::interface_address(&device);
    if (own.address.is_any())
        return;
    output.print("    inet %s/%u", net::to_text(own.address).text, own.prefix_length);
    if (!own.broadcast().is_limited_broadcast())
        output.print(" brd %s", net::to_text(own.broadcast()).text);
    output.print(" scope global %s%s\n", net::dhcp_lease(&device) ? "dynamic " : "", device.name);
    print_lifetime(output, device);
}

void show_links(const Request& request, const Output& output) {
    for_each_selected(request, [&](NetDevice& device, unsigned index) {
        print_link(output, device, index, "mode DEFAULT ");
        if (request.statistics > 0)
            print_link_statistics(output, device.stats, request.statistics > 1);
    });
}

void show_addresses(const Request& request, const Output& output) {
    for_each_selected(request, [&](NetDevice& device, unsigned index) {
        print_link(output, device, index, "");
        print_address(output, device);
        if (request.statistics > 0)
            print_link_statistics(output, device.stats, request.statistics > 1);
    });
}

void show_neighbours(const Request& request, const Output& output) {
    std::array<net::Neighbour, net::neighbour_limits::entries> entries;
    const std::size_t count = net::neighbours().list(entries);
    for (const net::Neighbour& entry : std::span(entries).first(count)) {
        if (!selected(request, entry.device))
            continue;
        output.print("%s dev %s ", net::to_text(entry.address).text, entry.device->name);
        if (entry.has_mac())
            output.print("lladdr %02x:%02x:%02x:%02x:%02x:%02x ", entry.mac[0], entry.mac[1], entry.mac[2],
                         entry.mac[3], entry.mac[4], entry.mac[5]);
        output.print("%s \n", net::neighbour_state_name(entry.state));
    }
}

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

void show_routes(const Request& request, const Output& output) {
    std::array<net::RouteEntry, net::max_routes> routes;
    const std::size_t count = net::list_routes(routes);
    for (const net::RouteEntry& route : std::span(routes).first(count))
        if (selected(request, route.device))
            print_route(output, route);
}

/// The way that a packet to an address would take.
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

// ---- Changes ----

void set_link(Arguments& arguments, const Output& output) {
    arguments.take_if("dev");
    const std::string_view name = arguments.take(), what = arguments.take();
    NetDevice* device = find_device(name);
    if (!device)
        return output.print("Cannot find device \"%.*s\"\n", length_of(name), name.data());
    if (what == "up") {
        if (const int error = kernel::dev_open(*device))
            output.print("RTNETLINK answers: error %d\n", -error);
    } else if (what == "down") {
        kernel::dev_close(*device);
        kernel::BhGuard guard;
        net::neighbours().flush(device);
    } else {
        output.write("Usage: ip link set DEVICE up|down\n");
    }
}

void change_address(Arguments& arguments, const Output& output, bool add) {
    const auto address = net::parse_interface_address(arguments.take());
    arguments.take_if("dev");
    NetDevice* device = find_device(arguments.take());
    if (!address || !device)
        return output.write("Usage: ip addr add|del ADDRESS/PREFIX dev DEVICE\n");
    if (add)
        net::set_interface_address(*device, *address);
    else if (net::interface_address(device) == *address)
        net::set_interface_address(*device, {});
    else
        output.write("RTNETLINK answers: Cannot assign requested address\n");
}

std::optional<net::MacAddress> parse_mac(std::string_view text) {
    constexpr std::size_t text_length = 17; // "52:54:00:12:34:56"
    net::MacAddress mac{};
    if (text.size() != text_length)
        return std::nullopt;
    for (std::size_t i = 0; i < text.size(); i++) {
        const char c = text[i];
        const int digit = c >= '0' && c <= '9'                     ? c - '0'
                          : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                                   : -1;
        if (i % 3 == 2 ? c != ':' : digit < 0)
            return std::nullopt;
        if (i % 3 != 2)
            mac[i / 3] = static_cast<uint8_t>(mac[i / 3] << 4 | digit);
    }
    return mac;
}

void flush_neighbours(Arguments& arguments, const Output& output) {
    const NetDevice* device = arguments.take_if("dev") ? find_device(arguments.take()) : nullptr;
    if (!device && !arguments.take_if("all"))
        return output.write("Flush requires arguments.\n");
    kernel::BhGuard guard;
    net::neighbours().flush(device, /*permanent_too=*/false);
}

void change_neighbour(Arguments& arguments, const Output& output, std::string_view what) {
    const auto address = net::parse_ipv4_address(arguments.take());
    std::optional<net::MacAddress> mac;
    NetDevice* device = nullptr;
    bool understood = address.has_value();
    while (understood && !arguments.empty()) {
        const std::string_view key = arguments.take(), value = arguments.take();
        if (key == "lladdr")
            understood = (mac = parse_mac(value)).has_value();
        else if (key == "dev")
            understood = (device = find_device(value)) != nullptr;
        else
            understood = key == "nud" && value == "permanent";
    }
    if (!understood || !device || (what != "del" && !mac))
        return output.write("Usage: ip neigh add|replace|del ADDRESS [lladdr MAC] dev DEVICE\n");
    kernel::BhGuard guard;
    if (what == "del") {
        if (!net::neighbours().remove(*device, *address))
            output.write("RTNETLINK answers: No such file or directory\n");
    } else if (!net::neighbours().set(*device, *address, *mac, net::NeighbourState::Permanent,
                                      kernel::jiffies())) {
        output.write("RTNETLINK answers: No buffer space available\n");
    }
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
        NetDevice* device = key == "dev" ? find_device(value) : nullptr;
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

void change_route(Arguments& arguments, const Output& output, bool add) {
    net::RouteEntry route;
    if (!parse_route(arguments, route) || (add && !route.device && route.gateway.is_any()))
        return output.write("Usage: ip route add|del default|NETWORK[/PREFIX] [via ADDRESS] [dev DEVICE] "
                            "[metric NUMBER]\n");
    output.write(error_text(add ? net::add_route(route) : net::delete_route(route)));
}

// ---- Dispatch ----

using Show = void (*)(const Request&, const Output&);

void show_object(Show show, Request request, Arguments& arguments, const Output& output) {
    if (!arguments.take_if("show"))
        arguments.take_if("list");
    arguments.take_if("dev");
    if (!arguments.empty()) {
        const std::string_view name = arguments.take();
        request.only = find_device(name);
        if (!request.only)
            return output.print("Device \"%.*s\" does not exist.\n", length_of(name), name.data());
    }
    show(request, output);
}

} // namespace

void ip_command(Words words, const Output& output) {
    Arguments arguments(words);
    Request request;
    for (; arguments.peek().starts_with('-'); arguments.take()) {
        if (arguments.peek() != "-s" && arguments.peek() != "-statistics")
            return output.print("Option \"%.*s\" is unknown, try \"ip help\".\n", length_of(arguments.peek()),
                                arguments.peek().data());
        request.statistics++;
    }
    const std::string_view object = arguments.take();
    const bool add = arguments.peek() == "add";
    const bool change = add || arguments.peek() == "del";
    if (abbreviates(object, "address")) {
        if (!change)
            return show_object(show_addresses, request, arguments, output);
        arguments.take();
        return change_address(arguments, output, add);
    }
    if (abbreviates(object, "link")) {
        if (arguments.take_if("set"))
            return set_link(arguments, output);
        return show_object(show_links, request, arguments, output);
    }
    if (abbreviates(object, "neighbour") || abbreviates(object, "neighbor")) {
        if (arguments.take_if("flush"))
            return flush_neighbours(arguments, output);
        if (!change && arguments.peek() != "replace")
            return show_object(show_neighbours, request, arguments, output);
        const std::string_view what = arguments.take();
        return change_neighbour(arguments, output, what);
    }
    if (abbreviates(object, "route")) {
        if (arguments.take_if("get"))
            return get_route(arguments, output);
        if (!change)
            return show_object(show_routes, request, arguments, output);
        arguments.take();
        return change_route(arguments, output, add);
    }
    if (object.empty() || object == "help")
        return output.write("Usage: ip [-s [-s]] addr|link|neigh|route [show [dev DEVICE]]\n"
                            "       ip link set DEVICE up|down\n"
                            "       ip addr add|del ADDRESS/PREFIX dev DEVICE\n"
                            "       ip neigh add|replace|del ADDRESS [lladdr MAC] dev DEVICE\n"
                            "       ip neigh flush all|dev DEVICE\n"
                            "       ip route add|del default|NETWORK[/PREFIX] [via ADDRESS] [dev DEVICE] "
                            "[metric NUMBER]\n"
                            "       ip route get ADDRESS\n");
    output.print("Object \"%.*s\" is unknown, try \"ip help\".\n", length_of(object), object.data());
}

} // namespace shell
