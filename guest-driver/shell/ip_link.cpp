// SPDX-License-Identifier: GPL-2.0-or-later
// ip link and ip maddr: interfaces, what they let in, and how that is changed.
#include <algorithm>
#include <optional>

#include "kernel/command_line.h"
#include "kernel/context.h"
#include "net/neighbour.h"
#include "shell/error_text.h"
#include "shell/ip_objects.h"
#include "shell/link_statistics.h"

namespace shell {

namespace {

using kernel::MacAddress;
using kernel::NetDevice;

constexpr unsigned smallest_mtu = 68, largest_mtu = 1500; ///< those of Linux's e100
constexpr int error_not_available = -99;                  // EADDRNOTAVAIL

bool is_group(const MacAddress& mac) { return mac[0] & 1; }
bool may_be_a_station(const MacAddress& mac) { return !is_group(mac) && mac != MacAddress{}; }

void print_mac(const Output& output, const MacAddress& mac) {
    output.print("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

void print_flags(const Output& output, const NetDevice& device) {
    output.print("<%sBROADCAST,MULTICAST%s%s%s%s>", device.up && !device.carrier ? "NO-CARRIER," : "",
                 device.all_multicast ? ",ALLMULTI" : "", device.promiscuous ? ",PROMISC" : "",
                 device.up ? ",UP" : "", device.up && device.carrier ? ",LOWER_UP" : "");
}

/// What `ip link set` was asked for.
struct LinkChange {
    std::string_view name;
    std::optional<bool> up, promiscuous, all_multicast;
    std::optional<unsigned> mtu;
    std::optional<MacAddress> mac;
};

void incomplete(const Output& output) { output.write("Command line is not complete. Try option \"help\"\n"); }

bool take_switch(Arguments& arguments, std::string_view what, std::optional<bool>& into,
                 const Output& output) {
    const std::string_view word = arguments.take();
    into = word == "on";
    if (word == "on" || word == "off")
        return true;
    if (word.empty())
        incomplete(output);
    else
        output.print("Error: argument of \"%.*s\" must be \"on\" or \"off\", not \"%.*s\"\n", length_of(what),
                     what.data(), length_of(word), word.data());
    return false;
}

bool take_mtu(Arguments& arguments, LinkChange& change, const Output& output) {
    const std::string_view word = arguments.take();
    change.mtu = kernel::parse_number(word);
    if (word.empty())
        incomplete(output);
    else if (!change.mtu)
        output.print("Error: argument \"%.*s\" is wrong: Invalid \"mtu\" value\n\n", length_of(word),
                     word.data());
    return change.mtu.has_value();
}

bool take_mac(Arguments& arguments, std::optional<MacAddress>& into, const Output& output) {
    const std::string_view word = arguments.take();
    into = parse_mac(word);
    if (word.empty())
        incomplete(output);
    else if (!into)
        output.print("\"%.*s\" is invalid lladdr.\n", length_of(word), word.data());
    return into.has_value();
}

bool take_change(Arguments& arguments, LinkChange& change, const Output& output) {
    const std::string_view word = arguments.take();
    if (word == "up" || word == "down") {
        change.up = word == "up";
        return true;
    }
    if (word == "promisc")
        return take_switch(arguments, word, change.promiscuous, output);
    if (word == "allmulticast")
        return take_switch(arguments, word, change.all_multicast, output);
    if (word == "mtu")
        return take_mtu(arguments, change, output);
    if (word == "address")
        return take_mac(arguments, change.mac, output);
    const bool named = !change.name.empty();
    const std::string_view name = word == "dev" ? arguments.take() : word;
    if (name.empty())
        incomplete(output);
    else if (named)
        output.print("Error: either \"dev\" is duplicate, or \"%.*s\" is a garbage.\n", length_of(name),
                     name.data());
    else
        change.name = name;
    return !named && !name.empty();
}

int set_mac(NetDevice& device, const MacAddress& mac) {
    if (!device.operations->set_mac_address)
        return error_not_supported;
    if (!may_be_a_station(mac))
        return error_not_available;
    const int error = device.operations->set_mac_address(device, mac);
    kernel::BhGuard guard;
    net::neighbours().flush(&device, /*permanent_too=*/false); // they know us by the old one
    return error;
}

void filter_changed(NetDevice& device) {
    if (device.operations->set_rx_mode)
        device.operations->set_rx_mode(device);
}

int set_up(NetDevice& device, bool up) {
    if (up)
        return kernel::dev_open(device);
    kernel::dev_close(device);
    kernel::BhGuard guard;
    net::neighbours().flush(&device);
    return 0;
}

/// Returns a negative errno.
int apply(NetDevice& device, const LinkChange& change) {
    if (change.mtu)
        device.mtu = static_cast<uint16_t>(*change.mtu);
    if (change.mac)
        if (const int error = set_mac(device, *change.mac))
            return error;
    if (change.promiscuous || change.all_multicast) {
        device.promiscuous = change.promiscuous.value_or(device.promiscuous);
        device.all_multicast = change.all_multicast.value_or(device.all_multicast);
        filter_changed(device);
    }
    return change.up ? set_up(device, *change.up) : 0;
}

void show_multicast(const Output& output, const NetDevice& device, unsigned index) {
    output.print("%u:\t%s\n", index, device.name);
    for (const MacAddress& mac : std::span(device.multicast).first(device.multicast_count)) {
        output.write("\tlink  ");
        print_mac(output, mac);
        output.write(" static\n");
    }
}

} // namespace

void print_link(const Output& output, const NetDevice& device, unsigned index, const char* mode,
                bool hardware) {
    output.print("%u: %s: ", index, device.name);
    print_flags(output, device);
    output.print(" mtu %u qdisc %s state %s %sgroup default qlen %u\n", device.mtu,
                 device.up ? "pfifo" : "noop", link_state(device), mode,
                 static_cast<unsigned>(kernel::tx_queue_limit));
    if (!hardware)
        return;
    output.write("    link/ether ");
    print_mac(output, device.mac);
    output.write(" brd ff:ff:ff:ff:ff:ff\n");
}

const char* link_state(const NetDevice& device) { return device.up && device.carrier ? "UP" : "DOWN"; }

void show_links(const IpRequest& request, const Output& output) {
    for_each_selected(request, [&](const NetDevice& device, unsigned index) {
        if (request.brief) {
            output.print("%-16s %-14s ", device.name, link_state(device));
            print_mac(output, device.mac);
            output.write(" ");
            print_flags(output, device);
            return output.write(" \n");
        }
        print_link(output, device, index, "mode DEFAULT ");
        if (request.statistics > 0)
            print_link_statistics(output, device.stats, request.statistics > 1);
    });
}

NetDevice* named_device(std::string_view name, const Output& output) {
    NetDevice* device = find_device(name);
    if (name.empty())
        output.write("Not enough information: \"dev\" argument is required.\n");
    else if (!device)
        output.print("Cannot find device \"%.*s\"\n", length_of(name), name.data());
    return device;
}

NetDevice* take_device(Arguments& arguments, const Output& output) {
    arguments.take_if("dev");
    return named_device(arguments.take(), output);
}

void set_link(Arguments& arguments, const Output& output) {
    LinkChange change;
    while (!arguments.empty())
        if (!take_change(arguments, change, output))
            return;
    NetDevice* device = named_device(change.name, output);
    if (!device)
        return;
    if (change.mtu && *change.mtu < smallest_mtu)
        return output.write("Error: mtu less than device minimum.\n");
    if (change.mtu && *change.mtu > largest_mtu)
        return output.write("Error: mtu greater than device maximum.\n");
    if (const int error = apply(*device, change))
        output.print("RTNETLINK answers: %s\n", error_text(error));
}

void show_multicast_addresses(const IpRequest& request, const Output& output) {
    for_each_selected(
        request, [&](const NetDevice& device, unsigned index) { show_multicast(output, device, index); });
}

void change_multicast_address(Arguments& arguments, const Output& output, bool add) {
    std::optional<MacAddress> mac;
    if (!take_mac(arguments, mac, output))
        return;
    NetDevice* device = take_device(arguments, output);
    if (!device)
        return;
    const auto begin = device->multicast.begin(), end = begin + device->multicast_count;
    const auto at = std::find(begin, end, *mac);
    const char* problem = nullptr;
    if (!is_group(*mac))
        problem = "Invalid argument";
    else if (add && at != end)
        problem = "File exists";
    else if (add && at == device->multicast.end())
        problem = "No buffer space available";
    else if (!add && at == end)
        problem = "No such file or directory";
    if (problem)
        return output.print("ioctl: %s\n", problem);
    if (add)
        *at = *mac;
    else
        std::copy(at + 1, end, at);
    device->multicast_count = add ? device->multicast_count + 1 : device->multicast_count - 1;
    filter_changed(*device);
}

} // namespace shell
