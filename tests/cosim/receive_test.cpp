// SPDX-License-Identifier: GPL-2.0-or-later
// Frames on their way from the wire to a protocol handler: the golden trace, sizes, order, wrap.
#include <random>

#include "arch/clock.h"
#include "cosim.h"

namespace cosim {
namespace {

using i8255x::TraceEvent;

class Receive : public Cosim {
  protected:
    /// The steps that the story of a packet consists of; register accesses are left out.
    std::vector<std::string> story() {
        std::vector<std::string> names;
        for (const Step& step : joint_trace())
            if (step.name != "nic.csr_read" && step.name != "nic.csr_write")
                names.push_back(step.name);
        return names;
    }
};

TEST_F(Receive, OneFrameArrivesWhole) {
    open();
    card().receive(numbered_frame(0, 1514));
    settle();
    expect_received_all(1);
    EXPECT_EQ(device().stats.rx_packets, 1u);
    EXPECT_EQ(device().stats.rx_bytes, 1514u);
}

TEST_F(Receive, GoldenTraceOfOneFrame) {
    open();
    const Work before = work();
    start_joint_trace();
    card().receive(numbered_frame(0));
    hosted::advance_ns(100'000);
    const std::vector<std::string> expected = {
        "nic.rx_wire",   "nic.rfd_complete", "nic.stat",         "nic.irq_assert",  "irq.entry",
        "drv.isr",       "nic.stat_ack",     "nic.irq_deassert", "napi.schedule",   "drv.mask",
        "softirq.raise", "irq.exit",         "softirq.entry",    "napi.poll.begin", "ring.rfd",
        "dma.unmap",     "net.receive",      "net.deliver",      "dma.map",         "ring.refill",
        "ring.el_move",  "napi.complete",    "drv.unmask",       "napi.poll",       "softirq.exit"};
    EXPECT_EQ(story(), expected);
    const Work done = work() - before;
    EXPECT_EQ(done.interrupts, 1u);
    EXPECT_EQ(done.net_rx_runs, 1u);
    EXPECT_EQ(done.polls, 1u);
    EXPECT_EQ(done.done, 1u);
    EXPECT_EQ(done.ndone, 0u);
    EXPECT_EQ(done.rx_packets, 1u);
}

TEST_F(Receive, EverySizeArrivesWhole) {
    open();
    uint32_t number = 0;
    for (const std::size_t bytes : {60u, 61u, 62u, 63u, 64u, 127u, 128u, 1000u, 1513u, 1514u, 1517u, 1518u}) {
        card().receive(numbered_frame(number++, bytes));
        settle(1);
    }
    expect_received_all(number);
}

TEST_F(Receive, WhatIsLongerThanATaggedFrameIsDroppedAndCounted) {
    open();
    card().receive(numbered_frame(0, 1519));
    card().receive(numbered_frame(1));
    settle();
    EXPECT_EQ(received, std::vector<uint32_t>{1});
    EXPECT_EQ(adapter().counters.rx_over_length, 1u);
}

TEST_F(Receive, ForeignUnicastIsFilteredByTheCard) {
    open();
    card().receive(numbered_frame(0, min_frame, {0x52, 0x54, 0, 1, 2, 3}));
    settle();
    EXPECT_TRUE(received.empty());
    EXPECT_EQ(card().count(TraceEvent::RxFiltered), 1u);
}

TEST_F(Receive, PromiscuousModeReachesTheChipWhileRunning) {
    open();
    device().promiscuous = true;
    device().operations->set_rx_mode(device());
    settle();
    card().receive(numbered_frame(0, min_frame, {0x52, 0x54, 0, 1, 2, 3}));
    settle();
    expect_received_all(1);
    EXPECT_EQ(adapter().counters.rx_not_ok, 0u);
}

TEST_F(Receive, MulticastComesByListOnly) {
    open();
    const kernel::MacAddress wanted = {0x01, 0, 0x5e, 0, 0, 1}, other = {0x01, 0, 0x5e, 0, 0, 0xfb};
    device().multicast[0] = wanted;
    device().multicast_count = 1;
    device().operations->set_rx_mode(device());
    settle();
    card().receive(numbered_frame(0, min_frame, wanted));
    card().receive(numbered_frame(1, min_frame, other));
    settle();
    expect_received_all(1);
    EXPECT_EQ(device().stats.multicast, 1u);
}

TEST_F(Receive, BroadcastAndAllMulticast) {
    open();
    device().all_multicast = true;
    device().operations->set_rx_mode(device());
    settle();
    card().receive(numbered_frame(0, min_frame, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
    card().receive(numbered_frame(1, min_frame, {0x01, 0, 0x5e, 0, 0, 0xfb}));
    settle();
    expect_received_all(2);
}

TEST_F(Receive, NobodyForTheProtocolIsAccountedFor) {
    open();
    const uint64_t unhandled = kernel::softnet_stats(0).unhandled;
    Frame frame = numbered_frame(0);
    frame[12] = 0x86;
    card().receive(frame);
    settle();
    EXPECT_EQ(kernel::softnet_stats(0).unhandled, unhandled + 1);
    EXPECT_EQ(device().stats.rx_dropped, 1u);
}

TEST_F(Receive, QueueWrapsThreeTimesWithSizesAndFiltersAtRandom) {
    open();
    std::mt19937 random(1);
    uint32_t sent = 0;
    while (sent < 3 * 256) {
        for (unsigned i = random() % 40; i; i--) {
            if (random() % 4 == 0)
                card().receive(numbered_frame(0, min_frame, {0x52, 0x54, 0, 1, 2, 3}));
            else
                card().receive(numbered_frame(sent++, min_frame + random() % 1450));
        }
        settle(random() % 3);
    }
    settle();
    expect_received_all(sent);
}

TEST_F(Receive, IpHeadersAreAligned) {
    open();
    static uintptr_t network_header;
    kernel::dev_set_tap([](const kernel::PacketBuffer& packet) {
        network_header = reinterpret_cast<uintptr_t>(packet.network_header);
    });
    card().receive(numbered_frame(0));
    settle();
    kernel::dev_set_tap(nullptr);
    EXPECT_NE(network_header, 0u);
    EXPECT_EQ(network_header % 4, 0u);
    EXPECT_EQ(adapter().receive.clean_bus_address() % 4, 2u) << "descriptors lie at 2 modulo 4";
}

TEST_F(Receive, FramesKeepThePriceOfOneInterruptWhenTheyComeSlowly) {
    open();
    service_ns = 20'000;
    const Work before = work();
    stream(200, 100'000);
    const Work done = work() - before;
    expect_received_all(200);
    EXPECT_EQ(done.irq_rx, 200u); // N8
    EXPECT_EQ(done.ndone, 0u);
}

} // namespace
} // namespace cosim
