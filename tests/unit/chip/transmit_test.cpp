// SPDX-License-Identifier: GPL-2.0-or-later
// Transmit command: gathering a frame in every TCB and TBD form, what is added to it, where it goes
// (SDM 6.4.2.5).
#include "chip/fcs.h"
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t tcb = 0x12400, array = 0x15000, buffers = 0x2a000;
constexpr uint16_t el = cb_command::end_of_list;
constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr uint32_t el_15 = tbd_end_of_list, el_16 = tbd_end_of_list_sdm;

struct TransmitTest : testing::Test, UnitBench {
    void use_standard_tcb() { set(config::standard_tcb); }
    void put_tcb(uint16_t flags, uint32_t tbd_array, unsigned immediate, unsigned tbd_number) {
        put_block(tcb, static_cast<uint16_t>(4 | el | flags), 0);
        host.memory.write32(tcb + 8, tbd_array);
        host.memory.write16(tcb + 12, static_cast<uint16_t>(immediate));
        host.memory.write16(tcb + 14, static_cast<uint16_t>(0xe0 | tbd_number << 8));
    }
    void put_tbd(uint32_t at, uint32_t address, uint32_t size) {
        host.memory.write32(at, address);
        host.memory.write32(at + 4, size);
    }
    /// Executes `tcb` and gives the only frame that left.
    Bytes transmit() {
        host.forget();
        EXPECT_TRUE(execute(tcb));
        EXPECT_EQ(status(tcb), done);
        EXPECT_EQ(host.sent.size(), 1u);
        return host.sent.empty() ? Bytes{} : host.sent.front();
    }
    /// Executes `tcb`; its frame must not leave, for `reason`.
    void expect_not_sent(NotSent reason, uint16_t expected_status = done) {
        host.forget();
        EXPECT_TRUE(execute(tcb));
        EXPECT_EQ(status(tcb), expected_status) << "the driver gets its block back all the same";
        EXPECT_TRUE(host.sent.empty());
        ASSERT_TRUE(host.traced(TraceEvent::TxDrop));
        EXPECT_EQ(std::ranges::find(host.trace_record, TraceEvent::TxDrop, &FakeHost::Trace::event)->b,
                  static_cast<uint32_t>(reason));
        EXPECT_EQ(host.count_traced(TraceEvent::TxWire), 0u);
    }
    Bytes frame = make_frame(stranger, ipv4, 100);
};

TEST_F(TransmitTest, TheManualsExtendedBlockByteForByte) {
    put(tcb, {0x00, 0x00, 0x0c, 0x5f, 0x40, 0x24, 0x01, 0x00, 0x10, 0x24, 0x01, 0x00,
              0x00, 0x00, 0xe0, 0x01, 0x01, 0xa0, 0x02, 0x00, 0x3c, 0x00, 0x00, 0x00});
    const Bytes sixty = make_frame(stranger, ipv4, 60);
    host.memory.put(0x2a001, sixty);
    EXPECT_EQ(transmit(), sixty);
    EXPECT_EQ(scb.cu_status(), CuStatus::Suspended);
    EXPECT_EQ(command_unit.state().low.link, 0x12440u);
    EXPECT_EQ(scb.stat(), 0) << "CID 31";
}

