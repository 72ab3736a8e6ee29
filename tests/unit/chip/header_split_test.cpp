// SPDX-License-Identifier: GPL-2.0-or-later
// Header RFDs, RX DMA redirect, and what waits in between (SDM table 14, 6.4.3.1.2, 6.5.4).
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t r0 = 0x30002, r1 = 0x31002, r2 = 0x32002;
constexpr uint32_t b0 = 0x40000, b1 = 0x40100;
constexpr uint32_t buffer0 = 0x100000, buffer1 = 0x110000;
constexpr uint16_t h = rfd_command::header, el = rfd_command::end_of_list;
constexpr uint16_t f = rfd_count::valid, eof = rfd_count::end_of_frame;
constexpr uint16_t hds = 54;
constexpr int64_t window = 3072 * 80;

struct HeaderSplitTest : testing::Test, UnitBench {
    explicit HeaderSplitTest(Generation generation = Generation::I82559, bool backpressure = false)
        : UnitBench(generation, backpressure) {
        put_ring(1522);
        ru(RuCommand::LoadHeaderDataSize, hds);
        ru(RuCommand::Start, r0);
        host.forget();
    }
    const Bytes frame = make_frame(station, ipv4, 250);

    void put_ring(uint16_t size) {
        put_rfd(r0, h, r1, size);
        put_rfd(r1, h, r2, size);
        put_rfd(r2, h, r0, size);
    }
    static Bytes part(const Bytes& frame, std::size_t from, std::size_t bytes) {
        return {frame.begin() + static_cast<std::ptrdiff_t>(from),
                frame.begin() + static_cast<std::ptrdiff_t>(from + bytes)};
    }
    RuStatus state() const { return scb.ru_status(); }
    bool waits() const { return receive_unit.state().header_stored != 0; }
    void expect_header_only(uint32_t rfd) {
        EXPECT_EQ(word(rfd + 12), f | hds);
        EXPECT_EQ(status(rfd), 0) << "not complete";
        EXPECT_EQ(host.memory.bytes(rfd + 16, hds), part(frame, 0, hds));
        EXPECT_EQ(host.memory.bytes(rfd + 16 + hds, 1)[0], 0) << "nothing behind it yet";
    }
};

TEST_F(HeaderSplitTest, TheHeaderComesFirstAndTheRestBehindIt) {
    receive(frame);
    EXPECT_EQ(take_stat(), stat::fr);
    expect_header_only(r0);
    EXPECT_EQ(state(), RuStatus::Ready);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 0u);
    EXPECT_EQ(host.trace_record[1], (FakeHost::Trace{TraceEvent::RxHeader, r0, hds}));
    host.advance(window);
    EXPECT_EQ(take_stat(), stat::fr);
    EXPECT_EQ(status(r0), 0xa020);
    EXPECT_EQ(word(r0 + 12), eof | f | 250) << "of the whole frame";
    EXPECT_EQ(data_of(r0), frame);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 1u);
    EXPECT_EQ(receive_unit.state().rfd, r1);
    EXPECT_TRUE(receive_unit.fifo().empty());
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, TheRestWaitsForAsLongAsTheFifoTakesToFill) {
    receive(frame);
    host.advance(window - 1);
    EXPECT_TRUE(waits());
    host.advance(1);
    EXPECT_FALSE(waits());
}

TEST_F(HeaderSplitTest, TheHeadersDataThenItsCountThenTheInterrupt) {
    receive(frame);
    EXPECT_EQ(host.writes(),
              (std::vector<std::pair<uint32_t, std::size_t>>{{r0 + 16, hds}, {r0 + 12, 2}, {0, 0}}));
    host.forget();
    host.advance(window);
    EXPECT_EQ(host.writes(), (std::vector<std::pair<uint32_t, std::size_t>>{
                                 {r0 + 16 + hds, 250 - hds}, {r0 + 12, 2}, {0, 0}, {r0, 2}}));
}

