// SPDX-License-Identifier: GPL-2.0-or-later
// Receive FIFO: order, room, and what a restored one may hold; how the receive unit uses it (SDM 6.4.3.4).
#include "unit_bench.h"

namespace i8255x {
namespace {

Bytes of_length(std::size_t bytes, uint8_t fill) { return Bytes(bytes, fill); }

Bytes front(const ReceiveFifo& fifo) { return {fifo.front().begin(), fifo.front().end()}; }

TEST(ReceiveFifo, FirstInFirstOut) {
    ReceiveFifo fifo;
    EXPECT_TRUE(fifo.empty());
    EXPECT_TRUE(fifo.push(of_length(60, 1)));
    EXPECT_TRUE(fifo.push(of_length(300, 2)));
    EXPECT_EQ(fifo.used(), 60u + 300u + 4u);
    EXPECT_EQ(front(fifo), of_length(60, 1));
    fifo.pop();
    EXPECT_EQ(front(fifo), of_length(300, 2));
    fifo.pop();
    EXPECT_TRUE(fifo.empty());
    EXPECT_EQ(fifo.used(), 0u);
}

TEST(ReceiveFifo, Holds3KiBWithTheLengths) {
    ReceiveFifo fifo;
    EXPECT_FALSE(fifo.push(of_length(3071, 1)));
    EXPECT_TRUE(fifo.push(of_length(1514, 1)));
    EXPECT_TRUE(fifo.push(of_length(1514, 2)));
    EXPECT_FALSE(fifo.push(of_length(60, 3)));
    fifo.clear();
    EXPECT_TRUE(fifo.push(of_length(3070, 1)));
    EXPECT_FALSE(fifo.push(of_length(14, 1)));
    EXPECT_EQ(front(fifo), of_length(3070, 1));
}

TEST(ReceiveFifo, UsesAllItsRoomAgainAndAgain) {
    ReceiveFifo fifo;
    uint8_t in = 0, out = 0;
    for (int i = 0; i < 1000; i++) {
        while (fifo.push(of_length(700, in)))
            in++;
        EXPECT_EQ(fifo.used(), 4 * 702u);
        EXPECT_EQ(front(fifo), of_length(700, out));
        fifo.pop();
        out++;
    }
}

TEST(ReceiveFifo, GoesThroughAStateRecord) {
    ReceiveFifo fifo, other;
    fifo.push(of_length(60, 1));
    fifo.push(of_length(61, 2));
    fifo.push(of_length(62, 3));
    fifo.pop();
    const Bytes record(fifo.bytes().begin(), fifo.bytes().end());
    EXPECT_TRUE(ReceiveFifo::valid(record));
    other.restore(record);
    EXPECT_EQ(other.used(), 61u + 62u + 4u);
    other.pop();
    EXPECT_EQ(front(other), of_length(62, 3));
}

TEST(ReceiveFifo, RejectsRecordsThatDoNotAddUp) {
    EXPECT_TRUE(ReceiveFifo::valid({}));
    EXPECT_FALSE(ReceiveFifo::valid(Bytes{14}));
    EXPECT_FALSE(ReceiveFifo::valid(Bytes{0, 0}));
    Bytes record(2 + 14);
    record[0] = 14;
    EXPECT_TRUE(ReceiveFifo::valid(record));
    record[0] = 13;
    EXPECT_FALSE(ReceiveFifo::valid(record)) << "too short for an address";
    record[0] = 15;
    EXPECT_FALSE(ReceiveFifo::valid(record)) << "longer than what is there";
    record[0] = 14;
    record.push_back(0);
    EXPECT_FALSE(ReceiveFifo::valid(record)) << "half a prefix behind it";
    Bytes big(3073);
    big[0] = 0xff;
    big[1] = 0x0b; // 3071
    EXPECT_FALSE(ReceiveFifo::valid(big));
}

// The receive unit around it

constexpr uint32_t ring = 0x30002, step = 0x800;
constexpr uint32_t rfd(unsigned n) { return ring + n * step; }

struct WaitingFramesTest : testing::Test, UnitBench {
    explicit WaitingFramesTest(Generation generation = Generation::I82559, bool backpressure = false)
        : UnitBench(generation, backpressure) {}
    void put_ring(unsigned usable, uint16_t last_command = rfd_command::end_of_list,
                  uint16_t last_size = 1522) {
        for (unsigned n = 0; n < usable; n++) {
            const bool last = n + 1 == usable;
            put_rfd(rfd(n), last ? last_command : 0, rfd(n + 1), last ? last_size : 1522);
        }
    }
    /// The unit stopped after the only RFD was filled.
    void stop_with(uint16_t command) {
        put_ring(1, command);
        ru(RuCommand::Start, rfd(0));
        receive(numbered(0));
        take_stat();
        host.forget();
    }
    static Bytes numbered(unsigned n, std::size_t bytes = 100) {
        Bytes frame = make_frame(station, ipv4, bytes);
        frame[14] = static_cast<uint8_t>(n);
        return frame;
    }
    unsigned number_in(uint32_t address) const { return host.memory.bytes(address + 16 + 14, 1)[0]; }
};

TEST_F(WaitingFramesTest, AreDeliveredInOrderAtStart) {
    stop_with(rfd_command::end_of_list);
    for (unsigned n = 1; n <= 3; n++)
        EXPECT_TRUE(receive(numbered(n)));
    EXPECT_EQ(take_stat(), 0u) << "no further RNR, no FR";
    put_ring(5);
    ru(RuCommand::Start, rfd(0));
    for (unsigned n = 1; n <= 3; n++) {
        EXPECT_EQ(status(rfd(n - 1)), 0xa020);
        EXPECT_EQ(number_in(rfd(n - 1)), n);
    }
    EXPECT_EQ(take_stat(), stat::fr);
    EXPECT_EQ(scb.ru_status(), RuStatus::Ready);
    EXPECT_TRUE(receive_unit.fifo().empty());
    receive(numbered(4));
    EXPECT_EQ(number_in(rfd(3)), 4u);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 5u);
    EXPECT_EQ(counted(Counter::RxResourceErrors), 0u);
}

TEST_F(WaitingFramesTest, AreDeliveredAtResumeBehindTheSuspendedRfd) {
    put_rfd(rfd(0), rfd_command::suspend, rfd(1), 1522);
    put_rfd(rfd(1), 0, rfd(2), 1522);
    put_rfd(rfd(2), 0, rfd(3), 1522);
    ru(RuCommand::Start, rfd(0));
    for (unsigned n = 0; n < 3; n++)
        receive(numbered(n));
    EXPECT_EQ(status(rfd(1)), 0);
    ru(RuCommand::Resume);
    EXPECT_EQ(number_in(rfd(1)), 1u);
    EXPECT_EQ(number_in(rfd(2)), 2u);
    EXPECT_EQ(scb.ru_status(), RuStatus::Ready);
}

TEST_F(WaitingFramesTest, StopAgainWhereTheListEnds) {
    stop_with(rfd_command::end_of_list);
    for (unsigned n = 1; n <= 3; n++)
        receive(numbered(n));
    put_ring(2);
    ru(RuCommand::Start, rfd(0));
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::rnr});
    EXPECT_EQ(scb.ru_status(), RuStatus::NoResources);
    put_ring(2);
    ru(RuCommand::Start, rfd(0));
    EXPECT_EQ(number_in(rfd(0)), 3u) << "the third one waited on";
    expect_all_frames_accounted();
}

