// SPDX-License-Identifier: GPL-2.0-or-later
// Receive unit: states and commands, the walk along the RFDs, order of the writes, hostile lists
// (SDM 6.4.3, 6.5.4).
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t r0 = 0x30002, r1 = 0x31002, r2 = 0x32002; // as drivers align the IP header
constexpr uint16_t el = rfd_command::end_of_list, s = rfd_command::suspend;
constexpr uint16_t room = 1522;
constexpr int64_t long_enough = 100'000'000; // for a descriptor without room to get some

struct ReceiveUnitTest : testing::Test, UnitBench {
    const Bytes frame = make_frame(station, ipv4, 98);
    RuStatus state() const { return scb.ru_status(); }
    void start(uint32_t rfd = r0) {
        ru(RuCommand::Start, rfd);
        host.forget();
    }
    void put_ring() {
        put_rfd(r0, 0, r1, room);
        put_rfd(r1, 0, r2, room);
        put_rfd(r2, 0, r0, room);
    }
};

TEST_F(ReceiveUnitTest, TheManualsDescriptorByteForByte) {
    constexpr uint32_t rfd = 0x30000;
    put(rfd,
        {0x00, 0x00, 0x00, 0x00, 0x40, 0x06, 0x03, 0x00, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0xf2, 0x05});
    start(rfd);
    receive(frame);
    EXPECT_EQ(host.memory.bytes(rfd, 16), (Bytes{0x20, 0xa0, 0x00, 0x00, 0x40, 0x06, 0x03, 0x00, 0xff, 0xff,
                                                 0xff, 0xff, 0x62, 0xc0, 0xf2, 0x05}));
    EXPECT_EQ(data_of(rfd), frame);
    EXPECT_EQ(receive_unit.state().rfd, 0x30640u);
    start(rfd);
    receive(make_frame(broadcast_address, ipv4, 98));
    EXPECT_EQ(host.memory.bytes(rfd, 2), (Bytes{0x22, 0xa0}));
}

TEST_F(ReceiveUnitTest, PayloadThenCountThenBarrierThenStatus) {
    put_ring();
    start();
    receive(frame);
    EXPECT_EQ(host.writes(),
              (std::vector<std::pair<uint32_t, std::size_t>>{{r0 + 16, 98}, {r0 + 12, 2}, {0, 0}, {r0, 2}}));
    EXPECT_EQ(host.dma.front(), (FakeHost::DmaStep{FakeHost::DmaStep::Kind::Read, r0, 16}));
    EXPECT_EQ(host.dma.size(), 5u) << "nothing is read twice or ahead";
}

TEST_F(ReceiveUnitTest, TheInterruptComesLast) {
    put_ring();
    start();
    receive(frame);
    std::vector<TraceEvent> order;
    for (const auto& step : host.trace_record)
        order.push_back(step.event);
    EXPECT_EQ(order, (std::vector{TraceEvent::RxWire, TraceEvent::RfdComplete, TraceEvent::Stat,
                                  TraceEvent::IrqAssert}));
}

TEST_F(ReceiveUnitTest, FollowsTheLinksFromTheBase) {
    ru(RuCommand::LoadBase, 0x01000000);
    put_rfd(0x01000000 + r0, 0, r2, room);
    put_rfd(0x01000000 + r2, 0, r1, room);
    start();
    receive(frame);
    receive(frame);
    EXPECT_EQ(status(0x01000000 + r0), 0xa020);
    EXPECT_EQ(status(0x01000000 + r2), 0xa020);
    EXPECT_EQ(receive_unit.state().rfd, 0x01000000 + r1);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 2u);
}

TEST_F(ReceiveUnitTest, BaseAndDataWrapAtTheTopOfMemory) {
    ru(RuCommand::LoadBase, 0xfffff000);
    put_rfd(0xfffffff8, 0, 0x1100, room);
    put_rfd(0x00000100, 0, 0, room);
    start(0xff8);
    receive(frame);
    receive(frame);
    EXPECT_EQ(data_of(0xfffffff8), frame);
    EXPECT_EQ(status(0x100), 0xa020);
}

// What a frame leaves behind

