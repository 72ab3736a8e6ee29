// SPDX-License-Identifier: GPL-2.0-or-later
// The delayed CNA interrupt: the CID field of a transmit block (SDM 6.4.2.5.4).
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t a = 0x10000, b = 0x20000, ring = 0x30000;
constexpr uint16_t s = cb_command::suspend;
constexpr int64_t longest = 31 * CnaDelay::unit_ns;

constexpr uint16_t cid(unsigned units) { return static_cast<uint16_t>(units << cb_command::cid_shift); }

struct CnaDelayTest : testing::Test, UnitBench {
    CnaDelayTest() { set(config::standard_tcb); }
    void transmit(uint32_t block, uint16_t flags, uint32_t link = 0) {
        put_transmit(block, flags, link, make_frame(stranger, ipv4, 60));
        execute(block);
    }
};

TEST_F(CnaDelayTest, TheUnitIs256ClocksOfThePciBus) {
    transmit(a, s | cid(31));
    EXPECT_EQ(host.deadline(Timer::CnaDelay), host.now + 238'080);
}

TEST_F(CnaDelayTest, TheStateShowsAtOnceTheInterruptLater) {
    transmit(a, s | cid(31));
    EXPECT_EQ(scb.cu_status(), CuStatus::Suspended);
    EXPECT_EQ(scb.stat(), 0);
    host.advance(longest - 1);
    EXPECT_EQ(scb.stat(), 0);
    host.advance(1);
    EXPECT_EQ(take_stat(), stat::cna);
    host.advance(longest);
    EXPECT_EQ(scb.stat(), 0) << "once";
}

TEST_F(CnaDelayTest, EndOfListIsDelayedToo) {
    transmit(a, cb_command::end_of_list | cid(2));
    EXPECT_EQ(scb.stat(), 0);
    host.advance(2 * CnaDelay::unit_ns);
    EXPECT_EQ(take_stat(), stat::cna);
}

TEST_F(CnaDelayTest, CxIsNeverDelayed) {
    transmit(a, s | cb_command::interrupt | cid(31));
    EXPECT_EQ(take_stat(), stat::cx);
    host.advance(longest);
    EXPECT_EQ(take_stat(), stat::cna);
}

TEST_F(CnaDelayTest, ZeroIsNoDelay) {
    transmit(a, s);
    EXPECT_EQ(take_stat(), stat::cna);
}

TEST_F(CnaDelayTest, OnlyTransmitBlocksHaveTheField) {
    put_block(a, s | cid(31), b);
    execute(a);
    EXPECT_EQ(take_stat(), stat::cna);
}

TEST(CnaDelay82558, HasTheDelay) {
    UnitBench bench(Generation::I82558);
    bench.set(config::standard_tcb);
    bench.put_transmit(a, s | cid(31), b, make_frame(stranger, ipv4, 60));
    bench.execute(a);
    EXPECT_EQ(bench.take_stat(), 0u);
}

TEST(CnaDelay82557, HasNoDelay) {
    UnitBench bench(Generation::I82557);
    bench.put_transmit(a, s | cid(31), b, make_frame(stranger, ipv4, 60));
    bench.execute(a);
    EXPECT_EQ(bench.take_stat(), stat::cna);
}

TEST_F(CnaDelayTest, NothingIsDelayedInCiModeOnSuspend) {
    set(config::ci_interrupt);
    transmit(a, s | cid(31));
    host.advance(2 * longest);
    EXPECT_EQ(take_stat(), 0u);
}

TEST_F(CnaDelayTest, ResumeCancels) {
    transmit(a, s | cid(31), b);
    put_block(b, 0, b);
    host.memory.write16(a + 2, 4);
    cu(CuCommand::Resume);
    EXPECT_EQ(host.deadline(Timer::CnaDelay), -1);
    command_unit.selective_reset();
    host.advance(longest);
    EXPECT_EQ(take_stat(), 0u);
}

/// Otherwise the interrupt would be lost.
TEST_F(CnaDelayTest, AResumeThatChangesNothingLeavesItAlone) {
    transmit(a, s | cid(31), b);
    cu(CuCommand::Resume); // S is still set
    host.advance(longest);
    EXPECT_EQ(take_stat(), stat::cna);
    transmit(a, cb_command::end_of_list | cid(31), b);
    cu(CuCommand::Resume); // idle
    host.advance(longest);
    EXPECT_EQ(take_stat(), stat::cna);
}

TEST_F(CnaDelayTest, StaticResumeCancels) {
    transmit(a, s | cid(31), b);
    cu(CuCommand::StaticResume);
    EXPECT_EQ(host.deadline(Timer::CnaDelay), -1);
}

TEST_F(CnaDelayTest, StartCancels) {
    transmit(a, s | cid(31));
    cu(CuCommand::Start, b);
    EXPECT_EQ(host.deadline(Timer::CnaDelay), -1);
}

TEST_F(CnaDelayTest, ANewTransmissionCountsFromItsOwnEnd) {
    transmit(a, s | cid(31), b);
    host.advance(longest - 1);
    put_transmit(b, s | cid(31), a, make_frame(stranger, ipv4, 60));
    host.memory.write16(a + 2, 4);
    cu(CuCommand::Resume);
    host.run_command_unit();
    host.advance(longest - 1);
    EXPECT_EQ(scb.stat(), 0);
    host.advance(1);
    EXPECT_EQ(take_stat(), stat::cna);
}

TEST_F(CnaDelayTest, AReceivedFrameTakesItAlong) {
    put_rfd(ring, 0, ring + 0x1000, 1522);
    ru(RuCommand::Start, ring);
    transmit(a, s | cid(31));
    receive(make_frame(station, ipv4, 60));
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::cna});
    EXPECT_EQ(host.deadline(Timer::CnaDelay), -1);
    host.advance(longest);
    EXPECT_EQ(take_stat(), 0u);
}

TEST_F(CnaDelayTest, AFrameThatIsNotStoredLeavesItCounting) {
    transmit(a, s | cid(31));
    receive(make_frame(stranger, ipv4, 60));
    receive(make_frame(station, ipv4, 60));
    EXPECT_EQ(take_stat(), 0u);
    host.advance(longest);
    EXPECT_EQ(take_stat(), stat::cna);
}

TEST_F(CnaDelayTest, ResetForgetsIt) {
    transmit(a, s | cid(31));
    command_unit.selective_reset();
    EXPECT_EQ(host.deadline(Timer::CnaDelay), -1);
    EXPECT_EQ(cna_delay.state().deadline_ns, -1);
}

TEST_F(CnaDelayTest, ATimerThatFiresUnaskedDoesNothing) {
    cna_delay.timer_fired();
    EXPECT_EQ(scb.stat(), 0);
    transmit(a, s | cid(31));
    cna_delay.timer_fired();
    EXPECT_EQ(take_stat(), stat::cna);
    cna_delay.timer_fired();
    EXPECT_EQ(take_stat(), 0u);
}

TEST_F(CnaDelayTest, GoesOnFromARestoredState) {
    transmit(a, s | cid(31));
    UnitBench other;
    ASSERT_TRUE(CnaDelay::valid(cna_delay.state()));
    other.cna_delay.restore(cna_delay.state());
    other.host.advance(longest);
    EXPECT_EQ(other.take_stat(), stat::cna);
    EXPECT_FALSE(CnaDelay::valid({.deadline_ns = -2}));
    cna_delay.restore({});
    EXPECT_EQ(host.deadline(Timer::CnaDelay), -1) << "what was counting is no longer";
}

} // namespace
} // namespace i8255x
