// SPDX-License-Identifier: GPL-2.0-or-later
// ip: addresses and links, printed as iproute2 prints them; neighbours and routes are in files of their own.
#include <array>

#include "arch/clock.h"
#include "kernel/command_line.h"
#include "kernel/timer.h"
#include "net/dhcp_service.h"
#include "net/interface.h"
#include "net/neighbour.h"
#include "net/route.h"
#include "shell/arguments.h"
#include "shell/ip_objects.h"
#include "shell/link_statistics.h"

namespace shell {

namespace {

using kernel::NetDevice;

constexpr uint64_t second_ns = 1'000'000'000;

template <typename Function> void for_each_selected(const IpRequest& request, Function function) {
    unsigned index = 0;
    for (NetDevice* device : kernel::net_devices()) {
        index++;
        if (request.wants(device))
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

void show_links(const IpRequest& request, const Output& output) {
    for_each_selected(request, [&](NetDevice& device, unsigned index) {
        print_link(output, device, index, "mode DEFAULT ");
        if (request.statistics > 0)
            print_link_statistics(output, device.stats, request.statistics > 1);
    });
}

void show_addresses(const IpRequest& request, const Output& output) {
    for_each_selected(request, [&](NetDevice& device, unsigned index) {
        print_link(output, device, index, "");
        print_address(output, device);
        if (request.statistics > 0)
            print_link_statistics(output, device.stats, request.statistics > 1);
    });
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

// ---- Dispatch ----

using Show = void (*)(const IpRequest&, const Output&);

void show_object(Show show, IpRequest request, Arguments& arguments, const Output& output) {
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
    IpRequest request;
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
