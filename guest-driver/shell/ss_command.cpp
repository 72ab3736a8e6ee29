// SPDX-License-Identifier: GPL-2.0-or-later
// ss: UDP sockets, in columns as wide as what stands in them, as iproute2 prints them.
#include <algorithm>
#include <array>

#include "net/socket.h"
#include "shell/arguments.h"

namespace shell {

namespace {

struct Wanted {
    bool connected = true, unconnected = false, memory = false;
};

/// State, Recv-Q, Send-Q, and of each end the address with its colon and the port.
constexpr std::size_t columns = 7;
constexpr bool right_aligned(std::size_t column) { return column == 3 || column == 5; }
using Cells = std::array<Text<24>, columns>;
using Widths = std::array<std::size_t, columns>;

/// False: not understood.
bool parse(Words words, Wanted& wanted) {
    for (std::string_view option : words.subspan(1)) {
        if (option.size() < 2 || option[0] != '-')
            return false;
        for (const char letter : option.substr(1)) {
            if (letter == 'a')
                wanted.unconnected = true;
            else if (letter == 'l')
                wanted = {.connected = false, .unconnected = true, .memory = wanted.memory};
            else if (letter == 'm')
                wanted.memory = true;
            else if (letter != 'u' && letter != 'n')
                return false;
        }
    }
    return true;
}

void write_port(const Output& output, uint16_t port) {
    if (port == 0)
        output.write("*");
    else
        output.print("%u", port);
}

Cells cells_of(const net::UdpSocketInfo& socket) {
    Cells cells;
    cells[0].append(socket.remote.port ? "ESTAB" : "UNCONN");
    cells[1].output().print("%zu", socket.receive_memory);
    cells[2].append("0"); // what is sent is the card's at once
    cells[3].output().print("%s:", net::to_text(socket.local.address).text);
    write_port(cells[4].output(), socket.local.port);
    cells[5].output().print("%s:", net::to_text(socket.remote.address).text);
    write_port(cells[6].output(), socket.remote.port);
    return cells;
}

Cells header() {
    static constexpr const char* titles[] = {
        "State", "Recv-Q", "Send-Q", "Local Address:", "Port", "Peer Address:", "Port"};
    Cells cells;
    for (std::size_t i = 0; i < columns; i++)
        cells[i].append(titles[i]);
    return cells;
}

void widen(Widths& widths, const Cells& cells) {
    for (std::size_t i = 0; i < columns; i++)
        widths[i] = std::max(widths[i], cells[i].view().size());
}

void print_row(const Output& output, const Cells& cells, const Widths& widths, const char* last) {
    for (std::size_t i = 0; i < columns; i++) {
        const int width = static_cast<int>(widths[i]);
        output.print("%*s%s", right_aligned(i) ? width : -width, cells[i].c_str(),
                     right_aligned(i) ? "" : " ");
    }
    output.print("%s\n", last);
}

void print_memory(const Output& output, const net::UdpSocketInfo& socket) {
    output.print("\t skmem:(r%zu,rb%zu,t0,tb0,f0,w0,o0,bl0,d%llu)\n", socket.receive_memory,
                 socket.receive_buffer, static_cast<unsigned long long>(socket.drops));
}

} // namespace

void ss_command(Words words, const Output& output) {
    Wanted wanted;
    if (!parse(words, wanted))
        return output.write("Usage: ss [-u] [-a | -l] [-n] [-m]\n");
    std::array<net::UdpSocketInfo, 64> sockets;
    const auto all = std::span(sockets).first(net::udp_sockets(sockets));
    const auto end = std::remove_if(all.begin(), all.end(), [&](const net::UdpSocketInfo& socket) {
        return socket.remote.port ? !wanted.connected : !wanted.unconnected;
    });
    const auto shown = std::span(all.begin(), end);
    Widths widths{};
    widen(widths, header());
    for (const net::UdpSocketInfo& socket : shown)
        widen(widths, cells_of(socket));
    print_row(output, header(), widths, "Process");
    for (const net::UdpSocketInfo& socket : shown) {
        print_row(output, cells_of(socket), widths, "");
        if (wanted.memory)
            print_memory(output, socket);
    }
}

} // namespace shell
