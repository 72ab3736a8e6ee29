// SPDX-License-Identifier: GPL-2.0-or-later
// Flexible mode of the receive unit: RBDs, frames over several buffers, what happens when they run out
// (SDM 6.4.3, 6.5.4; the structures are those of the 82596).
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t r0 = 0x30002, r1 = 0x31002, r2 = 0x32002; // RFDs
constexpr uint32_t b0 = 0x40000, b1 = 0x40100, b2 = 0x40200; // RBDs
constexpr uint16_t el = rfd_command::end_of_list, s = rfd_command::suspend;
constexpr unsigned last = rbd_end_of_list;
constexpr uint16_t f = rfd_count::valid, eof = rfd_count::end_of_frame;
constexpr uint32_t buffer_of(uint32_t rbd) { return 0x100000 + (rbd - b0) * 0x100; }

struct FlexibleModeTest : testing::Test, UnitBench {
    const Bytes frame = make_frame(station, ipv4, 250);
    RuStatus state() const { return scb.ru_status(); }
    void put(uint32_t rbd, uint32_t link, unsigned size) { put_rbd(rbd, link, buffer_of(rbd), size); }
    void start(uint32_t rfd = r0) {
        ru(RuCommand::Start, rfd);
        host.forget();
    }
    /// Two RFDs without data areas, the second without pointer; `count` buffers of 100 bytes, the last with
    /// EL.
    void put_lists(unsigned count) {
        put_flexible_rfd(r0, 0, r1, b0);
        put_flexible_rfd(r1, 0, r2, no_rbd);
        put_flexible_rfd(r2, 0, r0, no_rbd);
        for (unsigned n = 0; n < count; n++)
            put(b0 + n * 0x100, b0 + (n + 1) * 0x100, 100 | (n + 1 == count ? last : 0));
    }
    Bytes in_buffer(uint32_t rbd) const {
        return host.memory.bytes(buffer_of(rbd), word(rbd) & rfd_count::mask);
    }
    Bytes part(std::size_t from, std::size_t bytes) const {
        return {frame.begin() + static_cast<std::ptrdiff_t>(from),
                frame.begin() + static_cast<std::ptrdiff_t>(from + bytes)};
    }
};

TEST_F(FlexibleModeTest, AFrameFillsOneBufferAfterTheOther) {
    put_lists(5);
    start();
    receive(frame);
    EXPECT_EQ(status(r0), 0xa020);
    EXPECT_EQ(word(r0 + 12), eof | f) << "no data of its own";
    EXPECT_EQ(word(b0), f | 100);
    EXPECT_EQ(word(b1), f | 100);
    EXPECT_EQ(word(b2), eof | f | 50);
    EXPECT_EQ(in_buffer(b0), part(0, 100));
    EXPECT_EQ(in_buffer(b1), part(100, 100));
    EXPECT_EQ(in_buffer(b2), part(200, 50));
    EXPECT_EQ(take_stat(), stat::fr);
    EXPECT_EQ(state(), RuStatus::Ready);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 1u);
    EXPECT_EQ(host.memory.bytes(b0 + 2, 14), (Bytes{0, 0, 0x00, 0x01, 0x04, 0, 0, 0, 0x10, 0, 100, 0, 0, 0}))
        << "nothing but the count is written";
    EXPECT_EQ(host.memory.read32(r1 + 8), no_rbd) << "nor a pointer into the next RFD";
    expect_all_frames_accounted();
}

TEST_F(FlexibleModeTest, BuffersAreReportedBeforeTheDescriptor) {
    put_lists(5);
    start();
    receive(make_frame(station, ipv4, 150));
    EXPECT_EQ(
        host.writes(),
        (std::vector<std::pair<uint32_t, std::size_t>>{
            {buffer_of(b0), 100}, {b0, 2}, {buffer_of(b1), 50}, {b1, 2}, {r0 + 12, 2}, {0, 0}, {r0, 2}}));
}

TEST_F(FlexibleModeTest, TheNextRbdIsFetchedWhenABufferIsFull) {
    put_lists(5);
    start();
    receive(make_frame(station, ipv4, 150));
    using Kind = FakeHost::DmaStep::Kind;
    const std::vector<FakeHost::DmaStep> expected = {
        {Kind::Read, r0, 16}, {Kind::Read, b0, 16}, {Kind::Write, buffer_of(b0), 100},
        {Kind::Read, b1, 16}, {Kind::Write, b0, 2}, {Kind::Write, buffer_of(b1), 50}};
    EXPECT_TRUE(std::ranges::equal(std::span(host.dma).first(6), expected));
}

