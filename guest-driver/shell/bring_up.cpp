// SPDX-License-Identifier: GPL-2.0-or-later
// The first minute, step by step.
#include "shell/bring_up.h"

#include <array>

#include "arch/clock.h"
#include "http/server.h"
#include "kernel/command_line.h"
#include "kernel/thread.h"
#include "net/dhcp_service.h"
#include "net/neighbour.h"
#include "net/ping.h"
#include "net/random.h"
#include "net/route.h"
#include "net/tcp.h"
#include "net/tcp_chargen.h"
#include "net/tcp_echo.h"
#include "net/udp_echo.h"
#include "shell/packet_story.h"
#include "shell/ping_statistics.h"
#include "shell/terminal.h"

namespace shell {

namespace {

using kernel::NetDevice;

constexpr uint64_t ms_ns = 1'000'000, second_ns = 1'000 * ms_ns;
constexpr uint64_t link_patience_ns = 3 * second_ns;
constexpr uint64_t lease_patience_ns = 20 * second_ns;
constexpr uint64_t ping_patience_ns = 4 * second_ns; ///< three ARP requests and a bit
constexpr uint64_t step_ns = 10 * ms_ns;
constexpr std::size_t ping_size = 56;

/// Asks `condition` until it holds; false when the time is over or Ctrl-C was typed.
template <typename Condition> bool wait_for(Condition condition, uint64_t patience_ns) {
    const uint64_t deadline = arch::now_ns() + patience_ns;
    while (!condition()) {
        if (arch::now_ns() >= deadline || terminal_interrupted())
            return false;
        kernel::sleep_ns(step_ns);
    }
    return true;
}

const char* open_interface(NetDevice& device, const Output& output) {
    const auto& mac = device.mac;
    uint64_t entropy = arch::now_ns();
    for (uint8_t byte : mac)
        entropy = entropy << 8 ^ entropy >> 56 ^ byte;
    net::random_seed(entropy);
    if (kernel::dev_open(device) != 0)
        return "the network card does not start";
    const bool link = wait_for([&] { return device.carrier; }, link_patience_ns);
    output.print("%s: up, irq %u, MAC address %02x:%02x:%02x:%02x:%02x:%02x, %s\n", device.name, device.irq,
                 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], link ? "link" : "no link");
    return nullptr;
}

void print_configuration(const Output& output, const NetDevice& device, const char* origin) {
    const net::InterfaceAddress own = net::interface_address(&device);
    output.print("%s: address %s/%u %s", device.name, net::to_text(own.address).text, own.prefix_length,
                 origin);
    if (const net::Gateway gateway = net::default_gateway(); gateway.device)
        output.print(", gateway %s", net::to_text(gateway.address).text);
}

const char* configure_static(NetDevice& device, std::string_view option, const Output& output) {
    const auto given = parse_static_address(option);
    if (!given)
        return "the option ip= must look like ip=10.0.0.2/24,gw=10.0.0.1";
    net::set_interface_address(device, given->address);
    if (given->gateway)
        net::set_default_gateway({&device, *given->gateway});
    print_configuration(output, device, "from the command line");
    output.write("\n");
    return nullptr;
}

const char* configure_by_dhcp(NetDevice& device, const Output& output) {
    if (!net::dhcp_start(device))
        return "no thread for the DHCP client";
    if (!wait_for([&] { return net::dhcp_lease(&device).has_value(); }, lease_patience_ns))
        return "no DHCP server answers (the client goes on asking)";
    const net::DhcpLease lease = *net::dhcp_lease(&device);
    print_configuration(output, device, "by DHCP");
    if (lease.dns)
        output.print(", DNS %s", net::to_text(*lease.dns).text);
    if (lease.end_ns == net::DhcpClient::forever_ns)
        output.write(", for ever\n");
    else
        output.print(", for %llu s\n",
                     static_cast<unsigned long long>((lease.end_ns - lease.obtained_ns) / second_ns));
    return nullptr;
}

void print_neighbour(const Output& output, net::Ipv4Address address) {
    std::array<net::Neighbour, net::neighbour_limits::entries> entries;
    const std::size_t count = net::neighbours().list(entries);
    for (const net::Neighbour& entry : std::span(entries).first(count))
        if (entry.address == address && entry.has_mac())
            output.print("%s is at %02x:%02x:%02x:%02x:%02x:%02x", net::to_text(address).text, entry.mac[0],
                         entry.mac[1], entry.mac[2], entry.mac[3], entry.mac[4], entry.mac[5]);
}

/// Round trip time in microseconds; nothing if no reply came.
std::optional<uint64_t> ping_once(net::Ipv4Address address, uint16_t sequence) {
    net::PingSocket socket;
    const uint64_t sent = arch::now_ns();
    if (socket.send(address, sequence, ping_size) != net::PingError::None)
        return std::nullopt;
    while (const auto event = socket.receive(sent + ping_patience_ns))
        if (event->type == net::icmp_type::echo_reply && event->sequence == sequence)
            return (event->time_ns > sent ? event->time_ns - sent : 0) / 1000;
    return std::nullopt;
}

const char* meet_gateway(NetDevice& device, const Output& output) {
    const net::Gateway gateway = net::default_gateway();
    if (!gateway.device) {
        output.write("No gateway is known; type trace to see the way of the next frame.\n");
        return nullptr;
    }
    const auto rtt_us = ping_once(gateway.address, 1);
    if (!rtt_us)
        return "the gateway does not answer";
    print_neighbour(output, gateway.address);
    output.write(" and answered a ping in ");
    print_round_trip(output, *rtt_us);
    output.write(" ms\n\n");
    recording_begin(device);
    const bool answered = ping_once(gateway.address, 2).has_value();
    const Recording recording = recording_end(device);
    if (!answered || !print_story(output, recording, FrameKind::Icmp))
        return "the way of the gateway's second answer was not recorded";
    return nullptr;
}

const char* network_up(NetDevice& device, const Output& output) {
    if (const char* failure = open_interface(device, output))
        return failure;
    const auto address = kernel::command_line_option("ip");
    if (const char* failure =
            address ? configure_static(device, *address, output) : configure_by_dhcp(device, output))
        return failure;
    return meet_gateway(device, output);
}

const char* start_tcp_services() {
    if (const char* failure = net::tcp_start())
        return failure;
    if (const char* failure = net::tcp_echo_start())
        return failure;
    if (const char* failure = net::tcp_chargen_start())
        return failure;
    return http::start();
}

} // namespace

