// SPDX-License-Identifier: GPL-2.0-or-later
// listen: a UDP socket that counts what it gets, or that reads nothing, to see a receive queue overflow.
#include <atomic>
#include <optional>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/command_line.h"
#include "kernel/thread.h"
#include "net/socket.h"
#include "net/udp_sink.h"
#include "shell/arguments.h"
#include "shell/terminal.h"

namespace shell {

namespace {

using Number = unsigned long long;

constexpr uint64_t look_again_ns = 50'000'000;
constexpr const char* usage = "Usage: listen [-n] [-c CPU] [-p PEER:PORT] PORT\n";

struct Wanted {
    bool read = true;
    unsigned cpu = 0; ///< where the reader runs
    net::Endpoint local, peer;
};

struct Count {
    uint64_t datagrams = 0, bytes = 0;
};

/// Reads until nothing comes for `patience_ns`, or until `stop`.
void read_all(net::UdpSocket& socket, uint64_t patience_ns, Count& count, const std::atomic<bool>& stop) {
    while (const net::Datagram datagram = socket.receive_packet(arch::now_ns() + patience_ns)) {
        count.datagrams++;
        count.bytes += datagram.packet->length();
        kernel::consume_packet(datagram.packet);
        if (stop)
            return;
    }
}

/// A thread on the CPU that is wanted reads; the console's waits for Ctrl-C meanwhile.
struct Reader {
    net::UdpSocket& socket;
    const bool read;
    Count count{};
    std::size_t left_unread = 0;
    std::atomic<bool> stop{false}, ended{false};

    void run() {
        while (!stop) {
            if (read)
                read_all(socket, look_again_ns, count, stop);
            else
                kernel::sleep_ns(look_again_ns);
        }
        left_unread = socket.info().receive_memory;
        read_all(socket, 0, count, none);
        ended = true;
    }
    static constexpr std::atomic<bool> none{false};
};

void listen(net::UdpSocket& socket, const Wanted& wanted, const Output& output) {
    Reader reader{socket, wanted.read};
    if (!kernel::thread_create(
            "listen", wanted.cpu, [](void* self) { static_cast<Reader*>(self)->run(); }, &reader))
        return output.write("listen: no memory for a thread\n");
    while (!terminal_interrupted())
        kernel::sleep_ns(look_again_ns);
    reader.stop = true;
    while (!reader.ended)
        kernel::sleep_ns(look_again_ns / 10);
    output.print("%llu datagrams read, %llu bytes; %zu bytes were queued, %llu datagrams dropped\n",
                 static_cast<Number>(reader.count.datagrams), static_cast<Number>(reader.count.bytes),
                 reader.left_unread, static_cast<Number>(socket.info().drops));
}

std::optional<net::Endpoint> parse_endpoint(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == text.npos)
        return std::nullopt;
    const auto address = net::parse_ipv4_address(text.substr(0, colon));
    const auto port = kernel::parse_number(text.substr(colon + 1));
    if (!address || !port || *port == 0 || *port > 0xffff)
        return std::nullopt;
    return net::Endpoint{*address, static_cast<uint16_t>(*port)};
}

std::optional<Wanted> parse(Arguments arguments) {
    Wanted wanted;
    wanted.read = !arguments.take_if("-n");
    if (arguments.take_if("-c")) {
        const auto cpu = kernel::parse_number(arguments.take());
        if (!cpu || *cpu >= arch::cpu_count())
            return std::nullopt;
        wanted.cpu = *cpu;
    }
    if (arguments.take_if("-p")) {
        const auto peer = parse_endpoint(arguments.take());
        if (!peer)
            return std::nullopt;
        wanted.peer = *peer;
    }
    const auto port = kernel::parse_number(arguments.take());
    if (!port || *port == 0 || *port > 0xffff || !arguments.empty())
        return std::nullopt;
    wanted.local.port = static_cast<uint16_t>(*port);
    return wanted;
}

} // namespace

void listen_command(Words words, const Output& output) {
    const auto wanted = parse(Arguments(words));
    if (!wanted)
        return output.write(usage);
    net::UdpSocket socket;
    socket.connect(wanted->peer);
    const net::SocketError error = socket.bind(wanted->local);
    if (error != net::SocketError::None)
        return output.print("listen: bind: %s\n", net::socket_error_text(error));
    output.print("Listening on UDP port %u%s; Ctrl-C to stop.\n", wanted->local.port,
                 wanted->read ? "" : ", reading nothing");
    listen(socket, *wanted, output);
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
