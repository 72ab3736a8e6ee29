// SPDX-License-Identifier: GPL-2.0-or-later
// The way of one frame, told from records made up here: all of them, some missing, several frames mixed.
#include "shell/packet_story.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "capture.h"
#include "kernel/packet_buffer.h"

namespace {

using kernel::Event;
using kernel::ExecutionContext;
using kernel::TraceRecord;
using shell::FrameKind;

constexpr uint32_t ipv4 = 0x0800, arp = 0x0806, peer = 0x0a000202;

class Records {
  public:
    /// Each record a microsecond after the one before.
    Records& add(Event event, uint32_t a = 0, uint32_t b = 0,
                 ExecutionContext context = ExecutionContext::Softirq, uint8_t cpu = 0) {
        records.push_back({now += 1000, a, b, event, cpu, context});
        return *this;
    }
    Records& interrupt() {
        add(Event::IrqEntry, 10, 0, ExecutionContext::Hardirq)
            .add(Event::DrvIsr, 0x40, 0, ExecutionContext::Hardirq);
        add(Event::DrvMask, 0, 0, ExecutionContext::Hardirq)
            .add(Event::NapiSchedule, 0, 0, ExecutionContext::Hardirq);
        return add(Event::IrqExit, 10, 1, ExecutionContext::Hardirq);
    }
    Records& poll() { return add(Event::SoftirqEntry, 3, 0).add(Event::NapiPollBegin, 16); }
    Records& frame(uint32_t slot, uint32_t bytes, uint32_t type = ipv4) {
        add(Event::RxDescriptor, slot, 0xa0200000 | bytes).add(Event::DmaUnmap, 0x5a2000 + slot, 1538);
        return add(Event::NetReceive, type, bytes - 14).add(Event::NetDeliver, type, 0);
    }
    Records& udp(uint32_t port) {
        add(Event::IpRcv, 17, peer).add(Event::UdpRcv, port, 20).add(Event::SockEnqueue, port, 2304);
        return add(Event::AppWake, port);
    }
    Records& end_of_poll(uint32_t work) {
        add(Event::NapiComplete, 1).add(Event::DrvUnmask).add(Event::NapiPoll, work, 1);
        return add(Event::SoftirqExit, 3);
    }

    std::vector<TraceRecord> records;
    uint64_t now = 1'000'000;
};

shell::Recording recording_of(const Records& records) {
    shell::Recording recording;
    recording.records = records.records;
    recording.facts = {"eth0", "e100", true, 10, 256, 128, 16, 0};
    recording.before.chip_good_frames = 4;
    recording.after.chip_good_frames = 5;
    recording.before.interrupts = 6;
    recording.after.interrupts = 7;
    recording.before.rx_packets = 4;
    recording.after.rx_packets = 5;
    return recording;
}

std::string story(const shell::Recording& recording, FrameKind kind = FrameKind::Any) {
    return shell_test::printed([&](const shell::Output& o) { shell::print_story(o, recording, kind); });
}

/// The line of that step.
std::string step(const std::string& text, unsigned number) {
    const std::string begin = (number < 10 ? " " : "") + std::to_string(number) + " ";
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with(begin))
            return line;
    return "";
}

Records whole_udp() {
    Records records;
    records.interrupt().poll().frame(3, 62).udp(7).end_of_poll(1);
    records.add(Event::AppRecv, 7, 20, ExecutionContext::Task);
    records.add(Event::NetXmit, 62, 0, ExecutionContext::BhDisabled);
    return records;
}