TEST_F(FlexibleModeTest, TheNextFrameGoesOnBehindTheBuffersOfTheLast) {
    put_lists(5);
    start();
    receive(make_frame(station, ipv4, 101));
    receive(frame);
    EXPECT_EQ(status(r1), 0xa020);
    EXPECT_EQ(word(b1), eof | f | 1) << "the rest of it stays unused";
    EXPECT_EQ(in_buffer(b2), part(0, 100));
}

TEST_F(FlexibleModeTest, TheDescriptorsOwnDataAreaIsFirst) {
    put_lists(5);
    put_flexible_rfd(r0, 0, r1, b0, 60);
    start();
    receive(frame);
    EXPECT_EQ(word(r0 + 12), eof | f | 60);
    EXPECT_EQ(data_of(r0), part(0, 60));
    EXPECT_EQ(in_buffer(b0), part(60, 100));
    EXPECT_EQ(word(b1), eof | f | 90);
}

TEST_F(FlexibleModeTest, AFrameThatFitsTheDescriptorTakesNoBuffer) {
    put_lists(1);
    put_flexible_rfd(r0, 0, r1, b0, 250);
    start();
    receive(frame);
    EXPECT_EQ(word(b0), 0);
    EXPECT_EQ(data_of(r0), frame);
    receive(make_frame(station, ipv4, 100));
    EXPECT_EQ(word(b0), eof | f | 100) << "the list that the first RFD brought is still there";
}

TEST_F(FlexibleModeTest, RbdPointersAndLinksAreRelativeToTheBaseBuffersAreNot) {
    constexpr uint32_t base = 0x01000000;
    ru(RuCommand::LoadBase, base);
    put_flexible_rfd(base + r0, 0, r1, b0);
    put_rbd(base + b0, b1, 0x200000, 100);
    put_rbd(base + b1, b2, 0x200100, 200);
    start();
    receive(frame);
    EXPECT_EQ(status(base + r0), 0xa020);
    EXPECT_EQ(host.memory.bytes(0x200100, 150), part(100, 150));
}

TEST_F(FlexibleModeTest, ALaterDescriptorMayBringItsOwnList) {
    put_lists(3);
    put_flexible_rfd(r1, 0, r2, b2);
    start();
    receive(make_frame(station, ipv4, 100));
    receive(make_frame(station, ipv4, 80));
    EXPECT_EQ(word(b1), 0);
    EXPECT_EQ(word(b2), eof | f | 80);
}

TEST_F(FlexibleModeTest, EmptyBuffersArePassed) {
    put_lists(4);
    put(b0, b1, 0);
    put(b1, b2, 0xc000 & ~last);
    start();
    receive(make_frame(station, ipv4, 100));
    EXPECT_EQ(word(b0), 0);
    EXPECT_EQ(word(b1), 0) << "bits 15 and 14 are not part of the size";
    EXPECT_EQ(word(b2), eof | f | 100);
}

TEST_F(FlexibleModeTest, FcsAndChecksumWordGoAlong) {
    put_lists(5);
    set(config::crc_transfer);
    set(config::rx_checksum);
    start();
    receive(make_frame(station, ipv4, 98));
    EXPECT_EQ(word(b0), f | 100);
    EXPECT_EQ(word(b1), eof | f | 4);
}

TEST_F(FlexibleModeTest, BothModesInOneRing) {
    put_lists(5);
    put_rfd(r1, 0, r2, 1522);
    start();
    receive(frame);
    receive(frame);
    receive(frame);
    EXPECT_EQ(data_of(r1), frame);
    EXPECT_EQ(in_buffer(b0 + 0x300), part(0, 100)) << "the simplified one took none";
}

// Running out

TEST_F(FlexibleModeTest, TheLastBufferTakesItsFrameAndTheUnitStaysReadyWithoutMore) {
    put_lists(3);
    start();
    receive(frame);
    EXPECT_EQ(status(r0), 0xa020);
    EXPECT_EQ(take_stat(), stat::fr) << "no RNR: the unit is still ready";
    EXPECT_EQ(state(), RuStatus::ReadyNoRbds);
    EXPECT_EQ(scb.status_byte(), 0x30);
}

