// SPDX-License-Identifier: GPL-2.0-or-later
// Connections from handshake to end, as the peer sees them, and the counters they leave.
#include <array>

#include "../shell/capture.h"
#include "kernel/flow_watch.h"
#include "kernel/rps.h"
#include "shell/command.h"
#include "shell/file_tree.h"
#include "tcp_peer.h"

namespace {

using namespace net_test;
using kernel::DropReason;
using net::Tcp;
using net::TcpState;

TEST_F(TcpTest, HandshakeEchoAndOrderlyEnd) {
    Conversation with = connect();
    EXPECT_EQ(counter(Tcp::PassiveOpens), 1);
    EXPECT_EQ(counter(Tcp::CurrEstab), 1);
    say(with, "hello");
    EXPECT_EQ(hear(with, 5), "hello");
    send(with, flag::fin | flag::ack);
    with.sequence++;
    auto last = next(with);
    while (last && !last->has(flag::fin))
        last = next(with);
    ASSERT_TRUE(last);
    EXPECT_EQ(last->header.acknowledgment, with.sequence);
    EXPECT_EQ(last->header.sequence, with.expected);
    with.expected++;
    send(with, flag::ack);
    EXPECT_TRUE(connections().empty());
    EXPECT_EQ(counter(Tcp::CurrEstab), 0);
    EXPECT_EQ(counter(Tcp::EstabResets), 0);
    EXPECT_EQ(watch.all_drops(), 0u);
}

/// What `flows` shows: how often each step was done on CPU 0.
std::array<uint32_t, kernel::flow_steps> steps_here() {
    std::array<uint32_t, kernel::flow_steps> counts{};
    kernel::flow_watch_for_each(
        [](const kernel::WatchedFlow& flow, void* into) {
            for (unsigned step = 0; step < kernel::flow_steps; step++)
                (*static_cast<std::array<uint32_t, kernel::flow_steps>*>(into))[step] +=
                    flow.packets[step][0];
        },
        &counts);
    return counts;
}

TEST_F(TcpTest, AnEstablishedConnectionGoesWhereItIsRead) {
    ASSERT_TRUE(kernel::rps_set_sock_flow_entries(64));
    ASSERT_TRUE(kernel::rps_set_flow_cnt(device, 64));
    kernel::flow_watch_clear();
    kernel::flow_watch_on = true;
    const auto count = [](kernel::FlowStep step) { return steps_here()[static_cast<unsigned>(step)]; };
    Conversation with = connect(); // SYN, and the ACK that establishes it
    EXPECT_EQ(count(kernel::FlowStep::Wake), 2u);
    EXPECT_EQ(count(kernel::FlowStep::Read), 2u);
    say(with, "one");
    EXPECT_EQ(count(kernel::FlowStep::Target), 0u) << "nobody had read it";
    EXPECT_EQ(hear(with, 3), "one");
    const uint32_t before = count(kernel::FlowStep::Read);
    say(with, "two");
    EXPECT_EQ(hear(with, 3), "two");
    EXPECT_EQ(count(kernel::FlowStep::Read) - before, 2u) << "the data and the ACK of the answer";
    EXPECT_GE(count(kernel::FlowStep::Target), 2u);
    drop(with);
    kernel::flow_watch_on = false;
    EXPECT_TRUE(kernel::rps_set_flow_cnt(device, 0));
    EXPECT_TRUE(kernel::rps_set_sock_flow_entries(0));
}

TEST_F(TcpTest, TheSynAckTellsOurSegmentSizeAndAWindow) {
    Conversation with;
    send(with, flag::syn);
    const auto answer = next(with);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header.window, 32 * 1460);
    const Bytes maximum_segment = {2, 4, 1460 >> 8, 1460 & 0xff};
    ASSERT_GE(answer->header.options.size(), 4u);
    EXPECT_EQ(Bytes(answer->header.options.begin(), answer->header.options.begin() + 4), maximum_segment);
    with.expected = answer->header.sequence + 1;
    with.sequence++;
    drop(with);
}

TEST_F(TcpTest, ClosedPortAnswersReset) {
    Conversation with;
    with.port = closed_port;
    send(with, flag::syn);
    const auto answer = next(with);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->has(flag::rst | flag::ack));
    EXPECT_EQ(answer->header.acknowledgment, with.sequence + 1);
    EXPECT_EQ(counter(Tcp::OutRsts), 1);
    EXPECT_EQ(watch(DropReason::NoSocket), 1u);
}

TEST_F(TcpTest, AResetIsNotAnsweredByAReset) {
    Conversation with;
    with.port = closed_port;
    send(with, flag::rst);
    EXPECT_FALSE(next(with.own_port, 100));
    EXPECT_EQ(watch(DropReason::NoSocket), 1u);
}

TEST_F(TcpTest, LostSynAckIsSentAgain) {
    Conversation with;
    send(with, flag::syn);
    const auto first = next(with), second = next(with);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(second->header.sequence, first->header.sequence);
    EXPECT_TRUE(second->has(flag::syn | flag::ack));
    EXPECT_GE(counter(Tcp::RetransSegs), 1);
    with.sequence++;
    with.expected = first->header.sequence + 1;
    drop(with);
    EXPECT_TRUE(connections().empty());
    EXPECT_EQ(counter(Tcp::AttemptFails), 1);
}

TEST_F(TcpTest, UnacknowledgedDataIsSentAgain) {
    Conversation with = connect();
    say(with, "again");
    const auto data = [&] {
        auto segment = next(with);
        while (segment && segment->data.empty())
            segment = next(with);
        return segment;
    };
    const auto first = data(), second = data();
    ASSERT_TRUE(first && second);
    EXPECT_EQ(second->data, "again");
    EXPECT_EQ(second->header.sequence, first->header.sequence);
    drop(with);
}

