// SPDX-License-Identifier: GPL-2.0-or-later
// A packet is recognised from the wire to the socket.
#include <gtest/gtest.h>

#include "streams.h"

namespace timeline_test {
namespace {

using timeline::Picture;
using Lines = std::vector<std::string>;

/// Ring to socket on one CPU.
void process(Stream& stream, uint32_t address, uint32_t port, unsigned cpu = 0) {
    stream.softirq("ring.rfd", 0, 0, cpu)
        .softirq("dma.unmap", address, 1538, cpu)
        .softirq("net.receive", 0x800, 46, cpu)
        .softirq("net.deliver", 0x800, 0, cpu)
        .softirq("ip.rcv", 17, 0, cpu)
        .softirq("udp.rcv", port, 26, cpu)
        .softirq("sock.enqueue", port, 2304, cpu);
}

const Lines whole_way = {"wire: on the wire",  "receive unit: DMA into the ring",
                         "CPU 0: dma.unmap",   "CPU 0: net.receive",
                         "CPU 0: net.deliver", "CPU 0: ip.rcv",
                         "CPU 0: udp.rcv",     "CPU 0: sock.enqueue",
                         "CPU 0: app.recv"};

TEST(Packet, IsFollowedFromTheWireToTheReader) {
    Stream stream;
    stream.card("nic.rx_wire", 60).card("nic.rfd_complete", 0x1000, 60).softirq("napi.poll.begin");
    process(stream, 0x1000, 7);
    stream.softirq("ring.refill").softirq("napi.poll").task("app.recv", 7, 18);
    const Picture picture = stream.picture();
    ASSERT_EQ(picture.packets.size(), 1u);
    EXPECT_EQ(picture.packets[0].label, "UDP to port 7");
    EXPECT_EQ(stops(picture, 0), whole_way);
    EXPECT_EQ(samples(picture, "frames in the ring"), (std::vector<uint64_t>{1, 0}));
    EXPECT_EQ(slices(picture, "CPU 0"), (Lines{"102-113 thread", "102-111 poll", "104-110 packet 1",
                                               "105-110 net.receive", "106-110 net.deliver", "107-110 ip.rcv",
                                               "108-110 udp.rcv", "109-110 socket 7", "112-113 read 7"}));
}

TEST(Packet, StopsLieWithinSlicesOfTheirRows) {
    Stream stream;
    for (uint32_t i = 0; i < 20; i++) // all at one instant
        stream.at(50).card("nic.rx_wire", 60).at(50).card("nic.rfd_complete", i * 0x1000, 60);
    stream.at(60);
    for (uint32_t i = 0; i < 20; i++)
        process(stream, i * 0x1000, 7);
    const Picture picture = stream.picture();
    ASSERT_EQ(picture.packets.size(), 20u);
    for (const timeline::Packet& packet : picture.packets)
        for (const timeline::Stop& stop : packet.stops)
            EXPECT_TRUE(std::any_of(picture.slices.begin(), picture.slices.end(),
                                    [&](const timeline::Slice& slice) {
                                        return slice.row == stop.row && slice.begin_ns == stop.time_ns;
                                    }))
                << stop.what;
}

TEST(Packet, IsNotMistakenWhenSeveralAreInTheRing) {
    Stream stream;
    for (uint32_t i = 0; i < 3; i++)
        stream.card("nic.rx_wire", 60 + i).card("nic.rfd_complete", 0x1000 * i, 60);
    process(stream, 0x2000, 9); // by its address, whatever the order
    process(stream, 0x0000, 7);
    const Picture picture = stream.picture();
    EXPECT_EQ(picture.packets[0].label, "UDP to port 7");
    EXPECT_EQ(picture.packets[1].label, "61 bytes");
    EXPECT_EQ(picture.packets[2].label, "UDP to port 9");
}

TEST(Packet, ThatWaitedInTheFifoGoesBeforeOneThatJustCame) {
    Stream stream;
    stream.card("nic.rx_wire", 61).card("nic.rx_fifo", 61, 61); // no descriptor
    stream.card("nic.rx_wire", 62).card("nic.rfd_complete", 0x1000, 61).card("nic.rfd_complete", 0x2000, 62);
    process(stream, 0x1000, 1);
    process(stream, 0x2000, 2);
    const Picture picture = stream.picture();
    EXPECT_EQ(picture.packets[0].label, "UDP to port 1");
    EXPECT_EQ(picture.packets[1].label, "UDP to port 2");
}

TEST(Packet, FilteredByTheCardEndsOnTheWire) {
    Stream stream;
    stream.card("nic.rx_wire", 61).card("nic.rx_filtered", 61, 1).card("nic.rfd_complete", 0x1000, 60);
    const Picture picture = stream.picture();
    EXPECT_EQ(stops(picture, 0), Lines{"wire: on the wire"});
    EXPECT_EQ(instants(picture, "receive unit"), Lines{"101 rx_filtered"});
}

TEST(Packet, ThatIsDroppedSaysWhy) {
    Stream stream;
    stream.value("reason", 4, "NO_SOCKET");
    stream.card("nic.rx_wire", 60).card("nic.rfd_complete", 0x1000, 60);
    stream.softirq("dma.unmap", 0x1000).softirq("net.receive", 0x800).softirq("drop", 4);
    const Picture picture = stream.picture();
    EXPECT_EQ(picture.packets[0].label, "60 bytes, dropped: NO_SOCKET");
    EXPECT_EQ(stops(picture, 0).back(), "CPU 0: drop");
}

TEST(Packet, AfterAResetTheRingIsForgotten) {
    Stream stream;
    stream.card("nic.rx_wire", 60).card("nic.rfd_complete", 0x1000, 60).card("nic.reset", 1);
    stream.softirq("dma.unmap", 0x1000);
    EXPECT_EQ(stops(stream.picture(), 0).size(), 2u);
}

TEST(Packet, SteeredToAnotherCpuGoesOnThere) {
    Stream stream;
    for (uint32_t i = 0; i < 2; i++)
        stream.card("nic.rx_wire", 60).card("nic.rfd_complete", 0x1000 * i, 60);
    for (uint32_t i = 0; i < 2; i++)
        stream.softirq("dma.unmap", 0x1000 * i)
            .softirq("net.receive", 0x800)
            .softirq("backlog.enqueue", 1, i);
    stream.softirq("napi.poll");
    for (uint32_t port = 7; port < 9; port++)
        stream.softirq("net.deliver", 0x800, 1, 1).softirq("ip.rcv", 17, 0, 1).softirq("udp.rcv", port, 0, 1);
    const Picture picture = stream.picture();
    EXPECT_EQ(picture.packets[0].label, "UDP to port 7");
    EXPECT_EQ(picture.packets[1].label, "UDP to port 8");
    const Lines way = stops(picture, 0);
    EXPECT_EQ(Lines(way.begin() + 2, way.end()),
              (Lines{"CPU 0: dma.unmap", "CPU 0: net.receive", "CPU 0: backlog.enqueue", "CPU 1: net.deliver",
                     "CPU 1: net.deliver", "CPU 1: ip.rcv", "CPU 1: udp.rcv"}));
    EXPECT_TRUE(all_nest(picture));
}

TEST(Packet, InterruptsOnTopAreNotPartOfIt) {
    Stream stream;
    stream.card("nic.rx_wire", 60).card("nic.rfd_complete", 0x1000, 60);
    stream.softirq("dma.unmap", 0x1000).hardirq("irq.entry", 9).hardirq("udp.rcv", 1).hardirq("irq.exit", 9);
    stream.softirq("udp.rcv", 7);
    EXPECT_EQ(stops(stream.picture(), 0).size(), 4u);
}

TEST(Packet, OfACardThatDoesNotRecordBeginsInTheRing) {
    Stream stream;
    process(stream, 0x1000, 7);
    stream.softirq("ring.refill").softirq("dma.unmap", 0x9000); // of a transmitted frame
    const Picture picture = stream.picture();
    ASSERT_EQ(picture.packets.size(), 1u);
    EXPECT_EQ(stops(picture, 0).front(), "CPU 0: dma.unmap");
    EXPECT_EQ(stops(picture, 0).size(), 6u);
}

} // namespace
} // namespace timeline_test