TEST(Story, AWholeUdpDatagram) {
    const Records records = whole_udp();
    EXPECT_EQ(
        story(recording_of(records)),
        "The way of one frame in twelve steps: IPv4 from 10.0.2.2 on eth0\n"
        "    us after                                                              counter:\n"
        "   interrupt  what happened; where                                        before -> after\n"
        " 1            Driver: e100 runs eth0, 256 RFDs, 128 CBs                   NAPI weight 16\n"
        "              e100::probe (driver/probe.cpp), e100::up (driver/up_down.cpp)\n"
        " 2            Wire: the frame arrived and passed the card's filter        card rx_good 4 -> 5\n"
        "              the card; its counter by dump statistics (driver/statistics.cpp)\n"
        " 3            DMA: RFD status a020, 62 bytes; driver looks at +7.0        ring slot 3 of 256\n"
        "              the card; seen by e100::receive_packets (driver/receive.cpp)\n"
        " 4      +0.0  Interrupt: line 10 on CPU 0, STAT/ACK 40 acknowledged       irq 6 -> 7\n"
        "              irq_enter (kernel/context.cpp), e100::interrupt (driver/interrupt.cpp)\n"
        " 5      +3.0  NAPI: on the poll list of CPU 0, the card is masked         napi schedules 0 -> 0\n"
        "              napi_schedule_prep, __napi_schedule_irqoff (kernel/napi.cpp)\n"
        " 6      +5.0  Softirq: NET_RX at interrupt exit, poll with budget 16      NET_RX 0 -> 0\n"
        "              do_softirq (kernel/softirq.cpp), net_rx_action (kernel/net_rx_action.cpp), "
        "e100::poll\n"
        " 7      +8.0  Unmap: 005a2003, 1538 bytes, belong to the CPU again        unmaps 0 -> 0\n"
        "              DmaBuffer<Device>::unmap (kernel/dma.cpp)\n"
        " 8      +9.0  Receive: type 0800 (IPv4), 48 bytes                         rx_packets 4 -> 5\n"
        "              eth_type_trans (kernel/net_device.cpp), netif_receive_skb\n"
        " 9            Steering: not steered, rps_cpus = 0, stays on CPU 0         \n"
        "              netif_receive_skb (kernel/receive.cpp), rps_steer (kernel/rps.cpp)\n"
        "10     +10.0  Delivery: to IPv4 on CPU 0                                  processed 0 -> 0\n"
        "              __netif_receive_skb (kernel/receive.cpp)\n"
        "11     +12.0  Protocol: IPv4, UDP to port 7, 20 bytes, all checked        Ip InReceives 0 -> 0\n"
        "              ip_rcv (net/ipv4_input.cpp), udp_rcv (net/udp.cpp)\n"
        "12     +13.0  Reader: port 7, 2304 bytes queued, read at +19.0            Udp InDatagrams 0 -> 0\n"
        "              UdpSocket::enqueue, receive_packet (net/socket.cpp)\n"
        "              The reader's answer of 62 bytes left at +20.0.\n"
        "              The poll took 1 packet and ended at +17.0; the card is unmasked.\n");
}

TEST(Story, FitsAHundredColumns) {
    Records records = whole_udp();
    shell::Recording recording = recording_of(records);
    recording.before.chip_good_frames = 4'000'000'000;
    recording.after.chip_good_frames = 4'000'000'001;
    recording.before.udp_read = recording.after.udp_read = 99'999'999;
    std::istringstream stream(story(recording));
    for (std::string line; std::getline(stream, line);)
        EXPECT_LE(line.size(), 100u) << line;
}

TEST(Story, LongNumbersAreNotCutOff) {
    Records records;
    records.now = 1;
    records.interrupt();
    records.now += 12'345'678;
    records.poll().frame(255, 1514).udp(65535).end_of_poll(16);
    for (TraceRecord& record : records.records)
        if (record.event == Event::SockEnqueue)
            record.b = 214272;
    records.add(Event::AppRecv, 65535, 1472, ExecutionContext::Task);
    const std::string text = story(recording_of(records));
    EXPECT_NE(step(text, 3).find("driver looks at +12352.6 "), std::string::npos) << text;
    EXPECT_NE(step(text, 12).find("port 65535, 214272 bytes queued, read at +12364.6"), std::string::npos)
        << text;
}

TEST(Story, NothingIsToldOfNothing) {
    Records none;
    EXPECT_EQ(story(recording_of(none)), "");
    const Records udp = whole_udp();
    EXPECT_EQ(story(recording_of(udp), FrameKind::Arp), "");
    EXPECT_EQ(story(recording_of(udp), FrameKind::Icmp), "");
    EXPECT_NE(story(recording_of(udp), FrameKind::Udp), "");
}

TEST(Story, WhatIsMissingIsNotSeen) {
    Records records;
    records.add(Event::NetReceive, ipv4, 48);
    shell::Recording recording = recording_of(records);
    recording.after.chip_good_frames = recording.before.chip_good_frames;
    recording.facts.up = false;
    const std::string text = story(recording);
    for (const unsigned number : {1, 2, 3, 4, 5, 6, 7, 10, 11, 12})
        EXPECT_NE(step(text, number).find("not seen"), std::string::npos) << text;
    EXPECT_NE(step(text, 8).find("Receive: type 0800"), std::string::npos);
    EXPECT_NE(text.find("us after"), std::string::npos);
    EXPECT_NE(text.find("     receive  what happened"), std::string::npos) << "the time counts from there";
    EXPECT_NE(text.find("The poll was not seen to end; the card is still masked."), std::string::npos);
}