TEST_F(TcpTest, OrderIsRestored) {
    Conversation with = connect();
    harness::Tcp late = header_of(with, flag::ack);
    harness::Tcp early = late;
    late.sequence += 3;
    send(late, "def");
    forget();
    send(early, "abc");
    with.sequence += 6;
    EXPECT_EQ(hear(with, 6), "abcdef");
    drop(with);
}

TEST_F(TcpTest, WhatCameTwiceIsReadOnce) {
    Conversation with = connect();
    send(with, flag::ack, "once");
    say(with, "once");
    say(with, ".");
    EXPECT_EQ(hear(with, 5), "once.");
    drop(with);
}

TEST_F(TcpTest, ResetEndsTheConnection) {
    Conversation with = connect();
    send(with, flag::rst | flag::ack);
    EXPECT_TRUE(connections().empty());
    EXPECT_EQ(counter(Tcp::EstabResets), 1);
    forget();
    send(with, flag::ack, "anybody?");
    const auto answer = next(with);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->has(flag::rst));
}

TEST_F(TcpTest, ResetOutsideTheWindowDoesNot) {
    Conversation with = connect();
    harness::Tcp forged = header_of(with, flag::rst);
    forged.sequence += 100000;
    send(forged);
    say(with, "still here");
    EXPECT_EQ(hear(with, 10), "still here");
    drop(with);
}

TEST_F(TcpTest, AClosedWindowIsRespectedAndProbed) {
    Conversation with = connect(echo_port, 40000, 0);
    say(with, "wait");
    const auto answer = next(with);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->data, "");
    auto probe = next(with.own_port, 60000);
    while (probe && probe->data.empty())
        probe = next(with.own_port, 60000);
    ASSERT_TRUE(probe);
    EXPECT_EQ(probe->data, "w");
    with.window = 1000;
    send(with, flag::ack);
    EXPECT_EQ(hear(with, 4), "wait");
    drop(with);
}

TEST_F(TcpTest, AReaderThatStopsIsNoLongerFed) {
    Conversation with = connect();
    with.window = 0; // so that the echo cannot get rid of anything
    const std::string block(1000, 'x');
    uint16_t window = 0xffff;
    // Each other segment is acknowledged at once, so twice the block is what may come without our knowing.
    for (unsigned i = 0; i < 200 && window >= 2 * block.size(); i++) {
        say(with, block);
        while (const auto segment = next(with.own_port, 8))
            window = segment->header.window;
    }
    EXPECT_LT(window, 2 * block.size());
    const auto all = connections();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_GT(all[0].receive_queue, 40000u);
    drop(with);
}

TEST_F(TcpTest, IdleConnectionsAreReset) {
    Conversation with = connect();
    forget();
    const auto last = next(with.own_port, 120'000);
    ASSERT_TRUE(last);
    EXPECT_TRUE(last->has(flag::rst));
    EXPECT_TRUE(connections().empty());
}

TEST_F(TcpTest, SocketsAreListed) {
    Conversation with = connect();
    std::array<net::TcpSocketInfo, net::max_tcp_sockets> all;
    const auto sockets = std::span(all).first(net::tcp_sockets(all));
    const auto state_of = [&](uint16_t remote_port) {
        for (const auto& each : sockets)
            if (each.local.port == echo_port && each.remote.port == remote_port)
                return each.state;
        return TcpState::Closing;
    };
    EXPECT_EQ(state_of(0), TcpState::Listen);
    EXPECT_EQ(state_of(with.own_port), TcpState::Established);
    drop(with);
}

std::string shown(std::string_view path) {
    return shell_test::printed(
        [&](const shell::Output& output) { EXPECT_TRUE(shell::show_file(path, output)); });
}

TEST_F(TcpTest, FilesAreLaidOutAsOnLinux) {
    Conversation with = connect();
    const std::string rows = shown("/proc/net/tcp");
    EXPECT_NE(rows.find(": 0F02000A:0007 0202000A:9C40 01 00000000:00000000 00:00000000 00000000     0 "),
              std::string::npos)
        << rows;
    EXPECT_NE(rows.find(": 00000000:0007 00000000:0000 0A "), std::string::npos) << rows;
    const std::string counters = shown("/proc/net/snmp");
    EXPECT_NE(counters.find(
                  "\nTcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails "
                  "EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\nTcp: 4 "),
              std::string::npos)
        << counters;
    drop(with);
}

TEST_F(TcpTest, SsShowsConnectionsOrListeners) {
    Conversation with = connect();
    const auto ss = [](std::vector<std::string_view> words) {
        return shell_test::printed([&](const shell::Output& output) { shell::ss_command(words, output); });
    };
    EXPECT_EQ(ss({"ss", "-t"}), "State Recv-Q Send-Q Local Address:Port Peer Address:Port  Process\n"
                                "ESTAB 0      0          10.0.2.15:7        10.0.2.2:40000 \n");
    EXPECT_EQ(ss({"ss", "-ltn"}), "State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n"
                                  "LISTEN 0      0            0.0.0.0:7         0.0.0.0:*    \n"
                                  "LISTEN 0      0            0.0.0.0:19        0.0.0.0:*    \n");
    EXPECT_NE(ss({"ss"}).find("\ntcp   ESTAB 0 "), std::string::npos) << ss({"ss"});
    drop(with);
}

} // namespace
