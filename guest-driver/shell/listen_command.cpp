// SPDX-License-Identifier: GPL-2.0-or-later
// listen: a UDP socket that counts what it gets, or that reads nothing, to see a receive queue overflow.
#include <array>

#include "arch/clock.h"
#include "kernel/command_line.h"
#include "kernel/thread.h"
#include "net/socket.h"
#include "net/udp_sink.h"
#include "shell/arguments.h"
#include "shell/terminal.h"

namespace shell {

namespace {

using Number = unsigned long long;

constexpr uint64_t interrupt_check_ns = 50'000'000;
constexpr const char* usage = "Usage: listen [-n] PORT\n";

struct Count {
    uint64_t datagrams = 0, bytes = 0;
};

/// Reads until nothing comes for `patience_ns`.
void read_all(net::UdpSocket& socket, uint64_t patience_ns, Count& count) {
    while (const net::Datagram datagram = socket.receive_packet(arch::now_ns() + patience_ns)) {
        count.datagrams++;
        count.bytes += datagram.packet->length();
        kernel::consume_packet(datagram.packet);
        if (terminal_interrupted() && patience_ns > 0)
            return;
    }
}

void listen(net::UdpSocket& socket, bool read, const Output& output) {
    Count count;
    while (!terminal_interrupted()) {
        if (read)
            read_all(socket, interrupt_check_ns, count);
        else
            kernel::sleep_ns(interrupt_check_ns);
    }
    const net::UdpSocketInfo full = socket.info();
    read_all(socket, 0, count);
    output.print("%llu datagrams read, %llu bytes; %zu bytes were queued, %llu datagrams dropped\n",
                 static_cast<Number>(count.datagrams), static_cast<Number>(count.bytes), full.receive_memory,
                 static_cast<Number>(full.drops));
}

} // namespace

void listen_command(Words words, const Output& output) {
    Arguments arguments(words);
    const bool read = !arguments.take_if("-n");
    const auto port = kernel::parse_number(arguments.take());
    if (!port || *port == 0 || *port > 0xffff || !arguments.empty())
        return output.write(usage);
    net::UdpSocket socket;
    const net::SocketError error = socket.bind({{}, static_cast<uint16_t>(*port)});
    if (error != net::SocketError::None)
        return output.print("listen: bind: %s\n", net::socket_error_text(error));
    output.print("Listening on UDP port %u%s; Ctrl-C to stop.\n", *port, read ? "" : ", reading nothing");
    listen(socket, read, output);
}

void sink_command(Words words, const Output& output) {
    Arguments arguments(words);
    const auto port = kernel::parse_number(arguments.take()), price = kernel::parse_number(arguments.take());
    if (!port || *port == 0 || *port > 0xffff || !price || !arguments.empty())
        return output.write("Usage: sink PORT NS\n");
    if (const char* failure = net::udp_sink_start(static_cast<uint16_t>(*port), *price))
        output.print("sink: %s\n", failure);
}

} // namespace shell