TEST_F(FlexibleModeTest, AFrameWithoutAnyBufferStopsTheUnitAndWaits) {
    put_lists(1);
    put_flexible_rfd(r1, 0, r2, no_rbd, 40);
    start();
    receive(make_frame(station, ipv4, 100));
    take_stat();
    receive(frame);
    EXPECT_EQ(state(), RuStatus::NoResourcesNoRbds);
    EXPECT_EQ(scb.status_byte(), 0x28);
    EXPECT_EQ(take_stat(), stat::rnr);
    EXPECT_EQ(status(r1), 0);
    EXPECT_EQ(host.memory.bytes(r1 + 16, 1)[0], 0)
        << "nothing is written, not even what the RFD had room for";
    put(b1, b2, 300 | last);
    put(b0, b1, 100);
    ru(RuCommand::RbdResume);
    EXPECT_EQ(status(r1), 0xa020);
    EXPECT_EQ(data_of(r1), part(0, 40));
    EXPECT_EQ(in_buffer(b1), part(40, 210));
    EXPECT_EQ(state(), RuStatus::ReadyNoRbds);
    expect_all_frames_accounted();
}

TEST_F(FlexibleModeTest, AFrameThatNeedsNoBufferComesWithoutOne) {
    put_lists(1);
    put_flexible_rfd(r1, 0, r2, no_rbd, 300);
    put_rfd(r2, 0, r0, 1522);
    start();
    receive(make_frame(station, ipv4, 100));
    receive(frame);
    receive(frame);
    EXPECT_EQ(data_of(r1), frame);
    EXPECT_EQ(data_of(r2), frame);
    EXPECT_EQ(state(), RuStatus::ReadyNoRbds);
}

TEST_F(FlexibleModeTest, AFrameLongerThanTheRestOfTheListIsCut) {
    put_lists(2);
    start();
    receive(frame);
    EXPECT_EQ(status(r0), rfd_status::complete | rfd_status::no_resources | rfd_status::type_frame);
    EXPECT_EQ(word(b0), f | 100);
    EXPECT_EQ(word(b1), eof | f | 100) << "software finds its end";
    EXPECT_EQ(in_buffer(b1), part(100, 100));
    EXPECT_EQ(host.memory.bytes(buffer_of(b1) + 100, 1)[0], 0);
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::rnr});
    EXPECT_EQ(state(), RuStatus::NoResourcesNoRbds);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 0u);
    EXPECT_EQ(receive_unit.state().rfd, r1) << "the descriptor is used";
    expect_all_frames_accounted();
}

TEST_F(FlexibleModeTest, AnEmptyLastBufferIsTheEndOfTheFrameBeforeIt) {
    put_lists(2);
    put(b1, b2, last);
    start();
    receive(frame);
    EXPECT_EQ(word(b0), eof | f | 100);
    EXPECT_EQ(word(b1), 0);
    EXPECT_EQ(state(), RuStatus::NoResourcesNoRbds);
}

TEST_F(FlexibleModeTest, EndOfTheRfdsCountsMoreThanEndOfTheRbds) {
    for (unsigned buffers : {2u, 3u, 4u}) {
        put_lists(buffers);
        put_flexible_rfd(r0, el, r1, b0);
        start();
        receive(frame);
        EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::rnr});
        EXPECT_EQ(state(), RuStatus::NoResources) << buffers;
    }
}

TEST_F(FlexibleModeTest, SuspendedWithAndWithoutBuffers) {
    put_lists(4);
    put_flexible_rfd(r0, s, r1, b0);
    start();
    receive(frame);
    EXPECT_EQ(state(), RuStatus::Suspended);
    put_lists(3);
    put_flexible_rfd(r0, s, r1, b0);
    start();
    take_stat();
    receive(frame);
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::rnr});
    EXPECT_EQ(state(), RuStatus::SuspendedNoRbds);
    EXPECT_EQ(scb.status_byte(), 0x24);
    ru(RuCommand::Resume);
    EXPECT_EQ(state(), RuStatus::ReadyNoRbds) << "resuming brings no buffers";
}

