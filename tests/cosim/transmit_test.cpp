// SPDX-License-Identifier: GPL-2.0-or-later
// Packets on their way to the wire: contents, order, interrupts, a full ring, a chip that hangs.
#include <cstring>

#include "cosim.h"

namespace cosim {
namespace {

using i8255x::TraceEvent;

class Transmit : public Cosim {
  protected:
    void send(uint32_t number, std::size_t bytes = min_frame) {
        kernel::PacketBuffer* packet = kernel::alloc_packet();
        ASSERT_NE(packet, nullptr);
        const Frame frame = numbered_frame(number, bytes);
        std::memcpy(packet->put(bytes), frame.data(), bytes);
        packet->device = &device();
        kernel::dev_queue_xmit(packet);
    }
    void expect_sent_all(uint32_t count) {
        ASSERT_EQ(card().sent.size(), count);
        for (uint32_t number = 0; number < count; number++)
            ASSERT_EQ(card().sent[number], numbered_frame(number)) << number;
    }
};

TEST_F(Transmit, OnePacketLeavesWhole) {
    open();
    send(0, 1514);
    settle();
    ASSERT_EQ(card().sent.size(), 1u);
    EXPECT_EQ(card().sent[0], numbered_frame(0, 1514));
    EXPECT_EQ(device().stats.tx_packets, 1u);
    EXPECT_EQ(device().stats.tx_bytes, 1514u);
}

TEST_F(Transmit, ShortPacketsArePaddedByTheChip) {
    open();
    send(0, 20);
    settle();
    ASSERT_EQ(card().sent.size(), 1u);
    Frame expected = numbered_frame(0, 20);
    expected.resize(min_frame);
    EXPECT_EQ(card().sent[0], expected);
}

TEST_F(Transmit, MoreThanTheRingHoldsKeepsItsOrder) {
    open();
    for (uint32_t number = 0; number < 1000; number++)
        send(number);
    settle(100);
    expect_sent_all(1000);
    EXPECT_EQ(device().stats.tx_packets, 1000u);
    EXPECT_EQ(device().stats.tx_dropped, 0u);
}

TEST_F(Transmit, ThreeTimesAroundTheRing) {
    open();
    for (uint32_t number = 0; number < 400; number++) {
        send(number);
        if (number % 7 == 0)
            settle(1);
    }
    settle();
    expect_sent_all(400);
}

TEST_F(Transmit, BlocksComeBackWithoutAnyReception) {
    open();
    send(0);
    settle(4); // far less than the watchdog's period: the delayed CNA does it
    EXPECT_EQ(device().stats.tx_packets, 1u);
    EXPECT_EQ(adapter().commands.to_clean(), adapter().commands.to_use());
    EXPECT_GE(adapter().counters.irq_tx, 1u);
}

TEST_F(Transmit, InterruptsAreFewerThanPackets) {
    open();
    const uint64_t before = adapter().counters.irq_tx;
    for (uint32_t number = 0; number < 160; number++) {
        send(number);
        hosted::advance_ns(10'000);
    }
    settle();
    EXPECT_LE(adapter().counters.irq_tx - before, 160u / 16 + 2);
    expect_sent_all(160);
}

TEST_F(Transmit, TheQueueInFrontHasALimitAndCountsWhatItDrops) {
    open();
    card().command_unit_stuck = true;
    const uint64_t dropped = kernel::drop_count(kernel::DropReason::TxRingFull);
    for (uint32_t number = 0; number < 128 + 1000 + 5; number++)
        send(number);
    EXPECT_EQ(device().stats.tx_dropped, 5u);
    EXPECT_EQ(kernel::drop_count(kernel::DropReason::TxRingFull), dropped + 5);
    card().command_unit_stuck = false;
    settle(5000); // the watchdog finds the hang, resets, and the queue drains
    EXPECT_EQ(adapter().counters.tx_timeouts, 1u);
    EXPECT_EQ(card().sent.size(), 1000u) << "what was in the ring is lost, what waited is sent";
    EXPECT_EQ(card().sent.back(), numbered_frame(128 + 999));
}

TEST_F(Transmit, ReceptionSurvivesATransmitTimeout) {
    open();
    card().command_unit_stuck = true;
    send(0);
    settle(10);
    card().command_unit_stuck = false;
    settle(5000);
    EXPECT_EQ(adapter().counters.tx_timeouts, 1u);
    burst(20);
    settle();
    expect_received_all(20);
}

TEST_F(Transmit, CloseDropsWhatIsQueued) {
    open();
    card().command_unit_stuck = true;
    for (uint32_t number = 0; number < 200; number++)
        send(number);
    kernel::dev_close(device());
    EXPECT_EQ(kernel::packet_pool_stats().live(), 0u);
    card().command_unit_stuck = false;
}

TEST_F(Transmit, NothingIsSentThroughAClosedInterface) {
    open();
    close();
    const uint64_t dropped = kernel::drop_count(kernel::DropReason::DevReady);
    send(0);
    settle();
    EXPECT_TRUE(card().sent.empty());
    EXPECT_EQ(kernel::drop_count(kernel::DropReason::DevReady), dropped + 1);
}

TEST_F(Transmit, BothWaysAtOnce) {
    open();
    service_ns = 2'000;
    for (uint32_t number = 0; number < 500; number++) {
        send(number);
        card().receive(numbered_frame(number));
        hosted::advance_ns(30'000);
    }
    settle();
    expect_sent_all(500);
    expect_received_all(500);
}

} // namespace
} // namespace cosim