TEST_F(TransmitTest, SimplifiedFrameStandsBehindTheStandardBlock) {
    use_standard_tcb();
    put_transmit(tcb, el, 0, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(TransmitTest, SimplifiedBlockIgnoresTheArray) {
    use_standard_tcb();
    put_tcb(0, array, 100, 1);
    put_tbd(array, buffers, 50);
    host.memory.put(tcb + 16, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(TransmitTest, ImmediateDataOfAnExtendedBlockStandBehindItsTbds) {
    put_tcb(cb_command::flexible, array, 40, 1);
    put_tbd(tcb + 16, buffers, 60);
    host.memory.put(tcb + 32, std::span(frame).first(40));
    host.memory.put(buffers, std::span(frame).subspan(40));
    EXPECT_EQ(transmit(), frame);
}

TEST_F(TransmitTest, FlexibleStandardBlockGathersItsArray) {
    use_standard_tcb();
    cu(CuCommand::LoadBase, 0x00100000); // for the block and the array, not for the buffers
    put_tcb(cb_command::flexible, array, 10, 3);
    host.memory.put(0x00100000 + tcb, host.memory.bytes(tcb, 16));
    host.memory.put(0x00100000 + tcb + 16, std::span(frame).first(10));
    put_tbd(0x00100000 + array, buffers + 1, 33);
    put_tbd(0x00100000 + array + 8, buffers + 0x100, 0);
    put_tbd(0x00100000 + array + 16, buffers + 0x203, 57);
    host.memory.put(buffers + 1, std::span(frame).subspan(10, 33));
    host.memory.put(buffers + 0x203, std::span(frame).subspan(43));
    EXPECT_TRUE(execute(tcb));
    ASSERT_EQ(host.sent.size(), 1u);
    EXPECT_EQ(host.sent[0], frame);
}

TEST_F(TransmitTest, TbdNumberZeroMeansNone) {
    use_standard_tcb();
    put_tcb(cb_command::flexible, array, 100, 0);
    put_tbd(array, buffers, 50);
    host.memory.put(tcb + 16, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(TransmitTest, ExtendedArrayHoldsTheThirdTbdAndLaterOnes) {
    put_tcb(cb_command::flexible, array, 0, 4);
    put_tbd(tcb + 16, buffers, 10);
    put_tbd(tcb + 24, buffers + 10, 20);
    put_tbd(array, buffers + 30, 30);
    put_tbd(array + 8, buffers + 60, 40);
    host.memory.put(buffers, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(TransmitTest, ExtendedBlockIsFlexibleWithoutItsBit) {
    put_tcb(0, no_tbd_array, 0, 1);
    put_tbd(tcb + 16, buffers, 100);
    host.memory.put(buffers, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(TransmitTest, SecondInlineTbdMayBeEmpty) {
    put_tcb(cb_command::flexible, array, 0, 3);
    put_tbd(tcb + 16, buffers, 60);
    put_tbd(tcb + 24, 0, 0);
    put_tbd(array, buffers + 60, 40);
    host.memory.put(buffers, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(TransmitTest, EitherEndBitEndsTheList) {
    for (uint32_t end : {el_15, el_16}) {
        put_tcb(cb_command::flexible, array, 0, 3);
        put_tbd(tcb + 16, buffers, 100 | end);
        put_tbd(tcb + 24, buffers, 100);
        host.memory.put(buffers, frame);
        EXPECT_EQ(transmit(), frame);
    }
}

TEST_F(TransmitTest, AMissingArrayEndsTheList) {
    put_tcb(cb_command::flexible, no_tbd_array, 0, 7);
    put_tbd(tcb + 16, buffers, 60);
    put_tbd(tcb + 24, buffers + 60, 40);
    host.memory.put(buffers, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(TransmitTest, SizesHave14Bits) {
    put_tcb(cb_command::flexible, array, 0, 1);
    put_tbd(tcb + 16, buffers, 100 | 0xfffe4000);
    host.memory.put(buffers, frame);
    EXPECT_EQ(transmit(), frame);
}

// Dynamic TBDs

struct DynamicTbdTest : TransmitTest {
    DynamicTbdTest() {
        set(config::dynamic_tbd);
        host.memory.put(buffers, frame);
    }
};

TEST_F(DynamicTbdTest, EndWithTheirEndBit) {
    for (uint32_t end : {el_15, el_16}) {
        put_tcb(cb_command::flexible, array, 0, tbd_number_dynamic);
        put_tbd(tcb + 16, buffers, 10);
        put_tbd(tcb + 24, buffers + 10, 20);
        put_tbd(array, buffers + 30, 70 | end);
        put_tbd(array + 8, buffers, 100);
        EXPECT_EQ(transmit(), frame);
    }
}

TEST_F(DynamicTbdTest, WorkWithStandardBlocks) {
    use_standard_tcb();
    put_tcb(cb_command::flexible, array, 0, tbd_number_dynamic);
    put_tbd(array, buffers, 30);
    put_tbd(array + 8, buffers + 30, 70 | el_15);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(DynamicTbdTest, WaitForABuffer) {
    put_tcb(cb_command::flexible, array, 0, tbd_number_dynamic);
    put_tbd(tcb + 16, buffers, 30);
    put_tbd(tcb + 24, 0, 70);
    EXPECT_TRUE(execute(tcb)) << "waiting does not keep the host busy";
    EXPECT_EQ(scb.cu_status(), CuStatus::Active);
    EXPECT_EQ(status(tcb), 0);
    EXPECT_TRUE(host.sent.empty());
    host.advance(3 * CommandUnit::poll_interval_ns);
    EXPECT_EQ(status(tcb), 0);
    EXPECT_EQ(host.count_traced(TraceEvent::CbStart), 4u);

    put_tbd(tcb + 24, buffers + 30, 70 | el_15);
    host.advance(CommandUnit::poll_interval_ns);
    EXPECT_EQ(status(tcb), done);
    ASSERT_EQ(host.sent.size(), 1u);
    EXPECT_EQ(host.sent[0], frame);
    EXPECT_EQ(host.deadline(Timer::TransmitPoll), -1);
}

TEST_F(DynamicTbdTest, TheWaitEndsWithTheBuffer) {
    put_tcb(cb_command::flexible, array, 0, tbd_number_dynamic);
    execute(tcb);
    put_tbd(tcb + 16, buffers, 100 | el_15);
    command_unit.run(); // whoever asks for it
    EXPECT_EQ(status(tcb), done);
    EXPECT_EQ(host.deadline(Timer::TransmitPoll), -1);
    EXPECT_TRUE(CommandUnit::valid(command_unit.state(), variant.generation));
}

TEST_F(DynamicTbdTest, BetweenTimerAndRunTheStateIsWhole) {
    put_tcb(cb_command::flexible, array, 0, tbd_number_dynamic);
    execute(tcb);
    command_unit.poll_timer_fired();
    EXPECT_TRUE(host.command_unit_scheduled);
    EXPECT_TRUE(CommandUnit::valid(command_unit.state(), variant.generation));
    host.command_unit_scheduled = false;
    command_unit.poll_timer_fired();
    EXPECT_FALSE(host.command_unit_scheduled) << "unasked";
}

TEST_F(DynamicTbdTest, ResetEndsTheWait) {
    put_tcb(cb_command::flexible, array, 0, tbd_number_dynamic);
    execute(tcb);
    EXPECT_NE(host.deadline(Timer::TransmitPoll), -1);
    command_unit.selective_reset();
    EXPECT_EQ(host.deadline(Timer::TransmitPoll), -1);
}

TEST_F(DynamicTbdTest, TheWaitGoesOnFromARestoredState) {
    put_tcb(cb_command::flexible, array, 0, tbd_number_dynamic);
    execute(tcb);
    UnitBench other;
    other.set(config::dynamic_tbd);
    other.host.memory = host.memory;
    other.host.memory.write32(tcb + 16, buffers);
    other.host.memory.write32(tcb + 20, 100 | el_15);
    other.scb.restore(scb.state());
    ASSERT_TRUE(CommandUnit::valid(command_unit.state(), variant.generation));
    other.command_unit.restore(command_unit.state());
    EXPECT_FALSE(other.host.command_unit_scheduled);
    other.host.advance(CommandUnit::poll_interval_ns);
    ASSERT_EQ(other.host.sent.size(), 1u);
    EXPECT_EQ(other.host.sent[0], frame);
    command_unit.restore({});
    EXPECT_EQ(host.deadline(Timer::TransmitPoll), -1);
}

TEST_F(DynamicTbdTest, AnEmptyLastTbdNeedsNoBuffer) {
    put_tcb(cb_command::flexible, array, 0, tbd_number_dynamic);
    put_tbd(tcb + 16, buffers, 100);
    put_tbd(tcb + 24, 0, el_15);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(DynamicTbdTest, AListWithoutEndIsGivenUp) {
    put_tcb(cb_command::flexible, array, 0, tbd_number_dynamic);
    put_tbd(tcb + 16, buffers, 0);
    put_tbd(tcb + 24, buffers, 0);
    for (unsigned n = 0; n < 4096; n++)
        put_tbd(array + 8 * n, buffers, 0);
    expect_not_sent(NotSent::TooLong);
    EXPECT_LT(host.dma.size(), 300u);
}

TEST_F(DynamicTbdTest, WithoutTheConfigurationTheNumberCounts) {
    set(config::dynamic_tbd, false);
    put_tcb(cb_command::flexible, no_tbd_array, 0, tbd_number_dynamic);
    put_tbd(tcb + 16, 0, 100); // address 0 is a buffer like any other
    host.memory.put(0, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST(DynamicTbd82557, DoNotExist) {
    UnitBench bench(Generation::I82557);
    bench.set(config::dynamic_tbd);
    bench.put_block(tcb, 4 | el | cb_command::flexible, 0);
    bench.host.memory.write32(tcb + 8, array);
    bench.host.memory.write32(tcb + 12, 0xffe00000);
    bench.host.memory.write32(array, 0);
    bench.host.memory.write32(array + 4, 60 | el_15);
    EXPECT_TRUE(bench.execute(tcb));
    EXPECT_EQ(bench.host.sent.size(), 1u);
}

// Hostile blocks

TEST_F(TransmitTest, UpTo2600BytesAreSent) {
    use_standard_tcb();
    frame = make_frame(stranger, ipv4, 2600);
    put_transmit(tcb, el, 0, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(TransmitTest, MoreThan2600BytesAreNotSent) {
    use_standard_tcb();
    put_transmit(tcb, el, 0, make_frame(stranger, ipv4, 2601));
    expect_not_sent(NotSent::TooLong);
    EXPECT_EQ(host.guest_errors.size(), 1u);
    put_tcb(cb_command::flexible, array, 2600, 1);
    put_tbd(array, buffers, 1);
    expect_not_sent(NotSent::TooLong);
}

/// Data that do not come in time are an underrun (SDM 6.4.2.5.2).
TEST_F(TransmitTest, UnreadableDataUnderrun) {
    constexpr uint16_t underrun = done | cb_status::underrun;
    put_tcb(cb_command::flexible, array, 0, 3);
    put_tbd(tcb + 16, buffers, 60);
    put_tbd(tcb + 24, buffers + 0x1000, 40);
    put_tbd(array, buffers, 10);
    host.memory.refuse(buffers + 0x1000, 1);
    expect_not_sent(NotSent::Unreadable, underrun);
    EXPECT_EQ(counted(Counter::TxUnderruns), 1u);
    host.memory.refuse_nothing();
    host.memory.refuse(array, 8);
    expect_not_sent(NotSent::Unreadable, underrun);
    EXPECT_EQ(host.guest_errors.size(), 1u);
    EXPECT_EQ(counted(Counter::TxUnderruns), 2u);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 0u);
    host.memory.refuse_nothing();
    host.memory.put(buffers, frame);
    put_tcb(cb_command::flexible, array, 0, 1);
    transmit(); // whose status is without the bit again
}

TEST_F(TransmitTest, ABlockWithoutDataSendsNothing) {
    put_tcb(cb_command::flexible, array, 0, 0);
    expect_not_sent(NotSent::Empty);
    EXPECT_EQ(host.guest_errors.size(), 1u);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 0u);
}

TEST_F(TransmitTest, GoesOnAcrossTheTopOfMemory) {
    put_tcb(cb_command::flexible, no_tbd_array, 0, 1);
    put_tbd(tcb + 16, 0xffffffe0, 100);
    host.memory.put(0xffffffe0, frame);
    EXPECT_EQ(transmit(), frame);
}

// What the MAC adds

TEST_F(TransmitTest, ShortFramesArePadded) {
    use_standard_tcb();
    frame = make_frame(stranger, ipv4, 20);
    put_transmit(tcb, el, 0, frame);
    Bytes padded = frame;
    padded.resize(60, variant.pad_byte);
    EXPECT_EQ(transmit(), padded);
}

TEST_F(TransmitTest, PaddingCanBeSwitchedOff) {
    use_standard_tcb();
    set(config::padding, false);
    frame = make_frame(stranger, ipv4, 20);
    put_transmit(tcb, el, 0, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(TransmitTest, PaddingDoesNotShowAnOlderFrame) {
    use_standard_tcb();
    put_transmit(tcb, el, 0, make_frame(stranger, ipv4, 60));
    transmit();
    put_transmit(tcb, el, 0, make_frame(stranger, ipv4, 20));
    EXPECT_EQ(transmit().back(), variant.pad_byte);
}

TEST(Transmit82557, PadsWithItsOwnByte) {
    UnitBench bench(Generation::I82557);
    bench.put_transmit(tcb, el, 0, make_frame(stranger, ipv4, 59));
    bench.execute(tcb);
    ASSERT_EQ(bench.host.sent.size(), 1u);
    EXPECT_EQ(bench.host.sent[0].back(), 0x7e);
}

TEST_F(TransmitTest, SourceAddressIsInsertedOnDemand) {
    use_standard_tcb();
    set(config::no_source_insertion, false);
    put_transmit(tcb, el, 0, frame);
    std::ranges::copy(station, frame.begin() + 6);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(TransmitTest, NoAddressIsInsertedIntoAFragment) {
    use_standard_tcb();
    set(config::no_source_insertion, false);
    set(config::padding, false);
    frame.resize(11);
    put_transmit(tcb, el, 0, frame);
    EXPECT_EQ(transmit(), frame);
    frame.resize(12);
    put_transmit(tcb, el, 0, frame);
    std::ranges::copy(station, frame.begin() + 6);
    EXPECT_EQ(transmit(), frame);
}

// NC: the frame brings its FCS

struct SuppliedFcsTest : TransmitTest {
    SuppliedFcsTest() { use_standard_tcb(); }
    void put_with_fcs(const Bytes& data, Fcs fcs) {
        Bytes all = data;
        all.insert(all.end(), fcs.begin(), fcs.end());
        put_transmit(tcb, el | cb_command::no_crc, 0, all);
    }
};

TEST_F(SuppliedFcsTest, IsTakenOff) {
    set(config::no_source_insertion, false); // has no effect then
    put_with_fcs(frame, frame_check_sequence(frame));
    EXPECT_EQ(transmit(), frame);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 1u);
}

TEST_F(SuppliedFcsTest, IsNotPadded) {
    frame = make_frame(stranger, ipv4, 30);
    put_with_fcs(frame, frame_check_sequence(frame));
    EXPECT_EQ(transmit(), frame);
}

TEST_F(SuppliedFcsTest, AWrongOneReachesNobody) {
    Fcs fcs = frame_check_sequence(frame);
    fcs[0] ^= 1;
    put_with_fcs(frame, fcs);
    expect_not_sent(NotSent::BadFcs);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 1u) << "the wire carried it";
}

TEST_F(SuppliedFcsTest, AMissingOneToo) {
    for (std::size_t bytes : {0u, 1u, 4u}) {
        put_transmit(tcb, el | cb_command::no_crc, 0, make_frame(stranger, ipv4, bytes));
        expect_not_sent(NotSent::BadFcs);
    }
    put_with_fcs({}, frame_check_sequence({}));
    expect_not_sent(NotSent::BadFcs);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 0u);
}

// Where it goes

TEST_F(TransmitTest, CountsWhatWasSent) {
    use_standard_tcb();
    put_transmit(tcb, el, 0, frame);
    transmit();
    transmit();
    EXPECT_EQ(counted(Counter::TxGoodFrames), 2u);
    EXPECT_EQ(host.count_traced(TraceEvent::TxWire), 1u) << "one each";
}

TEST_F(TransmitTest, NothingLeavesBeforeTheFirstConfigure) {
    use_standard_tcb();
    configuration.restore(configuration.bytes(), false);
    put_transmit(tcb, el, 0, frame);
    expect_not_sent(NotSent::NotConfigured);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 0u);
}

TEST_F(TransmitTest, NothingLeavesWithCsmaDisabled) {
    use_standard_tcb();
    set(config::csma_disable);
    put_transmit(tcb, el, 0, frame);
    expect_not_sent(NotSent::NotConfigured);
}

TEST_F(TransmitTest, NothingLeavesWithoutLink) {
    use_standard_tcb();
    phy.link = false;
    put_transmit(tcb, el, 0, frame);
    expect_not_sent(NotSent::NoLink);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 0u);
    EXPECT_EQ(counted(Counter::TxLostCarrierSense), 1u);
}

TEST_F(TransmitTest, FullDuplexListensForNoCarrier) {
    use_standard_tcb();
    set(config::force_full_duplex);
    phy.link = false;
    put_transmit(tcb, el, 0, frame);
    expect_not_sent(NotSent::NoLink);
    EXPECT_EQ(counted(Counter::TxLostCarrierSense), 0u);
}

struct LoopbackTest : TransmitTest {
    static constexpr uint32_t rfd = 0x30002;
    LoopbackTest() {
        use_standard_tcb();
        set(config::promiscuous);
        phy.link = false; // needs none
        put_rfd(rfd, 0, rfd + 0x1000, 1522);
        ru(RuCommand::Start, rfd);
    }
    void expect_looped(const Bytes& expected) {
        execute(tcb);
        EXPECT_EQ(status(tcb), done);
        EXPECT_TRUE(host.sent.empty());
        EXPECT_EQ(data_of(rfd), expected);
        EXPECT_EQ(counted(Counter::TxGoodFrames), 1u);
    }
};

TEST_F(LoopbackTest, InternalAndExternalByConfiguration) {
    for (uint8_t mode : {config::loopback_internal, config::loopback_external}) {
        statistics.reset();
        ru(RuCommand::Start, rfd);
        set_byte(10, static_cast<uint8_t>(0x2e | mode));
        put_transmit(tcb, el, 0, frame);
        expect_looped(frame);
        EXPECT_EQ(status(rfd), 0xa026);
    }
}

TEST_F(LoopbackTest, ByThePhy) {
    phy.loopback = true;
    put_transmit(tcb, el, 0, frame);
    expect_looped(frame);
}

TEST_F(LoopbackTest, ReservedModeIsNone) {
    set_byte(10, 0xae);
    phy.link = true;
    put_transmit(tcb, el, 0, frame);
    EXPECT_EQ(transmit(), frame);
}

TEST_F(LoopbackTest, ShortFramesStayShort) {
    phy.loopback = true;
    set(config::padding, false);
    put_transmit(tcb, el, 0, make_frame(stranger, ipv4, 59));
    execute(tcb);
    EXPECT_EQ(status(rfd), 0);
    EXPECT_EQ(counted(Counter::RxShortFrames), 1u);
    expect_all_frames_accounted();
}

TEST_F(LoopbackTest, FragmentsHaveNoAddressToFilter) {
    phy.loopback = true;
    set(config::padding, false);
    for (std::size_t bytes : {1u, 6u, 13u}) {
        put_transmit(tcb, el, 0, make_frame(stranger, ipv4, bytes));
        execute(tcb);
    }
    EXPECT_EQ(counted(Counter::RxShortFrames), 3u);
    expect_all_frames_accounted();
}

TEST_F(LoopbackTest, FragmentsAreSavedIfTheyHaveAnAddress) {
    phy.loopback = true;
    set(config::padding, false);
    set(config::save_bad_frames);
    set(config::discard_short, false);
    put_transmit(tcb, el, 0, make_frame(stranger, ipv4, 5));
    execute(tcb);
    EXPECT_EQ(status(rfd), 0);
    put_transmit(tcb, el, 0, make_frame(stranger, ipv4, 6));
    execute(tcb);
    EXPECT_NE(status(rfd) & rfd_status::too_short, 0);
    EXPECT_EQ(word(rfd + 12), 0xc000 | 6);
    expect_all_frames_accounted();
}

TEST_F(LoopbackTest, AWrongFcsComesBackAsCrcError) {
    phy.loopback = true;
    set(config::save_bad_frames);
    set(config::crc_transfer);
    Bytes with_fcs = frame;
    with_fcs.insert(with_fcs.end(), {1, 2, 3, 4});
    put_transmit(tcb, el | cb_command::no_crc, 0, with_fcs);
    expect_looped(with_fcs);
    EXPECT_EQ(status(rfd), rfd_status::complete | rfd_status::crc_error | rfd_status::type_frame |
                               rfd_status::no_address_match | rfd_status::not_individual);
    EXPECT_EQ(counted(Counter::RxCrcErrors), 1u);
}

} // namespace
} // namespace i8255x