std::optional<StaticAddress> parse_static_address(std::string_view text) {
    constexpr std::string_view gateway_key = "gw=";
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto address = net::parse_interface_address(text.substr(0, comma));
    if (!address)
        return std::nullopt;
    if (comma == text.size())
        return StaticAddress{*address, std::nullopt};
    std::string_view rest = text.substr(comma + 1);
    if (!rest.starts_with(gateway_key))
        return std::nullopt;
    const auto gateway = net::parse_ipv4_address(rest.substr(gateway_key.size()));
    if (!gateway || !address->on_link(*gateway) || *gateway == address->address)
        return std::nullopt;
    return StaticAddress{*address, gateway};
}

const char* bring_up(const Output& output) {
    const auto devices = kernel::net_devices();
    if (devices.empty())
        return "no network card that the driver knows";
    const char* failure = network_up(*devices[0], output);
    if (const char* no_echo = net::udp_echo_start())
        return failure ? failure : no_echo;
    output.print("\nUDP echo service on port %u.\n", net::echo_port);
    if (const char* no_tcp = start_tcp_services())
        output.print("No TCP: %s.\n", no_tcp);
    else
        output.print("TCP echo service on port %u, characters on port %u, counters by HTTP on port %u.\n",
                     net::echo_port, net::chargen_port, http::port);
    return failure;
}

} // namespace shell