struct AfterFrame {
    uint16_t command;
    uint16_t size;
    unsigned stat;
    RuStatus state;
    uint16_t status;
};
class AfterFrameTest : public testing::TestWithParam<AfterFrame> {};

TEST_P(AfterFrameTest, StateAndInterruptFollowTheTable) {
    UnitBench bench;
    bench.put_rfd(r0, GetParam().command, r1, GetParam().size);
    bench.put_rfd(r1, 0, r2, room);
    bench.ru(RuCommand::Start, r0);
    bench.receive(make_frame(station, ipv4, 98));
    bench.host.advance(long_enough);
    EXPECT_EQ(bench.take_stat(), GetParam().stat);
    EXPECT_EQ(bench.scb.ru_status(), GetParam().state);
    EXPECT_EQ(bench.status(r0), GetParam().status);
}

constexpr uint16_t too_big = rfd_status::complete | rfd_status::no_resources | rfd_status::type_frame;
INSTANTIATE_TEST_SUITE_P(
    Table, AfterFrameTest,
    testing::Values(AfterFrame{0, room, stat::fr, RuStatus::Ready, 0xa020},
                    AfterFrame{el, room, stat::fr | stat::rnr, RuStatus::NoResources, 0xa020},
                    AfterFrame{el, 98, stat::fr | stat::rnr, RuStatus::NoResources, 0xa020},
                    AfterFrame{s, room, stat::fr | stat::rnr, RuStatus::Suspended, 0xa020},
                    AfterFrame{el | s, room, stat::fr | stat::rnr, RuStatus::NoResources, 0xa020},
                    AfterFrame{0, 97, stat::fr | stat::rnr, RuStatus::NoResources, too_big},
                    AfterFrame{s, 97, stat::fr | stat::rnr, RuStatus::NoResources, too_big},
                    AfterFrame{el, 97, stat::fr | stat::rnr, RuStatus::NoResources, too_big},
                    AfterFrame{0, 98, stat::fr, RuStatus::Ready, 0xa020},
                    AfterFrame{el, 0, stat::rnr, RuStatus::NoResources, 0},
                    AfterFrame{s, 0, stat::rnr, RuStatus::Suspended, 0},
                    AfterFrame{0, 0, stat::fr, RuStatus::Ready, 0},
                    AfterFrame{rfd_command::header, room, stat::fr, RuStatus::Ready, 0xa020},
                    AfterFrame{rfd_command::flexible, room, stat::fr, RuStatus::Ready, 0xa020},
                    AfterFrame{rfd_command::flexible, 97, stat::rnr, RuStatus::NoResourcesNoRbds, 0}));

TEST_F(ReceiveUnitTest, ATruncatedFrameEndsWhereTheBufferEnds) {
    put_rfd(r0, 0, r1, 50);
    host.memory.fill(r0 + 16, 100, 0x55);
    start();
    receive(frame);
    EXPECT_EQ(word(r0 + 12), 0xc000 | 50);
    EXPECT_EQ(data_of(r0), Bytes(frame.begin(), frame.begin() + 50));
    EXPECT_EQ(host.memory.bytes(r0 + 16 + 50, 1)[0], 0x55);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 0u);
    EXPECT_EQ(counted(Counter::RxResourceErrors), 0u) << "it was completed, not discarded";
    expect_all_frames_accounted();
}

TEST_F(ReceiveUnitTest, OnlyTheLow14BitsOfTheSizeCount) {
    put_rfd(r0, 0, r1, 0xc000 | 98);
    start();
    receive(frame);
    EXPECT_EQ(status(r0), 0xa020);
    put_rfd(r0, el, r1, 0xc000);
    start();
    receive(frame);
    EXPECT_EQ(status(r0), 0) << "size 0";
}

