// SPDX-License-Identifier: GPL-2.0-or-later
// TCP's part of /proc/net.
#include <array>

#include "shell/proc_files.h"

namespace shell {

namespace {

constexpr std::size_t line_width = 149;

/// Linux's numbers.
unsigned state_number(net::TcpState state) {
    static constexpr unsigned numbers[] = {10, 3, 1, 4, 5, 8, 11, 9, 6};
    return numbers[static_cast<std::size_t>(state)];
}

} // namespace

void format_tcp_row(const Output& output, unsigned row, const net::TcpSocketInfo& socket) {
    Text<line_width + 1> line;
    line.output().print("%4u: %08X:%04X %08X:%04X %02X %08X:%08X %02X:%08lX %08X %5u %8d %d", row,
                        raw(socket.local.address), socket.local.port, raw(socket.remote.address),
                        socket.remote.port, state_number(socket.state),
                        static_cast<unsigned>(socket.send_queue), static_cast<unsigned>(socket.receive_queue),
                        0u, 0ul, 0u, 0u, 0, 0);
    padded_line(output, line.view(), line_width);
}

void show_tcp(const Output& output) {
    padded_line(output,
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
                "inode",
                line_width);
    std::array<net::TcpSocketInfo, net::max_tcp_sockets> sockets;
    const std::size_t count = net::tcp_sockets(sockets);
    for (std::size_t i = 0; i < count; i++)
        format_tcp_row(output, static_cast<unsigned>(i), sockets[i]);
}

void show_tcp_counters(const Output& output) {
    if (!net::tcp_available())
        return;
    output.write("Tcp:");
    for (const char* name : net::tcp_counter_names)
        output.print(" %s", name);
    output.write("\nTcp:");
    for (const int64_t value : net::tcp_counters())
        output.print(" %lld", static_cast<long long>(value));
    output.write("\n");
}

} // namespace shell
