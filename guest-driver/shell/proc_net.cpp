// SPDX-License-Identifier: GPL-2.0-or-later
// Files below /proc/net.
#include <array>

#include "net/reassembly.h"
#include "net/route.h"
#include "net/snmp.h"
#include "net/sysctl.h"
#include "shell/proc_files.h"

namespace shell {

namespace {

using Number = unsigned long long;

/// A header line of names and a line of values, as netstat(8) expects them.
template <typename Name>
void show_counters(const Output& output, const char* label, const net::Counters<Name>& counters,
                   std::span<const char* const> names, std::size_t first = 0) {
    for (std::size_t i = first; i < names.size(); i++)
        output.print(" %s", names[i]);
    output.print("\n%s:", label);
    for (std::size_t i = first; i < names.size(); i++)
        output.print(" %llu", static_cast<Number>(counters.get(static_cast<Name>(i))));
}

void show_icmp_types(const Output& output) {
    struct Direction {
        const char* name;
        const std::array<std::atomic<uint64_t>, 256>& counts;
    };
    const Direction directions[] = {{"InType", net::icmp_type_counters.in},
                                    {"OutType", net::icmp_type_counters.out}};
    bool any = false;
    auto for_each_used = [&](auto function) {
        for (const Direction& direction : directions)
            for (unsigned type = 0; type < direction.counts.size(); type++)
                if (const uint64_t count = direction.counts[type].load(std::memory_order_relaxed))
                    function(direction.name, type, count);
    };
    for_each_used([&](const char* name, unsigned type, uint64_t) {
        output.print("%s %s%u", any ? "" : "IcmpMsg:", name, type);
        any = true;
    });
    if (!any)
        return;
    output.write("\nIcmpMsg:");
    for_each_used(
        [&](const char*, unsigned, uint64_t count) { output.print(" %llu", static_cast<Number>(count)); });
    output.write("\n");
}

constexpr std::size_t udp_line_width = 127, route_line_width = 127;

void print_mac(const Output& output, const net::MacAddress& mac) {
    output.print("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

void route_row(const Output& output, const net::RouteEntry& route) {
    constexpr unsigned up = 1, gateway = 2, host = 4; // RTF_UP, RTF_GATEWAY, RTF_HOST
    const unsigned flags =
        up | (route.gateway.is_any() ? 0 : gateway) | (route.prefix_length == 32 ? host : 0);
    Text<route_line_width + 1> line;
    line.output().print("%s\t%08X\t%08X\t%04X\t%d\t%u\t%u\t%08X\t%d\t%u\t%u", route.device->name,
                        raw(route.network), raw(route.gateway), flags, 0, 0u, route.metric,
                        raw(net::prefix_mask(route.prefix_length)), 0, 0u, 0u);
    padded_line(output, line.view(), route_line_width);
}

} // namespace

unsigned raw(net::Ipv4Address address) { return __builtin_bswap32(address.value()); }

void padded_line(const Output& output, std::string_view text, std::size_t width) {
    output.write(text);
    for (std::size_t i = text.size(); i < width; i++)
        output.write(" ");
    output.write("\n");
}

void format_softnet_row(const Output& output, const kernel::SoftnetStats& stats,
                        const kernel::BacklogLengths& backlog, unsigned cpu) {
    constexpr uint64_t unused = 0;
    const uint64_t columns[] = {stats.processed,
                                stats.dropped,
                                stats.time_squeeze,
                                unused,
                                unused,
                                unused,
                                unused,
                                unused,
                                unused,
                                stats.received_rps,
                                stats.flow_limit,
                                uint64_t{backlog.input} + backlog.process,
                                cpu,
                                backlog.input,
                                backlog.process};
    const char* separator = "";
    for (uint64_t column : columns) {
        output.print("%s%08x", separator, static_cast<uint32_t>(column));
        separator = " ";
    }
    output.write("\n");
}

void show_softnet_stat(const Output& output) {
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++)
        format_softnet_row(output, kernel::softnet_stats(cpu), kernel::backlog_lengths(cpu), cpu);
}

void format_dev_row(const Output& output, const char* name, const kernel::NetDeviceStats& stats) {
    const Number rx_frame =
        stats.rx_length_errors + stats.rx_over_errors + stats.rx_crc_errors + stats.rx_frame_errors;
    const Number tx_carrier = stats.tx_carrier_errors + stats.tx_aborted_errors + stats.tx_window_errors +
                              stats.tx_heartbeat_errors;
    constexpr Number compressed = 0;
    output.print("%6s: %7llu %7llu %4llu %4llu %4llu %5llu %10llu %9llu", name,
                 static_cast<Number>(stats.rx_bytes), static_cast<Number>(stats.rx_packets),
                 static_cast<Number>(stats.rx_errors),
                 static_cast<Number>(stats.rx_dropped + stats.rx_missed_errors),
                 static_cast<Number>(stats.rx_fifo_errors), rx_frame, compressed,
                 static_cast<Number>(stats.multicast));
    output.print(" %8llu %7llu %4llu %4llu %4llu %5llu %7llu %10llu\n", static_cast<Number>(stats.tx_bytes),
                 static_cast<Number>(stats.tx_packets), static_cast<Number>(stats.tx_errors),
                 static_cast<Number>(stats.tx_dropped), static_cast<Number>(stats.tx_fifo_errors),
                 static_cast<Number>(stats.collisions), tx_carrier, compressed);
}

void show_dev(const Output& output) {
    output.write(
        "Inter-|   Receive                                                |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
        "fifo colls carrier compressed\n");
    for (const kernel::NetDevice* device : kernel::net_devices())
        format_dev_row(output, device->name, device->stats);
}

void show_snmp(const Output& output) {
    const unsigned forwarding = net::sysctl.ip_forward ? 1 : 2; // RFC 1213 ipForwarding
    output.write("Ip: Forwarding DefaultTTL");
    for (const char* name : net::ip_counter_names)
        output.print(" %s", name);
    output.print("\nIp: %u %u", forwarding, net::sysctl.ip_default_ttl.load());
    for (std::size_t i = 0; i < net::ip_counter_names.size(); i++)
        output.print(" %llu", static_cast<Number>(net::ip_counters.get(static_cast<net::Ip>(i))));
    output.write("\nIcmp:");
    show_counters(output, "Icmp", net::icmp_counters, net::icmp_counter_names);
    output.write("\n");
    show_icmp_types(output);
    show_tcp_counters(output);
    output.write("Udp:");
    show_counters(output, "Udp", net::udp_counters, net::udp_counter_names);
    output.write("\n");
}

void show_netstat(const Output& output) {
    output.write("TcpExt:");
    show_counters(output, "TcpExt", net::tcpext_counters, net::tcpext_counter_names);
    output.write("\nIpExt:");
    show_counters(output, "IpExt", net::ipext_counters, net::ipext_counter_names);
    output.write("\n");
}

void show_sockstat(const Output& output) {
    constexpr std::size_t page_bytes = 4096;
    std::array<net::UdpSocketInfo, 64> sockets;
    const std::size_t count = net::udp_sockets(sockets);
    std::size_t memory = 0;
    for (std::size_t i = 0; i < count; i++)
        memory += sockets[i].receive_memory;
    kernel::BhGuard guard;
    const net::Reassembly::Usage fragments = net::reassembly().usage();
    output.print("sockets: used %zu\nUDP: inuse %zu mem %zu\nFRAG: inuse %zu memory %zu\n", count, count,
                 (memory + page_bytes - 1) / page_bytes, fragments.datagrams, fragments.memory);
}

void format_udp_row(const Output& output, unsigned row, const net::UdpSocketInfo& socket) {
    constexpr unsigned unconnected = 7, connected = 1; // Linux's TCP_CLOSE and TCP_ESTABLISHED
    Text<udp_line_width + 1> line;
    line.output().print("%5u: %08X:%04X %08X:%04X %02X %08X:%08X %02X:%08lX %08X %5u %8d %lu %d %016llx %llu",
                        row, raw(socket.local.address), socket.local.port, raw(socket.remote.address),
                        socket.remote.port, socket.remote.port ? connected : unconnected, 0u,
                        static_cast<unsigned>(socket.receive_memory), 0u, 0ul, 0u, 0u, 0,
                        static_cast<unsigned long>(socket.inode), 2, 0ull, static_cast<Number>(socket.drops));
    padded_line(output, line.view(), udp_line_width);
}

void show_udp(const Output& output) {
    padded_line(output,
                "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
                "inode ref pointer drops",
                udp_line_width);
    std::array<net::UdpSocketInfo, 64> sockets;
    const std::size_t count = net::udp_sockets(sockets);
    for (std::size_t i = 0; i < count; i++)
        format_udp_row(output, static_cast<unsigned>(i), sockets[i]);
}

void format_arp_row(const Output& output, const net::Neighbour& neighbour) {
    constexpr unsigned complete = 2, permanent = 4; // ATF_COM, ATF_PERM
    const unsigned flags = (neighbour.has_mac() ? complete : 0) |
                           (neighbour.state == net::NeighbourState::Permanent ? permanent : 0);
    output.print("%-16s 0x%-10x0x%-10x", net::to_text(neighbour.address).text, 1u, flags);
    print_mac(output, neighbour.has_mac() ? neighbour.mac : net::MacAddress{});
    output.print("     *        %s\n", neighbour.device->name);
}

void show_arp(const Output& output) {
    output.write("IP address       HW type     Flags       HW address            Mask     Device\n");
    std::array<net::Neighbour, net::neighbour_limits::entries> entries;
    const std::size_t count = net::neighbours().list(entries);
    for (std::size_t i = 0; i < count; i++)
        format_arp_row(output, entries[i]);
}

void show_route(const Output& output) {
    padded_line(output, "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
                route_line_width);
    std::array<net::RouteEntry, net::max_routes> routes;
    const std::size_t count = net::list_routes(routes);
    for (const net::RouteEntry& route : std::span(routes).first(count))
        route_row(output, route);
}

} // namespace shell