TEST_F(HeaderSplitTest, TheSizeOfTheDataAreaDoesNotIncludeTheHeader) {
    put_ring(250 - hds);
    receive(frame);
    host.advance(window);
    EXPECT_EQ(status(r0), 0xa020);
    put_ring(250 - hds - 1);
    receive(frame);
    take_stat();
    host.advance(window);
    EXPECT_EQ(status(r1), rfd_status::complete | rfd_status::no_resources | rfd_status::type_frame);
    EXPECT_EQ(word(r1 + 12), eof | f | 249);
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::rnr});
    EXPECT_EQ(state(), RuStatus::NoResources);
}

TEST_F(HeaderSplitTest, AFrameNotLongerThanTheHeaderComesAtOnce) {
    ru(RuCommand::LoadHeaderDataSize, 60);
    receive(make_frame(station, ipv4, 60));
    EXPECT_EQ(status(r0), 0xa020);
    EXPECT_EQ(word(r0 + 12), eof | f | 60);
    EXPECT_FALSE(waits());
    receive(make_frame(station, ipv4, 61));
    EXPECT_TRUE(waits());
}

TEST_F(HeaderSplitTest, WithoutHBitOrSizeNothingIsSplit) {
    put_rfd(r0, 0, r1, 1522);
    receive(frame);
    EXPECT_EQ(status(r0), 0xa020);
    ru(RuCommand::LoadHeaderDataSize, 0);
    EXPECT_EQ(host.guest_errors.size(), 1u);
    receive(frame);
    EXPECT_EQ(status(r1), 0xa020);
    EXPECT_EQ(data_of(r1), frame);
}

TEST_F(HeaderSplitTest, OddAndTooLargeSizesAreReported) {
    for (auto [size, taken] :
         {std::pair{55u, 54u}, {0x10036u, 0x36u}, {0x4036u, 0x36u}, {0x3ffeu, 0x3ffeu}}) {
        host.forget();
        ru(RuCommand::LoadHeaderDataSize, size);
        EXPECT_EQ(host.guest_errors.size(), size == taken ? 0u : 1u);
        EXPECT_EQ(receive_unit.state().header_data_size, taken);
    }
}

TEST_F(HeaderSplitTest, SelectiveResetKeepsTheSizeAndDropsTheFrame) {
    receive(frame);
    receive_unit.selective_reset();
    EXPECT_FALSE(waits());
    EXPECT_EQ(host.deadline(Timer::HeaderSplit), -1);
    EXPECT_EQ(receive_unit.state().header_data_size, hds);
    expect_all_frames_accounted();
    receive_unit.reset();
    EXPECT_EQ(receive_unit.state().header_data_size, 0);
}

TEST_F(HeaderSplitTest, ADelayedCnaGoesWithTheHeader) {
    cna_delay.left_active(31);
    receive(frame);
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::cna});
}

// Redirect

TEST_F(HeaderSplitTest, RedirectSendsTheRestToBuffers) {
    put_rbd(b0, b1, buffer0, 100);
    put_rbd(b1, 0, buffer1, 100 | rbd_end_of_list);
    receive(frame);
    take_stat();
    ru(RuCommand::DmaRedirect, b0);
    EXPECT_EQ(take_stat(), stat::fr);
    EXPECT_EQ(status(r0), 0xa020);
    EXPECT_EQ(word(r0 + 12), eof | f | 250);
    EXPECT_EQ(word(b0), f | 100);
    EXPECT_EQ(word(b1), eof | f | 96);
    EXPECT_EQ(host.memory.bytes(buffer0, 100), part(frame, hds, 100));
    EXPECT_EQ(host.memory.bytes(buffer1, 96), part(frame, hds + 100, 96));
    EXPECT_EQ(host.memory.bytes(r0 + 16 + hds, 1)[0], 0) << "nothing behind the header";
    EXPECT_EQ(host.deadline(Timer::HeaderSplit), -1);
    EXPECT_EQ(state(), RuStatus::Ready) << "the list was for this frame alone";
    receive(frame);
    EXPECT_EQ(word(r1 + 12), f | hds);
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, TheListIsRelativeToTheBase) {
    ru(RuCommand::Abort);
    ru(RuCommand::LoadBase, 0x01000000);
    put_rfd(0x01000000 + r0, h, r1, 0);
    put_rbd(0x01000000 + b0, b1, buffer0, 1000);
    ru(RuCommand::Start, r0);
    receive(frame);
    ru(RuCommand::DmaRedirect, b0);
    EXPECT_EQ(status(0x01000000 + r0), 0xa020);
    EXPECT_EQ(host.memory.bytes(buffer0, 196), part(frame, hds, 196));
}

