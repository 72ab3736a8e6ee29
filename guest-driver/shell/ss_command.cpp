// SPDX-License-Identifier: GPL-2.0-or-later
// ss: sockets, in columns as wide as what stands in them, as iproute2 prints them.
#include <algorithm>
#include <array>
#include <optional>

#include "net/socket.h"
#include "net/tcp.h"
#include "shell/arguments.h"

namespace shell {

namespace {

struct Wanted {
    bool tcp = false, udp = false;
    bool connected = true, others = false, memory = false;
};

/// A socket of either kind.
struct Row {
    const char* kind;
    const char* state;
    bool connected;
    std::size_t receive_queue, send_queue;
    net::Endpoint local, remote;
    std::optional<net::UdpSocketInfo> udp;
};
constexpr std::size_t max_udp_rows = 64;
struct Rows {
    std::array<Row, max_udp_rows + net::max_tcp_sockets> all;
    std::size_t count = 0;
};

/// Netid, State, Recv-Q, Send-Q, and of each end the address with its colon and the port.
constexpr std::size_t columns = 8;
constexpr bool right_aligned(std::size_t column) { return column == 4 || column == 6; }
using Cells = std::array<Text<24>, columns>;
using Widths = std::array<std::size_t, columns>;

bool take_letter(Wanted& wanted, char letter) {
    switch (letter) {
    case 't':
        wanted.tcp = true;
        return true;
    case 'u':
        wanted.udp = true;
        return true;
    case 'a':
        wanted.others = true;
        return true;
    case 'l':
        wanted.connected = false;
        wanted.others = true;
        return true;
    case 'm':
        wanted.memory = true;
        return true;
    default:
        return letter == 'n'; // as always
    }
}

/// False: not understood.
bool parse(Words words, Wanted& wanted) {
    for (std::string_view option : words.subspan(1)) {
        if (option.size() < 2 || option[0] != '-')
            return false;
        for (const char letter : option.substr(1))
            if (!take_letter(wanted, letter))
                return false;
    }
    if (!wanted.tcp && !wanted.udp)
        wanted.tcp = wanted.udp = true;
    return true;
}

const char* state_name(net::TcpState state) {
    static constexpr const char* names[] = {"LISTEN",     "SYN-RECV", "ESTAB",    "FIN-WAIT-1", "FIN-WAIT-2",
                                            "CLOSE-WAIT", "CLOSING",  "LAST-ACK", "TIME-WAIT"};
    return names[static_cast<std::size_t>(state)];
}

void add(Rows& rows, const Wanted& wanted, const Row& row) {
    if ((row.connected ? wanted.connected : wanted.others) && rows.count < rows.all.size())
        rows.all[rows.count++] = row;
}

void add_udp(Rows& rows, const Wanted& wanted) {
    std::array<net::UdpSocketInfo, max_udp_rows> sockets;
    for (const net::UdpSocketInfo& each : std::span(sockets).first(net::udp_sockets(sockets))) {
        const bool connected = each.remote.port != 0;
        // What is sent is the card's at once.
        add(rows, wanted,
            {"udp", connected ? "ESTAB" : "UNCONN", connected, each.receive_memory, 0, each.local,
             each.remote, each});
    }
}

void add_tcp(Rows& rows, const Wanted& wanted) {
    std::array<net::TcpSocketInfo, net::max_tcp_sockets> sockets;
    for (const net::TcpSocketInfo& each : std::span(sockets).first(net::tcp_sockets(sockets))) {
        // As iproute2: without an option only what is in use in both directions.
        const bool connected = each.state != net::TcpState::Listen && each.state != net::TcpState::TimeWait &&
                               each.state != net::TcpState::SynReceived;
        if (each.state == net::TcpState::Listen || wanted.connected)
            add(rows, wanted,
                {"tcp", state_name(each.state), connected, each.receive_queue, each.send_queue, each.local,
                 each.remote, std::nullopt});
    }
}

void write_port(const Output& output, uint16_t port) {
    if (port == 0)
        output.write("*");
    else
        output.print("%u", port);
}

Cells cells_of(const Row& row) {
    Cells cells;
    cells[0].append(row.kind);
    cells[1].append(row.state);
    cells[2].output().print("%zu", row.receive_queue);
    cells[3].output().print("%zu", row.send_queue);
    cells[4].output().print("%s:", net::to_text(row.local.address).text);
    write_port(cells[5].output(), row.local.port);
    cells[6].output().print("%s:", net::to_text(row.remote.address).text);
    write_port(cells[7].output(), row.remote.port);
    return cells;
}

Cells header() {
    static constexpr const char* titles[] = {"Netid",          "State", "Recv-Q",        "Send-Q",
                                             "Local Address:", "Port",  "Peer Address:", "Port"};
    Cells cells;
    for (std::size_t i = 0; i < columns; i++)
        cells[i].append(titles[i]);
    return cells;
}

void widen(Widths& widths, const Cells& cells) {
    for (std::size_t i = 0; i < columns; i++)
        widths[i] = std::max(widths[i], cells[i].view().size());
}

/// The kind of socket is told where there may be two.
void print_row(const Output& output, const Cells& cells, const Widths& widths, bool with_kind,
               const char* last) {
    for (std::size_t i = with_kind ? 0 : 1; i < columns; i++) {
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
        return output.write("Usage: ss [-t] [-u] [-a | -l] [-n] [-m]\n");
    Rows rows;
    if (wanted.udp)
        add_udp(rows, wanted);
    if (wanted.tcp)
        add_tcp(rows, wanted);
    const auto shown = std::span(rows.all).first(rows.count);
    const bool with_kind = wanted.tcp && wanted.udp;
    Widths widths{};
    widen(widths, header());
    for (const Row& row : shown)
        widen(widths, cells_of(row));
    print_row(output, header(), widths, with_kind, "Process");
    for (const Row& row : shown) {
        print_row(output, cells_of(row), widths, with_kind, "");
        if (wanted.memory && row.udp)
            print_memory(output, *row.udp);
    }
}

} // namespace shell