TEST_F(WaitingFramesTest, TheFrameThatMeetsAStopperWaits) {
    put_rfd(rfd(0), rfd_command::end_of_list, rfd(1), 0);
    ru(RuCommand::Start, rfd(0));
    EXPECT_EQ(take_stat(), 0u) << "descriptors are looked at when a frame needs them";
    receive(numbered(7));
    EXPECT_EQ(take_stat(), stat::rnr);
    EXPECT_EQ(scb.ru_status(), RuStatus::NoResources);
    put_rfd(rfd(0), 0, rfd(1), 1522);
    ru(RuCommand::Start, rfd(0));
    EXPECT_EQ(number_in(rfd(0)), 7u);
}

TEST_F(WaitingFramesTest, WhatDoesNotFitIsAResourceErrorWithoutResources) {
    stop_with(rfd_command::end_of_list);
    for (unsigned n = 1; n <= 5; n++)
        EXPECT_TRUE(receive(numbered(n, 1514)));
    EXPECT_EQ(receive_unit.fifo().size(), 2 * 1516u);
    EXPECT_EQ(counted(Counter::RxResourceErrors), 3u);
    EXPECT_EQ(counted(Counter::RxOverruns), 0u);
    EXPECT_EQ(take_stat(), 0u) << "RNR belongs to the transition only";
    expect_all_frames_accounted();
}

