// SPDX-License-Identifier: GPL-2.0-or-later
// net.core.busy_read: a reader that would sleep polls the device first.
#include <array>
#include <deque>

#include "arch/clock.h"
#include "arch/hosted/machine.h"
#include "kernel/napi.h"
#include "net_fixture.h"

namespace {

using namespace net_test;
using net::SocketError;

constexpr uint16_t port = 4000;

/// eth0's NAPI instance finds what the test puts on its ring.
class BusyRead : public NetTest {
  protected:
    BusyRead() {
        current = this;
        kernel::netif_napi_add(device, napi, poll, 16);
        kernel::napi_enable(napi);
        EXPECT_EQ(socket.bind({net::Ipv4Address(), port}), SocketError::None);
        receive(udp_frame(port, "first")); // tells the socket where its packets come from
        read(0);
    }
    ~BusyRead() override {
        kernel::busy_read = 0;
        kernel::napi_disable(napi);
        kernel::netif_napi_del(napi);
    }
    net::ReceivedBytes read(uint64_t patience_ns) {
        return socket.receive_from(buffer, arch::now_ns() + patience_ns);
    }
    static int poll(kernel::Napi& napi, int budget) {
        int work = 0;
        for (; work < budget && !current->ring.empty(); work++) {
            const Frame frame = current->ring.front();
            current->ring.pop_front();
            current->receive(frame);
        }
        if (work < budget)
            kernel::napi_complete_done(napi, work);
        return work;
    }
    static inline BusyRead* current;
    kernel::Napi napi;
    std::deque<Frame> ring;
    net::UdpSocket socket;
    std::array<std::byte, 100> buffer;
};

TEST_F(BusyRead, OffByDefault) {
    ring.push_back(udp_frame(port, "unseen"));
    EXPECT_EQ(read(10'000'000).error, SocketError::TimedOut);
    EXPECT_EQ(napi.stats.busy_polls, 0u);
}

TEST_F(BusyRead, FindsThePacketWithoutAnInterrupt) {
    kernel::busy_read = 1'000;
    ring.push_back(udp_frame(port, "second"));
    const uint64_t begin = arch::now_ns();
    EXPECT_EQ(read(100'000'000).copied, 6u);
    EXPECT_LT(arch::now_ns() - begin, 100'000u);
    EXPECT_GE(napi.stats.busy_polls, 1u);
    EXPECT_EQ(napi.stats.schedules, napi.stats.completes);
}

TEST_F(BusyRead, ThatComesWhileItPolls) {
    kernel::busy_read = 1'000;
    const uint64_t begin = arch::now_ns();
    hosted::at(begin + 500'000, [this] { ring.push_back(udp_frame(port, "later")); });
    EXPECT_EQ(read(100'000'000).copied, 5u);
    EXPECT_LT(arch::now_ns() - begin, 510'000u);
}

TEST_F(BusyRead, SleepsWhenItsTimeIsOver) {
    kernel::busy_read = 50;
    const uint64_t begin = arch::now_ns();
    EXPECT_EQ(read(10'000'000).error, SocketError::TimedOut);
    EXPECT_GE(arch::now_ns() - begin, 10'000'000u);
    const uint64_t polls = napi.stats.busy_polls;
    EXPECT_GT(polls, 1u);
    kernel::busy_read = 500;
    read(10'000'000);
    EXPECT_GT(napi.stats.busy_polls - polls, 5 * polls) << "ten times as long";
}

TEST_F(BusyRead, NotLongerThanTheReaderWaits) {
    kernel::busy_read = 100'000;
    const uint64_t begin = arch::now_ns();
    EXPECT_EQ(read(200'000).error, SocketError::TimedOut);
    EXPECT_LE(arch::now_ns() - begin, 250'000u);
}

TEST_F(BusyRead, WhatIsThereIsReadWithoutAPoll) {
    kernel::busy_read = 1'000;
    receive(udp_frame(port, "there"));
    EXPECT_EQ(read(0).copied, 5u);
    EXPECT_EQ(napi.stats.busy_polls, 0u);
}

} // namespace
