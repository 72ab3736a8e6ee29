// SPDX-License-Identifier: GPL-2.0-or-later
// The offloading transmit command of the 82550 and 82551: its block, its place among the others, large sends
// in bounded slices (SDM appendix B).
#include "chip/fcs.h"
#include "ipcb_bench.h"

namespace i8255x {
namespace {

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

struct PacedLargeSendTest : LargeSendTest {
    PacedLargeSendTest() : LargeSendTest(100) {}
};

TEST_F(PacedLargeSendTest, SegmentsLeaveOneAfterTheOther) {
    constexpr int64_t segment_ns = (14 + 40 + 1000 + 24) * 80;
    host.takes_large = LargePackets::Cut;
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