TEST_F(ReceiveUnitTest, AFrameLongerThanAnyCountIsTruncated) {
    put_rfd(r0, 0, r1, 0x3fff);
    start();
    receive(make_frame(station, ipv4, 70'000));
    EXPECT_EQ(word(r0 + 12), 0xffff);
    EXPECT_EQ(status(r0), too_big);
}

TEST_F(ReceiveUnitTest, AnEmptyDescriptorIsPassedUnwritten) {
    put_rfd(r0, 0, r1, 0);
    put_rfd(r1, 0, r2, room);
    start();
    receive(frame);
    host.advance(long_enough);
    EXPECT_EQ(status(r0), 0);
    EXPECT_EQ(word(r0 + 12), 0);
    EXPECT_EQ(data_of(r1), frame);
    EXPECT_EQ(receive_unit.state().rfd, r2);
}

TEST_F(ReceiveUnitTest, AStopperIsNotWrittenAndCanBeTakenAwayInTwoSteps) {
    put_rfd(r0, el, r1, 0);
    start();
    host.memory.write16(r0 + 2, 0);     // first EL …
    host.memory.write16(r0 + 14, room); // … then the size
    receive(frame);
    EXPECT_EQ(status(r0), 0xa020);
    EXPECT_EQ(state(), RuStatus::Ready);
}

TEST_F(ReceiveUnitTest, ASuspendedUnitBehindAnEmptyDescriptorResumesAtItsLink) {
    put_rfd(r0, s, r1, 0);
    put_rfd(r1, 0, r2, room);
    start();
    receive(frame);
    EXPECT_EQ(status(r1), 0);
    ru(RuCommand::Resume);
    EXPECT_EQ(data_of(r1), frame);
}

// Commands in every state

TEST_F(ReceiveUnitTest, StartMakesReadyFromEveryState) {
    for (RuStatus from : {RuStatus::Idle, RuStatus::Suspended, RuStatus::NoResources, RuStatus::Ready}) {
        put_ring();
        scb.set_ru_status(from);
        start(r1);
        EXPECT_EQ(state(), RuStatus::Ready);
        EXPECT_EQ(scb.stat(), 0);
        receive(frame);
        EXPECT_EQ(status(r1), 0xa020);
        EXPECT_EQ(take_stat(), stat::fr);
    }
}

TEST_F(ReceiveUnitTest, StartWhileReadyIsReported) {
    ru(RuCommand::Start, r0);
    EXPECT_TRUE(host.guest_errors.empty());
    ru(RuCommand::Start, r0);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(ReceiveUnitTest, ResumeActsOnASuspendedUnitOnly) {
    put_ring();
    for (RuStatus from : {RuStatus::Idle, RuStatus::NoResources, RuStatus::Ready}) {
        scb.set_ru_status(from);
        host.forget();
        ru(RuCommand::Resume);
        EXPECT_EQ(state(), from);
        EXPECT_EQ(host.guest_errors.size(), from == RuStatus::Idle ? 0u : 1u);
    }
    put_rfd(r0, s, r1, room);
    ru(RuCommand::Abort);
    take_stat();
    start();
    receive(frame);
    host.memory.write32(r0 + 4, r2); // too late: the link is remembered
    ru(RuCommand::Resume);
    EXPECT_EQ(state(), RuStatus::Ready);
    receive(frame);
    EXPECT_EQ(status(r1), 0xa020);
}

TEST_F(ReceiveUnitTest, AbortRaisesRnrOnlyIfReady) {
    for (RuStatus from : {RuStatus::Idle, RuStatus::Suspended, RuStatus::NoResources, RuStatus::Ready}) {
        scb.set_ru_status(from);
        ru(RuCommand::Abort, r2);
        EXPECT_EQ(state(), RuStatus::Idle);
        EXPECT_EQ(receive_unit.state().base, 0u);
        EXPECT_EQ(take_stat(), from == RuStatus::Ready ? unsigned{stat::rnr} : 0u);
    }
}

TEST_F(ReceiveUnitTest, NopDoesNothing) {
    ru(RuCommand::Nop, r0);
    EXPECT_EQ(state(), RuStatus::Idle);
    EXPECT_TRUE(host.guest_errors.empty());
}

TEST_F(ReceiveUnitTest, LoadingTheBaseIsForAnIdleUnit) {
    ru(RuCommand::LoadBase, 0x1000);
    EXPECT_TRUE(host.guest_errors.empty());
    EXPECT_EQ(state(), RuStatus::Idle);
    for (RuStatus status :
         {RuStatus::Suspended, RuStatus::NoResources, RuStatus::Ready, RuStatus::ReadyNoRbds}) {
        scb.set_ru_status(status);
        host.forget();
        ru(RuCommand::LoadBase, 0x2000);
        EXPECT_EQ(host.guest_errors.size(), 1u);
        EXPECT_EQ(receive_unit.state().base, 0x2000u) << "all the same";
    }
}

// Frames that are not stored

TEST_F(ReceiveUnitTest, AnIdleUnitDiscardsWithoutCountAndInterrupt) {
    receive(make_frame(broadcast_address, ipv4, 60));
    EXPECT_EQ(scb.stat(), 0);
    EXPECT_FALSE(host.interrupt);
    EXPECT_TRUE(host.dma.empty());
    for (unsigned counter = 0; counter < counter_count; counter++)
        EXPECT_EQ(counted(static_cast<Counter>(counter)), 0u);
    expect_all_frames_accounted();
}

TEST_F(ReceiveUnitTest, NothingIsReceivedBeforeConfigureOrWithCsmaDisabled) {
    put_ring();
    start();
    configuration.restore(configuration.bytes(), false);
    receive(frame);
    configuration.restore(configuration.bytes(), true);
    set(config::csma_disable);
    receive(frame);
    EXPECT_EQ(status(r0), 0);
    set(config::csma_disable, false);
    receive(frame);
    EXPECT_EQ(status(r0), 0xa020);
    expect_all_frames_accounted();
}

TEST_F(ReceiveUnitTest, TheHostIsRidOfEveryFrameThatIsNotHeldBack) {
    put_ring();
    EXPECT_TRUE(receive(frame)) << "idle";
    start();
    EXPECT_TRUE(receive(frame)) << "stored";
    EXPECT_TRUE(receive(make_frame(stranger, ipv4, 60))) << "filtered";
    EXPECT_TRUE(receive(frame, rfd_status::crc_error)) << "bad";
    configuration.restore(configuration.bytes(), false);
    EXPECT_TRUE(receive(frame)) << "not listening";
}

TEST_F(ReceiveUnitTest, FilteredFramesLeaveNoTrace) {
    put_ring();
    start();
    receive(make_frame(stranger, ipv4, 60));
    EXPECT_TRUE(host.dma.empty());
    EXPECT_EQ(scb.stat(), 0);
    expect_all_frames_accounted();
}

TEST_F(ReceiveUnitTest, RnrComesWithTheTransitionOnly) {
    put_rfd(r0, el, r1, 0);
    start();
    receive(frame);
    EXPECT_EQ(take_stat(), stat::rnr);
    for (int n = 0; n < 50; n++)
        receive(make_frame(station, ipv4, 1514));
    EXPECT_EQ(take_stat(), 0u);
    EXPECT_EQ(host.interrupt_edges, 1u);
    expect_all_frames_accounted();
}

// The bus refuses

struct RefusedBusTest : ReceiveUnitTest {
    RefusedBusTest() {
        put_ring();
        start();
    }
    void expect_lost() {
        EXPECT_TRUE(receive(frame));
        EXPECT_EQ(counted(Counter::RxOverruns), 1u);
        EXPECT_EQ(counted(Counter::RxGoodFrames), 0u);
        EXPECT_EQ(host.guest_errors.size(), 1u);
        EXPECT_EQ(scb.stat(), 0);
        EXPECT_EQ(state(), RuStatus::Ready);
        expect_all_frames_accounted();
        host.memory.refuse_nothing();
        host.bus_master = true;
        receive(frame);
        EXPECT_EQ(data_of(r0), frame) << "the next frame gets the descriptor";
    }
};

TEST_F(RefusedBusTest, BusMasteringOff) {
    host.bus_master = false;
    expect_lost();
}

TEST_F(RefusedBusTest, UnreadableDescriptor) {
    host.memory.refuse(r0, 16);
    expect_lost();
}

TEST_F(RefusedBusTest, UnwritableData) {
    host.memory.refuse(r0 + 16 + 97, 1);
    expect_lost();
    EXPECT_EQ(status(r0), 0xa020);
}

TEST_F(RefusedBusTest, UnwritableCount) {
    host.memory.refuse_writes(r0 + 12, 1);
    expect_lost();
}

TEST_F(RefusedBusTest, UnwritableStatus) {
    host.memory.refuse_writes(r0, 1);
    expect_lost();
}

TEST_F(RefusedBusTest, OverrunsCanBePassedToMemory) {
    for (ConfigField field : {config::pass_overruns, config::save_bad_frames}) {
        put_ring();
        start();
        set(config::pass_overruns, false);
        set(config::save_bad_frames, false);
        set(field);
        host.memory.refuse(r0 + 16 + 97, 1);
        receive(frame);
        EXPECT_EQ(status(r0), rfd_status::complete | rfd_status::overrun | rfd_status::type_frame);
        EXPECT_EQ(word(r0 + 12), 0xc000);
        EXPECT_EQ(take_stat(), stat::fr);
        EXPECT_EQ(receive_unit.state().rfd, r1);
        host.memory.refuse_nothing();
    }
    EXPECT_EQ(counted(Counter::RxOverruns), 2u);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 0u);
}

TEST_F(RefusedBusTest, ABadFrameIsNotCountedTwice) {
    set(config::save_bad_frames);
    host.bus_master = false;
    receive(frame, rfd_status::crc_error);
    EXPECT_EQ(counted(Counter::RxCrcErrors), 1u);
    EXPECT_EQ(counted(Counter::RxOverruns), 0u);
    expect_all_frames_accounted();
}

// Hostile lists

TEST_F(ReceiveUnitTest, AnEmptyDescriptorLinkedToItselfStopsTheUnit) {
    put_rfd(r0, 0, r0, 0);
    start();
    receive(frame);
    host.advance(long_enough);
    EXPECT_LT(host.dma.size(), 300u);
    EXPECT_EQ(state(), RuStatus::NoResources);
    EXPECT_EQ(take_stat(), stat::rnr);
    EXPECT_EQ(host.guest_errors.size(), 1u);
    expect_all_frames_accounted();
}

TEST_F(ReceiveUnitTest, ALinkToNowhereStopsTheUnit) {
    put_rfd(r0, 0, 0, room); // address 0 holds zero bits: size 0, linked to itself
    start();
    receive(frame);
    receive(frame);
    host.advance(long_enough);
    EXPECT_EQ(state(), RuStatus::NoResources);
    expect_all_frames_accounted();
}

TEST_F(ReceiveUnitTest, ADescriptorLinkedToItselfIsOverwritten) {
    put_rfd(r0, 0, r0, room);
    start();
    for (unsigned n = 0; n < 10; n++)
        receive(make_frame(station, ipv4, 60 + n));
    EXPECT_EQ(data_of(r0).size(), 69u);
    EXPECT_EQ(state(), RuStatus::Ready);
}

TEST_F(ReceiveUnitTest, WaitingFramesMeetTheSameHostileListOnce) {
    put_rfd(r0, el, r1, 0);
    start();
    for (int n = 0; n < 20; n++)
        receive(make_frame(station, ipv4, 60));
    put_rfd(r0, 0, r0, 0);
    host.forget();
    ru(RuCommand::Start, r0);
    host.advance(long_enough);
    EXPECT_LT(host.dma.size(), 300u);
    EXPECT_EQ(state(), RuStatus::NoResources);
}

// Reset and state

TEST_F(ReceiveUnitTest, SelectiveResetKeepsTheBaseOnly) {
    ru(RuCommand::LoadBase, 0x100000);
    ru(RuCommand::Start, r0);
    receive_unit.selective_reset();
    EXPECT_EQ(state(), RuStatus::Idle);
    EXPECT_EQ(scb.stat(), 0);
    EXPECT_EQ(receive_unit.state().base, 0x100000u);
    EXPECT_EQ(receive_unit.state().rfd, 0u);
    receive_unit.reset();
    EXPECT_EQ(receive_unit.state().base, 0u);
}

TEST_F(ReceiveUnitTest, GoesOnFromARestoredState) {
    put_ring();
    start();
    receive(frame);
    UnitBench other;
    other.host.memory = host.memory;
    other.scb.restore(scb.state());
    other.receive_unit.restore(receive_unit.state(), receive_unit.fifo());
    other.receive(frame);
    EXPECT_EQ(other.status(r1), 0xa020);
}

} // namespace
} // namespace i8255x
