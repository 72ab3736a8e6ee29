// SPDX-License-Identifier: GPL-2.0-or-later
// ip addr.
#include "arch/clock.h"
#include "kernel/timer.h"
#include "net/dhcp_service.h"
#include "net/interface.h"
#include "shell/ip_objects.h"
#include "shell/link_statistics.h"

namespace shell {

namespace {

using kernel::NetDevice;

constexpr uint64_t second_ns = 1'000'000'000;

void print_lifetime(const Output& output, const NetDevice& device) {
    const auto lease = net::dhcp_lease(&device);
    const uint64_t now = arch::now_ns();
    if (!lease || lease->end_ns == net::DhcpClient::forever_ns)
        return output.write("       valid_lft forever preferred_lft forever\n");
    const uint64_t left = lease->end_ns > now ? (lease->end_ns - now) / second_ns : 0;
    output.print("       valid_lft %llusec preferred_lft %llusec\n", static_cast<unsigned long long>(left),
                 static_cast<unsigned long long>(left));
}

void print_address(const Output& output, const NetDevice& device, const net::InterfaceAddress& own) {
    output.print("    inet %s/%u", net::to_text(own.address).text, own.prefix_length);
    if (!own.broadcast().is_limited_broadcast())
        output.print(" brd %s", net::to_text(own.broadcast()).text);
    output.print(" scope global %s%s\n", net::dhcp_lease(&device) ? "dynamic " : "", device.name);
    print_lifetime(output, device);
}

void print_brief(const Output& output, const NetDevice& device, const net::InterfaceAddress& own) {
    output.print("%-16s %-14s ", device.name, link_state(device));
    if (!own.address.is_any())
        output.print("%s/%u ", net::to_text(own.address).text, own.prefix_length);
    output.write("\n");
}

} // namespace

void show_addresses(const IpRequest& request, const Output& output) {
    for_each_selected(request, [&](const NetDevice& device, unsigned index) {
        const net::InterfaceAddress own = net::interface_address(&device);
        if (request.only_ipv4 && own.address.is_any())
            return;
        if (request.brief)
            return print_brief(output, device, own);
        print_link(output, device, index, "", !request.only_ipv4);
        if (!own.address.is_any())
            print_address(output, device, own);
        if (request.statistics > 0)
            print_link_statistics(output, device.stats, request.statistics > 1);
    });
}

void change_address(Arguments& arguments, const Output& output, bool add) {
    const std::string_view text = arguments.take();
    const auto address = net::parse_interface_address(text);
    if (!address)
        return output.print("Error: any valid prefix is expected rather than \"%.*s\".\n", length_of(text),
                            text.data());
    NetDevice* device = take_device(arguments, output);
    if (!device)
        return;
    if (!arguments.empty()) {
        const std::string_view rest = arguments.take();
        return output.print("Error: either \"local\" is duplicate, or \"%.*s\" is a garbage.\n",
                            length_of(rest), rest.data());
    }
    const bool there = net::interface_address(device) == *address;
    if (add && there)
        return output.write("RTNETLINK answers: File exists\n");
    if (!add && !there)
        return output.write("RTNETLINK answers: Cannot assign requested address\n");
    net::set_interface_address(*device, add ? *address : net::InterfaceAddress{});
}

void flush_addresses(Arguments& arguments, const Output& output) {
    if (arguments.empty())
        return output.write("Flush requires arguments.\n");
    arguments.take_if("dev");
    const std::string_view name = arguments.take();
    NetDevice* device = find_device(name);
    if (!device)
        return output.print("Device \"%.*s\" does not exist.\n", length_of(name), name.data());
    net::set_interface_address(*device, {});
}

} // namespace shell
