// SPDX-License-Identifier: GPL-2.0-or-later
// Rows: what becomes a slice, what an instant, what a counter.
#include <gtest/gtest.h>

#include "streams.h"

namespace timeline_test {
namespace {

using timeline::Picture;
using Lines = std::vector<std::string>;
using Values = std::vector<uint64_t>;

TEST(CpuRow, ContextsLieWithinEachOther) {
    const Picture picture = Stream()
                                .value("thread", 2, "shell")
                                .value("thread", 5, "idle")
                                .value("vector", 3, "NET_RX")
                                .at(10)
                                .task("sched.switch", 2, 5)
                                .at(20)
                                .hardirq("irq.entry", 11)
                                .at(30)
                                .hardirq("irq.exit", 11, 1)
                                .at(40)
                                .softirq("softirq.entry", 3)
                                .at(50)
                                .softirq("napi.poll.begin", 16)
                                .at(52)
                                .hardirq("irq.entry", 9)
                                .at(55)
                                .hardirq("irq.exit", 9, 1)
                                .at(60)
                                .softirq("napi.poll", 1, 1)
                                .at(70)
                                .softirq("softirq.exit", 3)
                                .at(80)
                                .task("sched.switch", 5, 2)
                                .at(90)
                                .task("anything")
                                .picture();
    EXPECT_EQ(slices(picture, "CPU 0"),
              (Lines{"10-11 idle", "11-80 shell", "20-30 irq 11", "40-70 softirq NET_RX", "50-60 poll",
                     "52-55 irq 9", "80-90 idle"}));
    EXPECT_TRUE(all_nest(picture));
}

TEST(CpuRow, EachCpuHasItsRow) {
    const Picture picture = Stream()
                                .hardirq("irq.entry", 1, 0, 0)
                                .hardirq("irq.entry", 2, 0, 1)
                                .hardirq("irq.exit", 1, 0, 0)
                                .picture();
    EXPECT_EQ(slices(picture, "CPU 0"), (Lines{"100-102 thread", "100-102 irq 1"}));
    EXPECT_EQ(slices(picture, "CPU 1"), (Lines{"101-102 thread", "101-102 irq 2"}));
}

TEST(CpuRow, AnEndWithoutABeginningIsAnInstant) {
    const Picture picture =
        Stream().hardirq("irq.exit", 1).softirq("softirq.exit").softirq("napi.poll").picture();
    EXPECT_EQ(instants(picture, "CPU 0"), (Lines{"100 irq.exit", "101 softirq.exit", "102 napi.poll"}));
    EXPECT_TRUE(all_nest(picture));
}

TEST(CpuRow, NestsWhateverTheGuestSays) {
    uint32_t random = 1;
    const Lines names = {"irq.entry",    "irq.exit", "softirq.entry", "softirq.exit", "napi.poll.begin",
                         "napi.poll",    "ring.rfd", "dma.unmap",     "net.receive",  "net.deliver",
                         "sock.enqueue", "app.recv", "drop",          "ring.refill",  "backlog.enqueue",
                         "sched.switch", "udp.rcv"};
    Stream stream;
    for (int i = 0; i < 3000; i++) {
        random = random * 1664525 + 1013904223;
        const std::string& name = names[(random >> 8) % names.size()];
        stream.at(i / 3).guest((random >> 16) % 2, static_cast<timeline::Context>((random >> 20) % 4), name,
                               (random >> 24) % 3, random);
        if (i % 5 == 0)
            stream.card(i % 2 ? "nic.rx_wire" : "nic.rfd_complete", (random >> 24) % 3);
    }
    const Picture picture = stream.picture();
    EXPECT_GT(picture.slices.size(), 1000u);
    EXPECT_TRUE(all_nest(picture));
    for (const timeline::Packet& packet : picture.packets)
        EXPECT_FALSE(packet.stops.empty());
}

TEST(CpuRow, UnknownEventsAreInstantsWithTheirNames) {
    const Picture picture = Stream().softirq("rps.ipi", 1, 2).card("nic.of_the_future", 3).picture();
    EXPECT_EQ(instants(picture, "CPU 0"), Lines{"100 rps.ipi"});
    EXPECT_EQ(instants(picture, "registers, other"), Lines{"101 of_the_future"});
}

TEST(CpuRow, CountsDropsByReason) {
    const Picture picture = Stream()
                                .value("first", 0, "")
                                .value("reason", 4, "NO_SOCKET")
                                .softirq("drop", 4)
                                .softirq("drop", 9)
                                .picture();
    EXPECT_EQ(instants(picture, "CPU 0"), (Lines{"100 drop NO_SOCKET", "101 drop 9"}));
    EXPECT_EQ(samples(picture, "packets dropped"), (Values{1, 2}));
}

TEST(CpuRow, SocketsFillAndEmpty) {
    const Picture picture = Stream()
                                .softirq("sock.enqueue", 7, 2304)
                                .softirq("sock.enqueue", 7, 4608)
                                .task("app.recv", 7, 60)
                                .task("app.recv", 7, 60)
                                .task("app.recv", 7, 60)
                                .picture();
    EXPECT_EQ(samples(picture, "socket 7 bytes"), (Values{2304, 4608, 2304, 0, 0}));
}

TEST(CpuRow, ShowsWhetherTheCardIsMasked) {
    const Picture picture = Stream().hardirq("drv.mask").softirq("drv.unmask").picture();
    EXPECT_EQ(samples(picture, "card masked"), (Values{1, 0}));
}

TEST(CardRows, UnitsHaveRows) {
    const Picture picture = Stream()
                                .at(10)
                                .card("nic.ru_state", 0, 4)
                                .at(20)
                                .card("nic.cu_state", 0, 2)
                                .card("nic.cb_start", 0x1000, 0x8004)
                                .at(25)
                                .card("nic.tx_wire", 60)
                                .at(30)
                                .card("nic.cb_complete", 0x1000, 0xa000)
                                .card("nic.cu_state", 2, 1)
                                .at(40)
                                .card("nic.stat", 0x40, 0x40)
                                .card("nic.irq_assert", 0x40)
                                .at(50)
                                .card("nic.stat_ack", 0x40, 0)
                                .card("nic.irq_deassert", 0)
                                .picture();
    EXPECT_EQ(picture.groups, (Lines{"guest", "card nic0"}));
    EXPECT_EQ(slices(picture, "receive unit"), Lines{"10-51 ready"});
    EXPECT_EQ(slices(picture, "command unit"), (Lines{"20-31 active", "21-30 transmit", "31-51 suspended"}));
    EXPECT_EQ(slices(picture, "wire"), Lines{"25-26 out: 60 bytes"});
    EXPECT_EQ(slices(picture, "interrupt pin"), Lines{"41-51 asserted: FR"});
    EXPECT_EQ(instants(picture, "interrupt pin"), (Lines{"40 set FR", "50 acknowledged FR"}));
    EXPECT_EQ(samples(picture, "interrupt pin"), (Values{1, 0}));
}

TEST(CardRows, WhatIsOfOneInstantStandsInItsOrder) {
    Stream stream;
    for (uint32_t i = 0; i < 3; i++)
        stream.at(10).card("nic.rx_wire", 60).at(10).card("nic.rfd_complete", 0x1000 * i, 60);
    const Picture picture = stream.picture();
    EXPECT_EQ(slices(picture, "wire"),
              (Lines{"10-11 in: 60 bytes", "12-13 in: 60 bytes", "14-15 in: 60 bytes"}));
    EXPECT_EQ(slices(picture, "receive unit"),
              (Lines{"10-11 RFD 0x0", "12-13 RFD 0x1000", "14-15 RFD 0x2000"}));
}

TEST(Details, CarryNamesOfArgumentsAndValues) {
    const auto recording = read(std::string(head) + "t\tevent\t0\tdrop\treason\tsource address\n"
                                                    "t\tvalue\treason\t4\tNO_SOCKET\n"
                                                    "t\tevent\t1\tdma.map\tbus address\t\n"
                                                    "g\t1\t0\t0\t0\t4\t167772674\ng\t1\t0\t0\t1\t4096\t0\n");
    ASSERT_EQ(recording.events.size(), 2u);
    EXPECT_EQ(details_of(recording, recording.events[0]),
              (timeline::Details{{"reason", "NO_SOCKET"}, {"source address", "10.0.2.2"}}));
    EXPECT_EQ(details_of(recording, recording.events[1]), (timeline::Details{{"bus address", "0x1000"}}));
}

TEST(Picture, SaysWhatIsMissing) {
    const Picture picture = timeline::draw(read(std::string(head) + "nonsense\nend\t10\t3\n"));
    EXPECT_EQ(picture.lost, 3u);
    EXPECT_EQ(picture.malformed, 1u);
    EXPECT_TRUE(picture.complete);
    EXPECT_TRUE(picture.slices.empty());
}

} // namespace
} // namespace timeline_test