TEST_F(HeaderSplitTest, AHeaderRfdWithoutDataAreaIsNotEmpty) {
    put_rfd(r0, h | el, r1, 0);
    put_rbd(b0, b1, buffer0, 1000);
    receive(frame);
    expect_header_only(r0);
    EXPECT_EQ(state(), RuStatus::Ready) << "EL counts at the end";
    take_stat();
    ru(RuCommand::DmaRedirect, b0);
    EXPECT_EQ(status(r0), 0xa020);
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::rnr});
    EXPECT_EQ(state(), RuStatus::NoResources);
}

TEST_F(HeaderSplitTest, TooFewBuffersCutTheFrame) {
    put_rbd(b0, b1, buffer0, 100 | rbd_end_of_list);
    receive(frame);
    take_stat();
    ru(RuCommand::DmaRedirect, b0);
    EXPECT_EQ(status(r0), rfd_status::complete | rfd_status::no_resources | rfd_status::type_frame);
    EXPECT_EQ(word(r0 + 12), eof | f | (hds + 100));
    EXPECT_EQ(word(b0), eof | f | 100);
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::rnr});
    EXPECT_EQ(state(), RuStatus::NoResourcesNoRbds);
    ru(RuCommand::RbdResume);
    EXPECT_EQ(state(), RuStatus::Ready);
    receive(frame);
    EXPECT_EQ(word(r1 + 12), f | hds);
}

TEST_F(HeaderSplitTest, ARedirectThatComesTooLateDoesNothing) {
    put_rbd(b0, b1, buffer0, 1000);
    ru(RuCommand::DmaRedirect, b0);
    EXPECT_EQ(host.guest_errors.size(), 1u);
    receive(frame);
    host.advance(window);
    ru(RuCommand::DmaRedirect, b0);
    EXPECT_EQ(host.guest_errors.size(), 2u);
    receive(frame);
    EXPECT_EQ(word(b0), 0);
    EXPECT_EQ(word(r1 + 12), f | hds) << "nor is it kept for the next frame";
    EXPECT_EQ(status(r1), 0);
}

TEST_F(HeaderSplitTest, FlexibleHeaderRfdsGoOnInTheirOwnBuffers) {
    put_flexible_rfd(r0, h, r1, b0, 46);
    put_rbd(b0, b1, buffer0, 1000);
    receive(frame);
    expect_header_only(r0);
    host.advance(window);
    EXPECT_EQ(status(r0), 0xa020);
    EXPECT_EQ(word(r0 + 12), eof | f | 250);
    EXPECT_EQ(host.memory.bytes(r0 + 16, 100), part(frame, 0, 100));
    EXPECT_EQ(word(b0), eof | f | 150);
    EXPECT_EQ(host.memory.bytes(buffer0, 150), part(frame, 100, 150));
}

TEST_F(HeaderSplitTest, FlexibleHeaderRfdsWithoutBuffersCutTheFrame) {
    put_flexible_rfd(r0, h, r1, no_rbd, 46);
    receive(frame);
    host.advance(window);
    EXPECT_EQ(status(r0), rfd_status::complete | rfd_status::no_resources | rfd_status::type_frame);
    EXPECT_EQ(word(r0 + 12), eof | f | 100);
    EXPECT_EQ(state(), RuStatus::NoResourcesNoRbds);
}

// Other frames and commands in between

