// SPDX-License-Identifier: GPL-2.0-or-later
// Large sends to a host that cuts packets itself: what it gets whole, and what comes of that.
#include "ipcb_bench.h"

namespace i8255x {
namespace {

using LargePacket = LargeSendTest;

/// As the kernel behind a tap device does it.
std::vector<Bytes> cut(const FakeHost::LargePacket& large) {
    constexpr std::size_t ip = 14;
    const auto [tcp, payload, most] = large.how;
    const auto put16 = [](Bytes& bytes, std::size_t at, std::size_t value) {
        bytes[at] = static_cast<uint8_t>(value >> 8);
        bytes[at + 1] = static_cast<uint8_t>(value);
    };
    const auto get16 = [&](std::size_t at) { return large.bytes[at] << 8 | large.bytes[at + 1]; };
    EXPECT_EQ(get16(ip + 2), large.bytes.size() - ip);
    EXPECT_EQ(harness::internet_checksum(std::span(large.bytes).subspan(ip, tcp - ip)), 0);
    EXPECT_EQ(get16(tcp + 16),
              harness::pseudo_header_sum(packet_header, harness::ip_protocol::tcp, large.bytes.size() - tcp));
    std::vector<Bytes> frames;
    for (std::size_t at = payload; at < large.bytes.size(); at += most) {
        Bytes frame(large.bytes.begin(), large.bytes.begin() + static_cast<long>(payload));
        const std::size_t bytes = std::min(most, large.bytes.size() - at);
        frame.insert(frame.end(), large.bytes.begin() + static_cast<long>(at),
                     large.bytes.begin() + static_cast<long>(at + bytes));
        put16(frame, ip + 2, frame.size() - ip);
        put16(frame, ip + 4, static_cast<std::size_t>(get16(ip + 4)) + frames.size());
        put16(frame, ip + 10, 0);
        put16(frame, ip + 10, harness::internet_checksum(std::span(frame).subspan(ip, tcp - ip)));
        const uint32_t sequence =
            static_cast<uint32_t>(get16(tcp + 4)) << 16 | static_cast<uint32_t>(get16(tcp + 6));
        const auto own = static_cast<uint32_t>(sequence + (at - payload));
        put16(frame, tcp + 4, own >> 16);
        put16(frame, tcp + 6, own & 0xffff);
        if (at + bytes < large.bytes.size())
            frame[tcp + 13] &= static_cast<uint8_t>(~(harness::tcp_flag::fin | harness::tcp_flag::psh));
        put16(frame, tcp + 16, 0);
        const uint16_t seed =
            harness::pseudo_header_sum(packet_header, harness::ip_protocol::tcp, frame.size() - tcp);
        put16(frame, tcp + 16, harness::internet_checksum(std::span(frame).subspan(tcp), seed));
        frames.push_back(frame);
    }
    return frames;
}

TEST_F(LargePacket, AHostThatCutsGetsItWhole) {
    set(config::no_source_insertion, false);
    for (const auto& [payload, mss, flags] : {std::tuple{40'000u, uint16_t{1460}, 0x10},
                                              {3000, uint16_t{1000}, 0x19},
                                              {2926, uint16_t{1460}, 0x18},
                                              {65'495, uint16_t{536}, 0x10}}) {
        SCOPED_TRACE(payload);
        put_large_send(payload, mss);
        host.memory.put(buffers + 47, std::array{static_cast<uint8_t>(flags)});
        host.memory.put(buffers + 6, std::array<uint8_t, 6>{}); // the card knows who it is
        host.takes_large = LargePackets::Refused;
        host.forget();
        EXPECT_TRUE(execute(block));
        host.run_command_unit();
        const std::vector<Bytes> frames = host.sent;
        const uint32_t counted_before = counted(Counter::TxGoodFrames);
        host.takes_large = LargePackets::Cut;
        host.forget();
        EXPECT_TRUE(execute(block));
        EXPECT_EQ(status(block), done);
        EXPECT_TRUE(host.sent.empty());
        ASSERT_EQ(host.sent_large.size(), 1u);
        EXPECT_EQ(cut(host.sent_large[0]), frames);
        EXPECT_EQ(counted(Counter::TxGoodFrames), 2 * counted_before);
        std::vector<std::size_t> traced, bytes;
        for (const FakeHost::Trace& each : host.trace_record)
            if (each.event == TraceEvent::TxWire)
                traced.push_back(each.a);
        for (const Bytes& each : frames)
            bytes.push_back(each.size());
        EXPECT_EQ(traced, bytes);
        statistics.reset();
    }
}

TEST_F(LargePacket, AHostWhereTcpEndsGetsItAsOneSegment) {
    host.takes_large = LargePackets::Taken;
    put_large_send(40'000, 1460);
    EXPECT_TRUE(execute(block));
    ASSERT_EQ(host.sent_large.size(), 1u);
    EXPECT_EQ(received({host.sent_large[0].bytes}), data(40'000));
    EXPECT_EQ(counted(Counter::TxGoodFrames), 28u);
}

/// What hosts do in other ways, or not at all.
TEST_F(LargePacket, SomeAHostThatCutsDoesNotGet) {
    host.takes_large = LargePackets::Cut;
    const auto change = [&](uint32_t address, uint8_t byte) { host.memory.put(address, std::array{byte}); };
    const auto expect_segments = [&](std::size_t count) {
        host.forget();
        execute(block);
        host.run_command_unit();
        EXPECT_TRUE(host.sent_large.empty());
        EXPECT_EQ(host.sent.size(), count);
    };
    put_large_send(1460, 1460);
    expect_segments(1);
    put_large_send(2925, 1460); // 59 bytes in the last one
    expect_segments(3);
    put_large_send(65'496, 1460);
    expect_segments(45);
    put_large_send(3000, 1460);
    change(buffers + 47, 0x30); // URG
    expect_segments(3);
    put_large_send(3000, 1460);
    change(block + 19, ipcb::parse | ipcb::insert_vlan);
    expect_segments(3);
    for (const uint8_t sum : {ipcb::ip_checksum, ipcb::l4_checksum}) {
        put_large_send(3000, 1460);
        change(block + 18, static_cast<uint8_t>(sum | ipcb::tcp | ipcb::large_send));
        expect_segments(3);
    }
    put_large_send(3000, 1460);
    host.memory.write16(block + 30, 2000);
    expect_segments(2);
    put_large_send(3000, 1460);
    Bytes headers(54);
    ASSERT_TRUE(host.memory.read(buffers, headers));
    headers.insert(headers.begin() + 12, {0x81, 0, 0, 5});
    host.memory.put(buffers - 4, headers);
    host.memory.write32(block + 24, buffers - 4);
    host.memory.write32(block + 28, 58 | 3000 << 16);
    expect_segments(3);
    put_large_send(3000, 1460);
    set(config::csma_disable);
    expect_segments(0);
    set(config::csma_disable, false);
    phy.link = false;
    expect_segments(0);
    phy.link = true;
    phy.loopback = true;
    expect_segments(0);
    phy.loopback = false;
    execute(block);
    EXPECT_EQ(host.sent_large.size(), 1u) << "but this";
}

TEST_F(LargePacket, ASliceOfWholePacketsIsBoundedToo) {
    host.takes_large = LargePackets::Cut;
    put_large_send(2000, 20, block, block); // linked to itself
    cu(CuCommand::Start, block);
    command_unit.run();
    EXPECT_EQ(host.sent_large.size(), 1u) << "100 segments are more than enough";
}

} // namespace
} // namespace i8255x
