// SPDX-License-Identifier: GPL-2.0-or-later
// The offloading transmit command of the 82550 and 82551: its block, its place among the others, large sends
// in bounded slices (SDM appendix B).
#include "chip/fcs.h"
#include "harness/ipv4.h"
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t block = 0x12400, array = 0x15000, buffers = 0x2a000;
constexpr uint16_t el = cb_command::end_of_list;
constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr harness::Ipv4 packet_header = {.source = harness::ip(10, 0, 0, 1),
                                         .destination = harness::ip(10, 0, 0, 2),
                                         .protocol = harness::ip_protocol::tcp};

struct IpcbTest : testing::Test, UnitBench {
    explicit IpcbTest(uint32_t wire_mbps = 0) : UnitBench(Generation::I82550, false, wire_mbps) {}

    struct Fields {
        uint16_t flags = el;
        uint32_t tbd_array = array;
        uint16_t immediate = 0;
        uint16_t threshold_and_number = 0x01e0; ///< or the most payload of a segment
        uint8_t checksums = 0, activation = 0;
        uint32_t tbd_size = 0;
    };
    void put_ipcb(const Fields& fields, uint32_t at = block, uint32_t link = 0) {
        put_block(at, static_cast<uint16_t>(9 | fields.flags), link);
        host.memory.write32(at + 8, fields.tbd_array);
        host.memory.write16(at + 12, fields.immediate);
        host.memory.write16(at + 14, fields.threshold_and_number);
        host.memory.write16(at + 16, 0);
        host.memory.put(at + 18, std::array{fields.checksums, fields.activation});
        host.memory.write16(at + 20, 0x2361); // the tag, high byte first
        host.memory.write16(at + 22, 0);
        host.memory.write32(at + 24, buffers);
        host.memory.write32(at + 28, fields.tbd_size);
    }
    void put_tbd(uint32_t at, uint32_t address, uint32_t size) {
        host.memory.write32(at, address);
        host.memory.write32(at + 4, size);
    }
    Bytes transmit() {
        host.forget();
        EXPECT_TRUE(execute(block));
        EXPECT_EQ(status(block), done);
        EXPECT_EQ(host.sent.size(), 1u);
        return host.sent.empty() ? Bytes{} : host.sent.front();
    }
    void expect_not_sent(NotSent reason) {
        host.forget();
        EXPECT_TRUE(execute(block));
        EXPECT_EQ(status(block), done);
        EXPECT_TRUE(host.sent.empty());
        ASSERT_TRUE(host.traced(TraceEvent::TxDrop));
        EXPECT_EQ(std::ranges::find(host.trace_record, TraceEvent::TxDrop, &FakeHost::Trace::event)->b,
                  static_cast<uint32_t>(reason));
        EXPECT_EQ(host.guest_errors.size(), 1u);
    }
    Bytes frame = make_frame(stranger, ipv4, 100);
};

TEST_F(IpcbTest, TheOnlyInlineTbdIsTheSecondOfAnOrdinaryBlock) {
    put_ipcb({.tbd_size = 100});
    host.memory.put(buffers, frame);
    EXPECT_EQ(transmit(), frame);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 1u);
}