TEST_F(WaitingFramesTest, WhatDoesNotFitIsAnOverrunWhileSuspended) {
    stop_with(rfd_command::suspend);
    for (unsigned n = 1; n <= 5; n++)
        receive(numbered(n, 1514));
    EXPECT_EQ(counted(Counter::RxOverruns), 3u);
    EXPECT_EQ(counted(Counter::RxResourceErrors), 0u);
    expect_all_frames_accounted();
}

TEST_F(WaitingFramesTest, BadFramesDoNotWait) {
    set(config::save_bad_frames);
    stop_with(rfd_command::end_of_list);
    receive(numbered(1), rfd_status::crc_error);
    EXPECT_TRUE(receive_unit.fifo().empty());
    EXPECT_EQ(counted(Counter::RxCrcErrors), 1u);
    EXPECT_EQ(counted(Counter::RxResourceErrors), 0u);
    expect_all_frames_accounted();
}

TEST_F(WaitingFramesTest, AreFilteredBeforeTheyWait) {
    stop_with(rfd_command::end_of_list);
    receive(make_frame(stranger, ipv4, 60));
    EXPECT_TRUE(receive_unit.fifo().empty());
}

TEST_F(WaitingFramesTest, AreStillWantedAfterTheFilterChanged) {
    set(config::promiscuous);
    stop_with(rfd_command::end_of_list);
    receive(make_frame(stranger, ipv4, 60));
    set(config::promiscuous, false);
    put_ring(2);
    ru(RuCommand::Start, rfd(0));
    EXPECT_EQ(status(rfd(0)) & rfd_status::ok, rfd_status::ok);
    EXPECT_TRUE(receive_unit.fifo().empty());
}

TEST_F(WaitingFramesTest, AbortDiscardsThemAsAnIdleUnitDoes) {
    stop_with(rfd_command::end_of_list);
    receive(numbered(1));
    ru(RuCommand::Abort);
    EXPECT_EQ(take_stat(), 0u);
    put_ring(2);
    ru(RuCommand::Start, rfd(0));
    EXPECT_EQ(status(rfd(0)), 0);
    expect_all_frames_accounted();
}

TEST_F(WaitingFramesTest, ResetDiscardsThem) {
    stop_with(rfd_command::end_of_list);
    receive(numbered(1));
    receive_unit.selective_reset();
    EXPECT_TRUE(receive_unit.fifo().empty());
    expect_all_frames_accounted();
}

TEST_F(WaitingFramesTest, AreLostOnlyWithACountWhenTheBusRefuses) {
    stop_with(rfd_command::end_of_list);
    receive(numbered(1));
    receive(numbered(2));
    host.bus_master = false;
    ru(RuCommand::Start, rfd(0));
    EXPECT_EQ(counted(Counter::RxOverruns), 2u);
    EXPECT_EQ(host.guest_errors.size(), 2u);
    EXPECT_TRUE(receive_unit.fifo().empty());
    expect_all_frames_accounted();
}

TEST_F(WaitingFramesTest, SurviveAStateRecord) {
    stop_with(rfd_command::suspend);
    receive(numbered(1));
    receive(numbered(2));
    UnitBench other;
    ASSERT_TRUE(other.receive_unit.valid(receive_unit.state(), scb.ru_status(), receive_unit.fifo()));
    other.scb.restore(scb.state());
    other.receive_unit.restore(receive_unit.state(), receive_unit.fifo());
    other.put_rfd(rfd(1), 0, rfd(2), 1522);
    other.put_rfd(rfd(2), 0, rfd(3), 1522);
    other.ru(RuCommand::Resume);
    EXPECT_EQ(other.data_of(rfd(1)), numbered(1));
    EXPECT_EQ(other.data_of(rfd(2)), numbered(2));
}

TEST_F(WaitingFramesTest, WaitOnlyForAStoppedUnit) {
    Bytes record(2 + 60);
    record[0] = 60;
    EXPECT_TRUE(receive_unit.valid({}, RuStatus::Suspended, record));
    EXPECT_TRUE(receive_unit.valid({}, RuStatus::NoResources, record));
    EXPECT_FALSE(receive_unit.valid({}, RuStatus::Ready, record));
    EXPECT_FALSE(receive_unit.valid({}, RuStatus::Idle, record));
    EXPECT_TRUE(receive_unit.valid({}, RuStatus::Ready, {}));
    record[0] = 61;
    EXPECT_FALSE(receive_unit.valid({}, RuStatus::Suspended, record));
}