TEST_F(FlexibleModeTest, RbdResumeLooksAtTheLastRbdAgain) {
    put_lists(3);
    put_flexible_rfd(r0, s, r1, b0);
    start();
    receive(frame);
    ru(RuCommand::RbdResume);
    EXPECT_EQ(state(), RuStatus::SuspendedNoRbds) << "EL is still there";
    EXPECT_EQ(host.guest_errors.size(), 1u);
    put(b2 + 0x100, b0, 100);
    put(b2, b2 + 0x100, 100);
    ru(RuCommand::RbdResume);
    EXPECT_EQ(state(), RuStatus::Suspended);
    ru(RuCommand::Resume);
    EXPECT_EQ(state(), RuStatus::Ready);
    receive(make_frame(station, ipv4, 90));
    EXPECT_EQ(word(b2 + 0x100), eof | f | 90);
}

TEST_F(FlexibleModeTest, RbdResumeOfAReadyUnit) {
    put_lists(3);
    start();
    receive(frame);
    take_stat();
    put(b2, b0, 100);
    ru(RuCommand::RbdResume);
    EXPECT_EQ(state(), RuStatus::Ready);
    EXPECT_EQ(scb.stat(), 0);
    receive(make_frame(station, ipv4, 90));
    EXPECT_EQ(word(b0), eof | f | 90);
}

TEST_F(FlexibleModeTest, RbdResumeWhereNothingIsMissingIsReported) {
    put_lists(3);
    for (RuStatus status : {RuStatus::Idle, RuStatus::Suspended, RuStatus::NoResources, RuStatus::Ready}) {
        scb.set_ru_status(status);
        host.forget();
        ru(RuCommand::RbdResume);
        EXPECT_EQ(state(), status);
        EXPECT_EQ(host.guest_errors.size(), 1u);
    }
}

TEST_F(FlexibleModeTest, ADescriptorWithoutListIsLookedAtAgain) {
    put_lists(3);
    put_flexible_rfd(r0, 0, r1, no_rbd);
    start();
    receive(frame);
    EXPECT_EQ(state(), RuStatus::NoResourcesNoRbds);
    EXPECT_EQ(take_stat(), stat::rnr);
    host.memory.write32(r0 + 8, b0);
    ru(RuCommand::RbdResume);
    EXPECT_EQ(status(r0), 0xa020);
}

TEST_F(FlexibleModeTest, StartBringsAnotherList) {
    put_lists(3);
    start();
    receive(frame);
    ASSERT_EQ(state(), RuStatus::ReadyNoRbds);
    start(r1);
    EXPECT_EQ(state(), RuStatus::Ready);
    receive(frame);
    EXPECT_EQ(state(), RuStatus::NoResourcesNoRbds) << "r1 has no pointer, and the old list is forgotten";
    put_lists(4);
    start(r0);
    EXPECT_EQ(status(r0), 0xa020) << "the waiting frame";
    EXPECT_EQ(state(), RuStatus::Ready);
}

TEST_F(FlexibleModeTest, AbortTellsReadyStatesFromTheOthers) {
    for (auto [status, rnr] : {std::pair{RuStatus::ReadyNoRbds, unsigned{stat::rnr}},
                               {RuStatus::SuspendedNoRbds, 0u},
                               {RuStatus::NoResourcesNoRbds, 0u}}) {
        scb.set_ru_status(status);
        ru(RuCommand::Abort);
        EXPECT_EQ(state(), RuStatus::Idle);
        EXPECT_EQ(take_stat(), rnr);
    }
}

TEST_F(FlexibleModeTest, WhatIsLostForWantOfBuffersIsAResourceError) {
    put_lists(1);
    start();
    for (int n = 0; n < 6; n++)
        receive(make_frame(station, ipv4, 1514));
    EXPECT_EQ(state(), RuStatus::NoResourcesNoRbds);
    EXPECT_EQ(counted(Counter::RxResourceErrors), 3u) << "one cut, two in the FIFO";
    expect_all_frames_accounted();
}

TEST_F(FlexibleModeTest, BadFramesAreReclaimedWithTheirBuffersOrSaved) {
    put_lists(5);
    start();
    receive(frame, rfd_status::crc_error);
    EXPECT_EQ(word(b0), 0);
    set(config::save_bad_frames);
    receive(frame, rfd_status::crc_error);
    EXPECT_EQ(status(r0), rfd_status::complete | rfd_status::crc_error | rfd_status::type_frame);
    EXPECT_EQ(word(b2), eof | f | 50);
    expect_all_frames_accounted();
}