TEST_F(IpcbTest, TheArrayHoldsTheSecondTbdAndLaterOnes) {
    put_ipcb({.threshold_and_number = 0x03e0, .tbd_size = 10});
    put_tbd(array, buffers + 10, 20);
    put_tbd(array + 8, buffers + 30, 70);
    put_tbd(array + 16, buffers, 50);
    host.memory.put(buffers, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(IpcbTest, ImmediateDataStandBehindTheBlock) {
    put_ipcb({.immediate = 30 | tcb_eof, .tbd_size = 70});
    host.memory.put(block + 32, std::span(frame).first(30));
    host.memory.put(buffers, std::span(frame).subspan(30));
    EXPECT_EQ(transmit(), frame);
}

/// As FreeBSD builds its blocks.
TEST_F(IpcbTest, DynamicTbdsEndAtBit15Only) {
    set(config::dynamic_tbd);
    put_ipcb({.threshold_and_number = 0xffe0, .tbd_size = 10 | tbd_end_of_list_sdm});
    put_tbd(array, buffers + 10, 90 | tbd_end_of_list);
    put_tbd(array + 8, buffers, 50);
    host.memory.put(buffers, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(IpcbTest, TheFlexibleBitChangesNothing) {
    put_ipcb({.flags = el | cb_command::flexible, .tbd_size = 100});
    host.memory.put(buffers, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(IpcbTest, NeedsTheExtendedMode) {
    set(config::standard_tcb);
    put_ipcb({.tbd_size = 100});
    EXPECT_TRUE(execute(block));
    EXPECT_EQ(status(block), cb_status::complete);
    EXPECT_TRUE(host.sent.empty());
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(IpcbTest, InsertsChecksums) {
    harness::Ipv4 header = packet_header;
    header.protocol = harness::ip_protocol::udp;
    const Bytes data(333, 0x5a);
    Bytes datagram = harness::udp(header, 1, 2, data);
    const uint16_t seed = harness::pseudo_header_sum(header, header.protocol, datagram.size());
    datagram[6] = static_cast<uint8_t>(seed >> 8);
    datagram[7] = static_cast<uint8_t>(seed);
    frame = harness::ethernet(stranger, station, ipv4, harness::ipv4(header, datagram));
    frame[24] = frame[25] = 0;
    put_ipcb({.checksums = ipcb::ip_checksum | ipcb::l4_checksum,
              .activation = ipcb::parse,
              .tbd_size = static_cast<uint32_t>(frame.size())});
    host.memory.put(buffers, frame);
    const Bytes sent = transmit();
    const auto view = harness::parse_udp(sent);
    ASSERT_TRUE(view) << "both checksums are right";
    EXPECT_TRUE(view->has_checksum);
    EXPECT_EQ(Bytes(view->data.begin(), view->data.end()), data);
    EXPECT_TRUE(host.guest_errors.empty());
    EXPECT_EQ(host.memory.bytes(buffers, frame.size()), frame) << "memory is left alone";
}

TEST_F(IpcbTest, AChecksumWithoutAPlaceIsReportedAndTheFrameSent) {
    frame = harness::padded(harness::arp({}));
    put_ipcb({.checksums = ipcb::ip_checksum, .activation = ipcb::parse, .tbd_size = 60});
    host.memory.put(buffers, frame);
    EXPECT_EQ(transmit(), frame);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(IpcbTest, InsertsAVlanTagBeforePadding) {
    put_ipcb({.activation = ipcb::insert_vlan, .tbd_size = 20});
    host.memory.put(buffers, frame);
    Bytes expected(frame.begin(), frame.begin() + 12);
    expected.insert(expected.end(), {0x81, 0x00, 0x61, 0x23});
    expected.insert(expected.end(), frame.begin() + 12, frame.begin() + 20);
    expected.resize(60, variant.pad_byte);
    EXPECT_EQ(transmit(), expected);
}

TEST_F(IpcbTest, TheTagComesOnTopOfTheLongestFrame) {
    frame = make_frame(stranger, ipv4, 2600);
    put_ipcb({.activation = ipcb::insert_vlan, .tbd_size = 2600});
    host.memory.put(buffers, frame);
    EXPECT_EQ(transmit().size(), 2604u);
    put_ipcb({.activation = ipcb::insert_vlan, .tbd_size = 2601});
    expect_not_sent(NotSent::TooLong);
}

TEST_F(IpcbTest, ATimeToSendAtIsReported) {
    put_ipcb({.activation = ipcb::scheduled, .tbd_size = 100});
    host.memory.put(buffers, frame);
    transmit();
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(IpcbTest, HasTheDelayedInterruptAndTheFcsOfATransmission) {
    Bytes with_fcs = frame;
    const Fcs fcs = frame_check_sequence(frame);
    with_fcs.insert(with_fcs.end(), fcs.begin(), fcs.end());
    put_ipcb({.flags = cb_command::suspend | cb_command::cid_mask | cb_command::no_crc, .tbd_size = 104});
    host.memory.put(buffers, with_fcs);
    EXPECT_EQ(transmit(), frame);
    EXPECT_EQ(take_stat(), 0u);
    host.advance(31 * CnaDelay::unit_ns);
    EXPECT_EQ(take_stat(), stat::cna);
}

TEST_F(IpcbTest, UnreadableDataUnderrun) {
    put_ipcb({.tbd_size = 100});
    host.memory.refuse(buffers, 1);
    execute(block);
    EXPECT_EQ(status(block), done | cb_status::underrun);
}

TEST_F(IpcbTest, WaitsForABuffer) {
    set(config::dynamic_tbd);
    put_ipcb({.threshold_and_number = 0xffe0, .tbd_size = 100 | tbd_end_of_list});
    host.memory.write32(block + 24, 0);
    execute(block);
    EXPECT_EQ(status(block), 0);
    host.memory.write32(block + 24, buffers);
    host.advance(CommandUnit::poll_interval_ns);
    EXPECT_EQ(status(block), done);
    EXPECT_EQ(host.sent.size(), 1u);
}

// Large send

struct LargeSendTest : IpcbTest {
    using IpcbTest::IpcbTest;

    static constexpr uint32_t first_sequence = 1000;

    /// Headers in a buffer of their own, the payload in pieces of 10000 bytes, as FreeBSD has them.
    void put_large_send(std::size_t payload, uint16_t mss, uint32_t at = block, uint32_t link = 0) {
        Bytes segment = harness::tcp(packet_header, {.sequence = first_sequence}, data(payload));
        const uint16_t seed = harness::pseudo_header_sum(packet_header, harness::ip_protocol::tcp, 20u + mss);
        segment[16] = static_cast<uint8_t>(seed >> 8);
        segment[17] = static_cast<uint8_t>(seed);
        Bytes packet = harness::ipv4(packet_header, Bytes());
        packet[2] = static_cast<uint8_t>((40 + mss) >> 8);
        packet[3] = static_cast<uint8_t>(40 + mss);
        packet.insert(packet.end(), segment.begin(), segment.end());
        const Bytes all = harness::ethernet(stranger, station, ipv4, packet);
        host.memory.put(buffers, all);
        const uint32_t end = link == 0 ? el : 0;
        put_ipcb({.flags = static_cast<uint16_t>(end),
                  .threshold_and_number = mss,
                  .checksums = ipcb::ip_checksum | ipcb::l4_checksum | ipcb::tcp | ipcb::large_send,
                  .activation = ipcb::parse,
                  .tbd_size = 54 | static_cast<uint32_t>(payload) << 16},
                 at, link);
        uint32_t tbd = array;
        for (std::size_t from = 0; from < payload; from += piece, tbd += 8) {
            const std::size_t bytes = std::min(piece, payload - from);
            put_tbd(tbd, static_cast<uint32_t>(buffers + 54 + from),
                    static_cast<uint32_t>(bytes) | (from + piece >= payload ? tbd_end_of_list : 0));
        }
    }
    static Bytes data(std::size_t bytes) {
        Bytes all(bytes);
        for (std::size_t i = 0; i < bytes; i++)
            all[i] = static_cast<uint8_t>(i * 131 >> 4 ^ i);
        return all;
    }
    /// The stream that a receiver puts together from `frames`, all of whose checksums must be right.
    static Bytes received(const std::vector<Bytes>& frames) {
        Bytes stream;
        for (const Bytes& each : frames) {
            const auto view = harness::parse_tcp(each);
            if (!view || view->header.sequence != first_sequence + stream.size()) {
                ADD_FAILURE() << "segment behind " << stream.size();
                break;
            }
            stream.insert(stream.end(), view->data.begin(), view->data.end());
        }
        return stream;
    }
    static constexpr std::size_t piece = 10'000;
};

TEST_F(LargeSendTest, TheReceiverGetsTheWholeStream) {
    put_large_send(40'000, 1460);
    EXPECT_TRUE(execute(block));
    EXPECT_EQ(host.sent.size(), 28u);
    EXPECT_EQ(received(host.sent), data(40'000));
    EXPECT_EQ(status(block), done);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 28u);
    EXPECT_EQ(take_stat(), stat::cna) << "once";
    EXPECT_TRUE(host.guest_errors.empty());
}

TEST_F(LargeSendTest, TheLongestFitsOneSlice) {
    put_large_send(65'535, 1460);
    cu(CuCommand::Start, block);
    command_unit.run();
    EXPECT_EQ(status(block), done);
    EXPECT_EQ(received(host.sent), data(65'535));
}

TEST_F(LargeSendTest, ManySegmentsGoInSlices) {
    put_large_send(500, 1);
    cu(CuCommand::Start, block);
    for (unsigned slice = 1; slice <= 7; slice++) {
        host.command_unit_scheduled = false;
        EXPECT_TRUE(command_unit.run());
        EXPECT_TRUE(host.command_unit_scheduled);
        EXPECT_EQ(host.sent.size(), slice * 64);
        EXPECT_EQ(status(block), 0);
        EXPECT_TRUE(CommandUnit::valid(command_unit.state(), variant.generation));
    }
    command_unit.run();
    EXPECT_EQ(status(block), done);
    for (Bytes& each : host.sent) {
        EXPECT_EQ(each.size(), 60u);
        EXPECT_EQ(Bytes(each.end() - 5, each.end()), Bytes(5, variant.pad_byte));
    }
    EXPECT_EQ(received(host.sent), data(500));
    EXPECT_EQ(command_unit.state().low.segments_sent, 0u);
}

TEST_F(LargeSendTest, ASliceOfMixedBlocksIsBoundedToo) {
    put_large_send(63, 1, block, block); // linked to itself
    cu(CuCommand::Start, block);
    command_unit.run();
    EXPECT_LE(host.sent.size(), CommandUnit::blocks_per_run + Transmitter::segments_per_call);
    EXPECT_TRUE(host.command_unit_scheduled);
}

TEST_F(LargeSendTest, EveryOneBeginsAtItsStart) {
    put_large_send(100, 1, block, block + 0x100);
    put_large_send(100, 1, block + 0x100);
    execute(block);
    ASSERT_EQ(host.sent.size(), 200u);
    EXPECT_EQ(received({host.sent.begin(), host.sent.begin() + 100}), data(100));
    EXPECT_EQ(received({host.sent.begin() + 100, host.sent.end()}), data(100));
}

TEST_F(LargeSendTest, TheHighPriorityQueueComesBetweenSlices) {
    put_large_send(100, 1);
    put_block(0x20000, el, 0);
    cu(CuCommand::Start, block);
    command_unit.run();
    cu(CuCommand::HpqStart, 0x20000);
    host.run_command_unit();
    EXPECT_EQ(status(0x20000), done);
    EXPECT_EQ(received(host.sent), data(100)) << "and the stream goes on where it was";
}

TEST_F(LargeSendTest, GoesOnFromARestoredState) {
    put_large_send(100, 1);
    cu(CuCommand::Start, block);
    command_unit.run();
    UnitBench other(Generation::I82550);
    other.host.memory = host.memory;
    other.scb.restore(scb.state());
    other.command_unit.restore(command_unit.state());
    other.host.run_command_unit();
    std::vector<Bytes> all = host.sent;
    all.insert(all.end(), other.host.sent.begin(), other.host.sent.end());
    EXPECT_EQ(all.size(), 100u);
    EXPECT_EQ(received(all), data(100));
    EXPECT_EQ(other.status(block), done);
}

TEST_F(LargeSendTest, AResetForgetsIt) {
    put_large_send(100, 1);
    cu(CuCommand::Start, block);
    command_unit.run();
    command_unit.selective_reset();
    host.forget();
    execute(block);
    EXPECT_EQ(received(host.sent), data(100));
}

TEST_F(LargeSendTest, ABlockThatVanishesMeanwhileIsForgotten) {
    put_large_send(100, 1);
    cu(CuCommand::Start, block);
    command_unit.run();
    host.bus_master = false;
    host.run_command_unit();
    EXPECT_EQ(scb.cu_status(), CuStatus::Idle);
    EXPECT_TRUE(CommandUnit::valid(command_unit.state(), variant.generation));
    host.bus_master = true;
    host.forget();
    execute(block);
    EXPECT_EQ(received(host.sent), data(100));
}

TEST_F(LargeSendTest, ABlockThatShrinksMeanwhileIsDone) {
    put_large_send(500, 1);
    cu(CuCommand::Start, block);
    command_unit.run();
    put_large_send(10, 1);
    host.run_command_unit();
    EXPECT_EQ(status(block), done);
    EXPECT_EQ(host.sent.size(), 64u);
}

TEST_F(LargeSendTest, WaitsForItsBuffers) {
    put_large_send(2000, 1460);
    host.memory.write32(array, 0);
    EXPECT_TRUE(execute(block));
    EXPECT_TRUE(host.sent.empty());
    host.memory.write32(array, buffers + 54);
    host.advance(CommandUnit::poll_interval_ns);
    EXPECT_EQ(received(host.sent), data(2000));
}

TEST_F(LargeSendTest, TagsEverySegment) {
    put_large_send(3000, 1460);
    host.memory.put(block + 19, std::array<uint8_t, 1>{ipcb::parse | ipcb::insert_vlan});
    execute(block);
    ASSERT_EQ(host.sent.size(), 3u);
    for (Bytes& each : host.sent) {
        EXPECT_EQ(Bytes(each.begin() + 12, each.begin() + 16), (Bytes{0x81, 0x00, 0x61, 0x23}));
        each.erase(each.begin() + 12, each.begin() + 16);
    }
    EXPECT_EQ(received(host.sent), data(3000));
}

TEST_F(LargeSendTest, LoopsBackToTheReceiver) {
    phy.loopback = true;
    set(config::promiscuous);
    constexpr uint32_t rfd = 0x50002;
    for (uint32_t n = 0; n < 3; n++)
        put_rfd(rfd + n * 0x1000, 0, rfd + (n + 1) * 0x1000, 1522);
    ru(RuCommand::Start, rfd);
    put_large_send(3000, 1460);
    execute(block);
    std::vector<Bytes> frames;
    for (uint32_t n = 0; n < 3; n++)
        frames.push_back(data_of(rfd + n * 0x1000));
    EXPECT_EQ(received(frames), data(3000));
}

TEST_F(LargeSendTest, OfSomethingElseIsNotSent) {
    put_large_send(3000, 0);
    expect_not_sent(NotSent::NotTcp);
    put_large_send(3000, 1460);
    host.memory.put(block + 19, std::array<uint8_t, 1>{0}); // no parsing, although the offsets are right
    host.memory.put(block + 22, std::array<uint8_t, 2>{14, 34});
    expect_not_sent(NotSent::NotTcp);
    put_large_send(3000, 1460);
    host.memory.put(buffers + 23, std::array<uint8_t, 1>{17});
    expect_not_sent(NotSent::NotTcp);
    put_large_send(3000, 1460);
    host.memory.put(buffers + 13, std::array<uint8_t, 1>{6});
    expect_not_sent(NotSent::NotTcp);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 0u);
}

TEST_F(LargeSendTest, SegmentsThatDoNotFitTheFifoAreNotSent) {
    put_large_send(9000, 2546);
    execute(block);
    EXPECT_EQ(host.sent.size(), 4u);
    put_large_send(9000, 2547);
    expect_not_sent(NotSent::TooLong);
    put_large_send(1000, 9000); // there are none of that size
    EXPECT_EQ(transmit().size(), 1054u);
}

TEST_F(LargeSendTest, MoreThanAPacketCanHoldIsNotSent) {
    put_large_send(60'000, 1460);
    put_tbd(array + 40, buffers, 10'000);
    put_tbd(array + 48, buffers, 10'000 | tbd_end_of_list);
    expect_not_sent(NotSent::TooLong);
}

TEST_F(LargeSendTest, APayloadOfAnotherLengthIsReported) {
    put_large_send(3000, 1460);
    host.memory.write16(block + 30, 2000);
    execute(block);
    EXPECT_EQ(host.guest_errors.size(), 1u);
    EXPECT_EQ(received(host.sent), data(2000));
    EXPECT_EQ(status(block), done);
}

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

TEST_F(LargeSendTest, AHostThatCutsGetsItWhole) {
    set(config::no_source_insertion, false);
    for (const auto& [payload, mss, flags] : {std::tuple{40'000u, uint16_t{1460}, 0x10},
                                              {3000, uint16_t{1000}, 0x19},
                                              {2926, uint16_t{1460}, 0x18},
                                              {65'495, uint16_t{536}, 0x10}}) {
        SCOPED_TRACE(payload);
        put_large_send(payload, mss);
        host.memory.put(buffers + 47, std::array{static_cast<uint8_t>(flags)});
        host.memory.put(buffers + 6, std::array<uint8_t, 6>{}); // the card knows who it is
        host.cuts = false;
        host.forget();
        EXPECT_TRUE(execute(block));
        host.run_command_unit();
        const std::vector<Bytes> frames = host.sent;
        const uint32_t counted_before = counted(Counter::TxGoodFrames);
        host.cuts = true;
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

/// What hosts do in other ways, or not at all.
TEST_F(LargeSendTest, SomeAHostThatCutsDoesNotGet) {
    host.cuts = true;
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

TEST_F(LargeSendTest, ASliceOfWholePacketsIsBoundedToo) {
    host.cuts = true;
    put_large_send(2000, 20, block, block); // linked to itself
    cu(CuCommand::Start, block);
    command_unit.run();
    EXPECT_EQ(host.sent_large.size(), 1u) << "100 segments are more than enough";
}

struct PacedLargeSendTest : LargeSendTest {
    PacedLargeSendTest() : LargeSendTest(100) {}
};

TEST_F(PacedLargeSendTest, SegmentsLeaveOneAfterTheOther) {
    constexpr int64_t segment_ns = (14 + 40 + 1000 + 24) * 80;
    host.cuts = true;
    put_large_send(3000, 1000);
    execute(block);
    for (std::size_t sent = 1; sent <= 3; sent++) {
        EXPECT_EQ(host.sent.size(), sent);
        EXPECT_EQ(status(block), 0);
        host.advance(segment_ns - 1);
        EXPECT_EQ(host.sent.size(), sent);
        EXPECT_EQ(status(block), 0);
        host.advance(1);
    }
    EXPECT_EQ(status(block), done);
    EXPECT_EQ(received(host.sent), data(3000));
}

} // namespace
} // namespace i8255x