TEST(Story, ADriverWithoutChipCountersIsNotSeenToCount) {
    const Records records = whole_udp();
    shell::Recording recording = recording_of(records);
    recording.before.chip_good_frames = recording.after.chip_good_frames = std::nullopt;
    EXPECT_NE(step(story(recording), 2).find("not seen"), std::string::npos);
}

/// Each record alone taken away must change the story: nothing in it is canned.
TEST(Story, EveryRecordCounts) {
    const Records whole = whole_udp();
    const std::string text = story(recording_of(whole));
    for (std::size_t i = 0; i < whole.records.size(); i++) {
        const Event event = whole.records[i].event;
        if (event == Event::DrvMask || event == Event::IrqExit || event == Event::AppWake ||
            event == Event::NapiComplete || event == Event::SoftirqExit)
            continue; // told by their neighbours
        Records fewer = whole;
        fewer.records.erase(fewer.records.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_NE(story(recording_of(fewer)), text) << kernel::event_name(event);
    }
}

TEST(Story, ADropSaysWhy) {
    Records records;
    records.interrupt().poll().frame(3, 62).add(Event::IpRcv, 17, peer).add(Event::UdpRcv, 9, 20);
    records.add(Event::Drop, static_cast<uint32_t>(kernel::DropReason::NoSocket)).end_of_poll(1);
    const std::string text = story(recording_of(records));
    EXPECT_NE(step(text, 12).find("Reader: dropped, NO_SOCKET"), std::string::npos) << text;
    EXPECT_NE(step(text, 11).find("UDP to port 9"), std::string::npos);
}

TEST(Story, ADropBeforeTheProtocolIsSeenThere) {
    Records records;
    records.interrupt().poll().add(Event::RxDescriptor, 1, 62).add(Event::DmaUnmap, 1, 1538);
    records.add(Event::NetReceive, 0x86dd, 48);
    records.add(Event::Drop, static_cast<uint32_t>(kernel::DropReason::UnhandledProto)).end_of_poll(1);
    const std::string text = story(recording_of(records));
    EXPECT_NE(step(text, 10).find("Delivery: dropped, UNHANDLED_PROTO"), std::string::npos) << text;
    EXPECT_NE(step(text, 8).find("type 86dd (unknown)"), std::string::npos);
}

TEST(Story, AnEchoRequestIsAnsweredByTheProtocol) {
    Records records;
    records.interrupt().poll().frame(3, 98).add(Event::IpRcv, 1, peer).add(Event::IcmpRcv, 8, 64);
    records.add(Event::NetXmit, 98).end_of_poll(1);
    const std::string text = story(recording_of(records), FrameKind::Icmp);
    EXPECT_NE(step(text, 11).find("ICMP echo request, 64 bytes"), std::string::npos) << text;
    EXPECT_NE(step(text, 12).find("Reader: none needed, an answer of 98 bytes left"), std::string::npos);
}

TEST(Story, ArpHasNoReader) {
    Records records;
    records.interrupt().poll().frame(3, 60, arp).add(Event::ArpRcv, 2, peer).end_of_poll(1);
    const std::string text = story(recording_of(records), FrameKind::Arp);
    EXPECT_NE(step(text, 11).find("ARP reply from 10.0.2.2"), std::string::npos) << text;
    EXPECT_NE(step(text, 12).find("neighbour cache"), std::string::npos);
}

TEST(Story, FramesOfOnePollAreKeptApart) {
    Records records;
    records.interrupt().poll().frame(3, 60, arp).add(Event::ArpRcv, 1, peer).add(Event::NetXmit, 42);
    records.frame(4, 62)
        .udp(7)
        .frame(5, 98)
        .add(Event::IpRcv, 1, peer)
        .add(Event::IcmpRcv, 0, 64)
        .end_of_poll(3);
    records.add(Event::AppRecv, 8, 1, ExecutionContext::Task); // another socket's
    const std::string text = story(recording_of(records), FrameKind::Udp);
    EXPECT_NE(step(text, 3).find("ring slot 4"), std::string::npos) << text;
    EXPECT_NE(step(text, 7).find("005a2004"), std::string::npos);
    EXPECT_NE(step(text, 4).find("+0.0"), std::string::npos);
    EXPECT_EQ(step(text, 12).find("read at"), std::string::npos);
    EXPECT_EQ(text.find("answer"), std::string::npos) << "the ARP reply is not this frame's";
    EXPECT_NE(text.find("The poll took 3 packets"), std::string::npos);
}

TEST(Story, TheInterruptOfAnEarlierSessionIsNotMistaken) {
    Records records;
    records.interrupt().poll().end_of_poll(0);
    const uint64_t second = records.now + 1000;
    records.interrupt().poll().frame(3, 62).udp(7).end_of_poll(1);
    const auto way = shell::find_frame(records.records, FrameKind::Any);
    ASSERT_TRUE(way && way->irq_entry);
    EXPECT_EQ(way->irq_entry->time_ns, second);
}

TEST(Story, AnInterruptInTheMiddleDoesNotBelongToTheFrame) {
    Records records;
    records.interrupt().poll().frame(3, 62).add(Event::IpRcv, 17, peer);
    records.add(Event::Drop, 0, 0, ExecutionContext::Hardirq); // somebody else's
    records.add(Event::UdpRcv, 7, 20).add(Event::SockEnqueue, 7, 2304).end_of_poll(1);
    const auto way = shell::find_frame(records.records, FrameKind::Any);
    ASSERT_TRUE(way);
    EXPECT_FALSE(way->drop);
    EXPECT_TRUE(way->queued);
}

TEST(Story, OtherCpusDoOtherThings) {
    Records records;
    records.interrupt().poll();
    records.add(Event::RxDescriptor, 200, 0, ExecutionContext::Softirq, 1);
    records.frame(3, 62);
    records.add(Event::Drop, 1, 0, ExecutionContext::Softirq, 1).udp(7).end_of_poll(1);
    const std::string text = story(recording_of(records));
    EXPECT_NE(step(text, 3).find("ring slot 3"), std::string::npos) << text;
    EXPECT_EQ(text.find("dropped"), std::string::npos);
}

TEST(Story, ASteeredFrameGoesOnAtTheOtherCpu) {
    constexpr uint8_t target = 2;
    const auto there = [](Records& records, Event event, uint32_t a, uint32_t b) {
        records.add(event, a, b, ExecutionContext::Softirq, target);
    };
    Records records;
    records.interrupt().poll();
    records.add(Event::RxDescriptor, 3, 0xa0200000 | 62).add(Event::DmaUnmap, 0x5a2003, 1538);
    records.add(Event::NetReceive, ipv4, 48).add(Event::RpsSteer, 0x51ccc178, target);
    records.add(Event::BacklogEnqueue, target, 2).add(Event::NetDeliver, arp, 0); // another frame's, of here
    there(records, Event::NetDeliver, arp, target);                               // the one in front
    there(records, Event::ArpRcv, 1, peer);
    records.end_of_poll(1);
    there(records, Event::NetDeliver, ipv4, target);
    there(records, Event::IpRcv, 17, peer);
    there(records, Event::UdpRcv, 7, 20);
    there(records, Event::SockEnqueue, 7, 2304);
    there(records, Event::NetDeliver, arp, target); // the next
    there(records, Event::Drop, 1, 0);
    const std::string text = story(recording_of(records));
    EXPECT_NE(step(text, 9).find("hash 51ccc178, from CPU 0 to CPU 2"), std::string::npos) << text;
    EXPECT_NE(step(text, 9).find("backlog 1 -> 2"), std::string::npos);
    EXPECT_NE(step(text, 10).find("to IPv4 on CPU 2"), std::string::npos);
    EXPECT_NE(step(text, 11).find("UDP to port 7"), std::string::npos);
    EXPECT_NE(step(text, 12).find("port 7, 2304 bytes queued"), std::string::npos);
    EXPECT_EQ(text.find("dropped"), std::string::npos);
}

TEST(Story, WhatIsNotSteeredSaysSo) {
    const Records records = whole_udp();
    shell::Recording recording = recording_of(records);
    recording.facts.rps_cpus = 0xf;
    EXPECT_NE(step(story(recording), 9).find("not steered, rps_cpus = f, stays on CPU 0"), std::string::npos);
}

TEST(Story, LostRecordsAreAdmitted) {
    const Records records = whole_udp();
    shell::Recording recording = recording_of(records);
    recording.lost = 17;
    EXPECT_NE(story(recording).find("17 records did not fit."), std::string::npos);
}

} // namespace