struct NoFifoTest : WaitingFramesTest {
    NoFifoTest() : WaitingFramesTest(Generation::I82557) {}
};

TEST_F(NoFifoTest, FramesWithoutResourcesAreResourceErrors) {
    stop_with(rfd_command::end_of_list);
    receive(numbered(1));
    put_ring(2);
    ru(RuCommand::Start, rfd(0));
    EXPECT_EQ(status(rfd(0)), 0);
    EXPECT_EQ(counted(Counter::RxResourceErrors), 1u);
    expect_all_frames_accounted();
}

TEST_F(NoFifoTest, FramesWhileSuspendedAreOverruns) {
    stop_with(rfd_command::suspend);
    receive(numbered(1));
    EXPECT_EQ(counted(Counter::RxOverruns), 1u);
    EXPECT_EQ(counted(Counter::RxResourceErrors), 0u);
    EXPECT_FALSE(receive_unit.valid({}, RuStatus::Suspended, Bytes(2 + 60, 60)));
}

struct BackpressureTest : WaitingFramesTest {
    BackpressureTest() : WaitingFramesTest(Generation::I82559, true) {}
};

TEST_F(BackpressureTest, HoldsFramesBackOnceOneWaits) {
    EXPECT_TRUE(receive_unit.can_receive()) << "idle: frames are discarded";
    stop_with(rfd_command::end_of_list);
    EXPECT_TRUE(receive_unit.can_receive());
    EXPECT_TRUE(receive(numbered(1)));
    EXPECT_FALSE(receive_unit.can_receive());
    put_ring(5);
    ru(RuCommand::Start, rfd(0));
    EXPECT_TRUE(receive_unit.can_receive());
    EXPECT_EQ(number_in(rfd(0)), 1u);
}

TEST_F(BackpressureTest, LosesNothingEvenIfNobodyAsks) {
    stop_with(rfd_command::end_of_list);
    unsigned taken = 0;
    while (receive(numbered(taken + 1, 1514)))
        taken++;
    EXPECT_EQ(taken, 2u);
    EXPECT_EQ(counted(Counter::RxResourceErrors), 0u);
    EXPECT_EQ(host.count_traced(TraceEvent::RxHeldBack), 1u);
    expect_all_frames_accounted();
}

TEST_F(BackpressureTest, AbortLetsFramesIn) {
    stop_with(rfd_command::end_of_list);
    receive(numbered(1));
    ru(RuCommand::Abort);
    EXPECT_TRUE(receive_unit.can_receive());
}

TEST_F(BackpressureTest, LoopedFramesCannotBeHeldBack) {
    stop_with(rfd_command::end_of_list);
    for (unsigned n = 0; n < 3; n++)
        receive_unit.receive_looped(numbered(n, 1514), {});
    EXPECT_EQ(counted(Counter::RxResourceErrors), 1u);
    expect_all_frames_accounted();
}

struct Backpressure82557Test : WaitingFramesTest {
    Backpressure82557Test() : WaitingFramesTest(Generation::I82557, true) {}
};

TEST_F(Backpressure82557Test, HoldsTheFrameThatMeetsAStopper) {
    put_rfd(rfd(0), rfd_command::end_of_list, rfd(1), 0);
    ru(RuCommand::Start, rfd(0));
    EXPECT_TRUE(receive_unit.can_receive());
    EXPECT_FALSE(receive(numbered(1)));
    EXPECT_EQ(take_stat(), stat::rnr);
    EXPECT_FALSE(receive_unit.can_receive());
    put_rfd(rfd(0), 0, rfd(1), 1522);
    ru(RuCommand::Start, rfd(0));
    EXPECT_TRUE(receive(numbered(1)));
    EXPECT_EQ(number_in(rfd(0)), 1u);
    expect_all_frames_accounted();
}

TEST(WithoutBackpressure, TheHostIsNeverStopped) {
    UnitBench bench;
    bench.put_rfd(rfd(0), rfd_command::end_of_list, 0, 0);
    bench.ru(RuCommand::Start, rfd(0));
    for (int n = 0; n < 10; n++) {
        EXPECT_TRUE(bench.receive_unit.can_receive());
        EXPECT_TRUE(bench.receive(make_frame(station, ipv4, 1514)));
    }
}

} // namespace
} // namespace i8255x