TEST_F(HeaderSplitTest, FramesBehindWaitInOrder) {
    receive(frame);
    Bytes second = frame, third = make_frame(station, ipv4, 60);
    second[100] = 0xee;
    receive(second);
    receive(third);
    EXPECT_EQ(word(r1 + 12), 0);
    host.advance(window);
    EXPECT_EQ(data_of(r0), frame);
    EXPECT_EQ(word(r1 + 12), f | hds);
    EXPECT_EQ(word(r2 + 12), 0);
    host.advance(window);
    EXPECT_EQ(data_of(r1), second);
    EXPECT_EQ(word(r2 + 12), f | hds);
    host.advance(window);
    EXPECT_EQ(data_of(r2), third);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 3u);
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, AFullFifoEndsTheWaitInsteadOfLosingFrames) {
    const Bytes full = make_frame(station, ipv4, 1514);
    for (int n = 0; n < 3; n++)
        receive(full);
    EXPECT_EQ(data_of(r0), full) << "no time has passed";
    EXPECT_EQ(word(r1 + 12), f | hds);
    host.advance(10 * window);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 3u);
    EXPECT_EQ(counted(Counter::RxOverruns), 0u);
    EXPECT_EQ(counted(Counter::RxResourceErrors), 0u);
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, AFullFifoWhereTheListEnds) {
    put_rfd(r0, h | el, r1, 1522);
    for (int n = 0; n < 4; n++)
        receive(make_frame(station, ipv4, 1514));
    EXPECT_EQ(state(), RuStatus::NoResources);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 1u);
    EXPECT_EQ(counted(Counter::RxResourceErrors), 1u);
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, AFrameThatTheFifoCannotTakeComesAtOnce) {
    put_ring(0x3fff);
    const Bytes huge = make_frame(station, ipv4, 5000);
    receive(huge);
    EXPECT_EQ(status(r0), 0xa020);
    EXPECT_EQ(data_of(r0), huge);
    EXPECT_FALSE(waits());
}

TEST_F(HeaderSplitTest, CountsThatTheFieldCannotHoldStayAtItsLargest) {
    put_ring(0x3fff);
    receive(make_frame(station, ipv4, 0x3fff + hds));
    EXPECT_EQ(word(r0 + 12), 0xffff);
    EXPECT_EQ(status(r0), 0xa020);
}

TEST_F(HeaderSplitTest, AbortDropsTheFrame) {
    receive(frame);
    take_stat();
    ru(RuCommand::Abort);
    EXPECT_EQ(take_stat(), stat::rnr);
    EXPECT_EQ(status(r0), 0);
    host.advance(window);
    EXPECT_EQ(status(r0), 0);
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, StartTakesEffectAtTheEndOfTheFrame) {
    receive(frame);
    receive(frame);
    ru(RuCommand::Start, r2);
    EXPECT_EQ(data_of(r0), frame);
    EXPECT_EQ(word(r1 + 12), 0);
    EXPECT_EQ(word(r2 + 12), f | hds);
}

TEST_F(HeaderSplitTest, ANewSizeIsForTheNextFrame) {
    receive(frame);
    ru(RuCommand::LoadHeaderDataSize, 20);
    EXPECT_EQ(data_of(r0), frame);
    receive(frame);
    EXPECT_EQ(word(r1 + 12), f | 20);
}

TEST_F(HeaderSplitTest, WaitingFramesOfAStoppedUnitAreSplitToo) {
    put_rfd(r0, el, r1, 0);
    receive(frame);
    EXPECT_EQ(state(), RuStatus::NoResources);
    put_rfd(r0, h, r1, 1522);
    ru(RuCommand::Start, r0);
    expect_header_only(r0);
    host.advance(window);
    EXPECT_EQ(data_of(r0), frame);
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, ABadFrameWhoseHeaderIsOutKeepsItsDescriptor) {
    receive(frame, rfd_status::crc_error);
    EXPECT_EQ(status(r0), rfd_status::complete | rfd_status::crc_error | rfd_status::type_frame);
    EXPECT_EQ(word(r0 + 12), eof | f | 250);
    EXPECT_EQ(counted(Counter::RxCrcErrors), 1u);
    EXPECT_EQ(receive_unit.state().rfd, r1);
    put_rfd(r1, 0, r2, 1522);
    receive(frame, rfd_status::crc_error);
    EXPECT_EQ(status(r1), 0) << "no header RFD: reclaimed";
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, ABadFrameDoesNotOvertake) {
    set(config::save_bad_frames);
    receive(frame);
    receive(frame, rfd_status::alignment_error);
    EXPECT_EQ(data_of(r0), frame);
    EXPECT_EQ(status(r1) & rfd_status::alignment_error, rfd_status::alignment_error);
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, LoopedFramesAreSplitToo) {
    receive_unit.receive_looped(frame, {});
    expect_header_only(r0);
    host.advance(window);
    EXPECT_EQ(data_of(r0), frame);
}