// The bus refuses, hostile lists

struct RefusedBufferTest : FlexibleModeTest {
    RefusedBufferTest() {
        put_lists(5);
        start();
    }
    void expect_lost() {
        receive(frame);
        EXPECT_EQ(counted(Counter::RxOverruns), 1u);
        EXPECT_EQ(status(r0) & rfd_status::complete, 0);
        EXPECT_EQ(state(), RuStatus::Ready);
        expect_all_frames_accounted();
        host.memory.refuse_nothing();
        receive(make_frame(station, ipv4, 99));
        EXPECT_EQ(status(r0), 0xa020);
        EXPECT_EQ(word(b0), eof | f | 99) << "descriptor and buffers were reclaimed";
    }
};

TEST_F(RefusedBufferTest, FirstRbd) {
    host.memory.refuse(b0, 16);
    expect_lost();
}

TEST_F(RefusedBufferTest, SecondRbd) {
    host.memory.refuse(b1, 16);
    expect_lost();
}

TEST_F(RefusedBufferTest, Buffer) {
    host.memory.refuse(buffer_of(b2), 1);
    expect_lost();
}

TEST_F(RefusedBufferTest, ActualCount) {
    host.memory.refuse_writes(b1, 2);
    expect_lost();
}

TEST_F(RefusedBufferTest, Descriptor) {
    host.memory.refuse_writes(r0, 2);
    expect_lost();
}

TEST_F(RefusedBufferTest, PassedOverrunsTakeTheDescriptorAndNoBuffer) {
    set(config::pass_overruns);
    host.memory.refuse(b1, 16);
    receive(frame);
    EXPECT_EQ(status(r0), rfd_status::complete | rfd_status::overrun | rfd_status::type_frame);
    EXPECT_EQ(word(r0 + 12), eof | f);
    host.memory.refuse_nothing();
    EXPECT_EQ(receive_unit.state().rfd, r1);
}

TEST_F(FlexibleModeTest, ListsWithoutEndAreLeft) {
    put_lists(1);
    for (unsigned size : {0u, 0u | 0x4000u}) {
        put(b0, b0, size);
        start();
        receive(frame);
        EXPECT_LT(host.dma.size(), 1100u);
        EXPECT_EQ(state(), RuStatus::NoResourcesNoRbds);
        EXPECT_FALSE(host.guest_errors.empty());
        EXPECT_EQ(status(r0), 0);
        ru(RuCommand::Abort);
    }
    put(b0, b0, 1);
    start();
    receive(make_frame(station, ipv4, 70'000));
    EXPECT_LT(host.dma.size(), 4000u);
    EXPECT_EQ(status(r0) & rfd_status::no_resources, rfd_status::no_resources);
    expect_all_frames_accounted();
}

TEST_F(FlexibleModeTest, TheLongestFrameFitsTheSmallestBuffers) {
    put_lists(1);
    put(b0, b0, 2);
    start();
    receive(make_frame(station, ipv4, 1518));
    EXPECT_EQ(status(r0), 0xa020);
}

TEST_F(FlexibleModeTest, GoesOnFromARestoredState) {
    put_lists(3);
    start();
    receive(make_frame(station, ipv4, 150));
    UnitBench other;
    other.host.memory = host.memory;
    other.scb.restore(scb.state());
    ASSERT_TRUE(other.receive_unit.valid(receive_unit.state(), scb.ru_status(), {}));
    other.receive_unit.restore(receive_unit.state(), receive_unit.fifo());
    other.receive(make_frame(station, ipv4, 100));
    EXPECT_EQ(other.word(b2), eof | f | 100);
    EXPECT_EQ(other.scb.ru_status(), RuStatus::ReadyNoRbds);
    other.host.memory.write32(b2 + 12, 100);
    other.host.memory.write32(b2 + 4, b0);
    UnitBench third;
    third.host.memory = other.host.memory;
    third.scb.restore(other.scb.state());
    third.receive_unit.restore(other.receive_unit.state(), {});
    third.ru(RuCommand::RbdResume);
    third.receive(make_frame(station, ipv4, 77));
    EXPECT_EQ(third.word(b0), eof | f | 77);
}

} // namespace
} // namespace i8255x