TEST_F(HeaderSplitTest, TrailersGoBehindTheRest) {
    set(config::crc_transfer);
    receive(frame);
    host.advance(window);
    EXPECT_EQ(word(r0 + 12), eof | f | 254);
}

/// Between header and end the configuration may change, and the guest may write anything into the RFD.
TEST_F(HeaderSplitTest, ChangesInTheMiddleAreHarmless) {
    ru(RuCommand::LoadHeaderDataSize, 250);
    set(config::crc_transfer);
    receive(frame);
    EXPECT_TRUE(waits());
    set(config::crc_transfer, false);
    put_rfd(r0, 0, r1, 100);
    host.advance(window);
    EXPECT_EQ(status(r0), rfd_status::complete | rfd_status::no_resources | rfd_status::type_frame);
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, TheBusRefusesTheHeader) {
    host.memory.refuse(r0 + 16, 4);
    receive(frame);
    EXPECT_FALSE(waits());
    EXPECT_EQ(counted(Counter::RxOverruns), 1u);
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, TheBusRefusesTheRest) {
    receive(frame);
    host.memory.refuse(r0 + 16 + hds, 4);
    host.advance(window);
    EXPECT_EQ(counted(Counter::RxOverruns), 1u);
    EXPECT_EQ(status(r0), rfd_status::complete | rfd_status::overrun | rfd_status::type_frame)
        << "not reclaimed: the header is out";
    EXPECT_EQ(receive_unit.state().rfd, r1);
    host.memory.refuse_nothing();
    receive(frame);
    host.bus_master = false;
    host.advance(window);
    EXPECT_EQ(counted(Counter::RxOverruns), 2u);
    expect_all_frames_accounted();
}

TEST_F(HeaderSplitTest, GoesOnFromARestoredState) {
    receive(frame);
    host.advance(window / 2);
    UnitBench other;
    other.host.memory = host.memory;
    other.host.now = host.now;
    other.scb.restore(scb.state());
    ASSERT_TRUE(other.receive_unit.valid(receive_unit.state(), scb.ru_status(), receive_unit.fifo()));
    other.receive_unit.restore(receive_unit.state(), receive_unit.fifo());
    other.host.advance(window / 2 - 1);
    EXPECT_EQ(other.status(r0), 0);
    other.host.advance(1);
    EXPECT_EQ(other.data_of(r0), frame);
    UnitBench third;
    third.host.memory = host.memory;
    third.scb.restore(scb.state());
    third.receive_unit.restore(receive_unit.state(), receive_unit.fifo());
    third.put_rbd(b0, b1, buffer0, 1000);
    third.ru(RuCommand::DmaRedirect, b0);
    EXPECT_EQ(third.host.memory.bytes(buffer0, 196), part(frame, hds, 196));
}

struct BackpressureSplitTest : HeaderSplitTest {
    BackpressureSplitTest() : HeaderSplitTest(Generation::I82559, true) {}
};

TEST_F(BackpressureSplitTest, NothingIsHeldBackWhileAFrameIsInTheMiddle) {
    receive(frame);
    EXPECT_TRUE(receive_unit.can_receive());
    for (int n = 0; n < 2; n++)
        EXPECT_TRUE(receive(make_frame(station, ipv4, 1514)));
    expect_all_frames_accounted();
}

struct HeaderSplit82557Test : HeaderSplitTest {
    HeaderSplit82557Test() : HeaderSplitTest(Generation::I82557) {}
};

TEST_F(HeaderSplit82557Test, HasHeaderRfdsAndNoRedirect) {
    put_rbd(b0, b1, buffer0, 1000);
    receive(frame);
    EXPECT_EQ(status(r0), 0xa020);
    EXPECT_EQ(data_of(r0), frame);
    EXPECT_EQ(host.count_traced(TraceEvent::Stat), 2u) << "one FR for the header, one for the frame";
    ru(RuCommand::DmaRedirect, b0);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

} // namespace
} // namespace i8255x
