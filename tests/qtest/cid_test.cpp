// SPDX-License-Identifier: GPL-2.0-or-later
// The delayed CNA interrupt (CID, SDM 6.4.2.5.4), on an exact clock.
#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t el = cb_command::end_of_list, s = cb_command::suspend;
constexpr int64_t unit_ns = 256 * 30; // 256 PCI clocks of 30 ns
constexpr int64_t longest_ns = 31 * unit_ns;
static_assert(unit_ns % E100Harness::pause_step_ns == 0);

constexpr uint16_t cid(unsigned n) { return static_cast<uint16_t>(n << cb_command::cid_shift); }

class CidBase {
  protected:
    explicit CidBase(MachineClock clock, const std::string& properties = "")
        : e100({.properties = properties, .clock = clock}) {
        e100.bring_up();
    }
    uint32_t tcb(uint16_t flags, uint32_t link = 0) {
        return memory.place(simplified_tcb(flags, link, numbered_frame(0, 100, peer_mac, card_mac)));
    }
    void clear_suspend(uint32_t block) {
        memory.write16(block + 2, static_cast<uint16_t>(memory.read16(block + 2) & ~s));
    }

    E100Harness e100;
    GuestMemory& memory = e100.memory();
};

class CidMeasured : public CidBase, public ::testing::Test {
  protected:
    CidMeasured() : CidBase(MachineClock::Exact) {}
};

TEST_F(CidMeasured, ClockStandsStillWithoutTimers) {
    e100.execute(Opcode::Nop);
    int64_t before = e100.clock_ns();
    e100.settle();
    EXPECT_EQ(e100.clock_ns(), before);
}

TEST_F(CidMeasured, DelaysCnaByWholeUnits) {
    for (unsigned n : {1u, 5u, 31u}) {
        int64_t before = e100.clock_ns();
        e100.command(CuCommand::Start, tcb(el | cid(n)));
        ASSERT_TRUE(e100.wait_stat(stat::cna)) << n;
        int64_t took = e100.clock_ns() - before;
        EXPECT_GE(took, n * unit_ns) << n;
        EXPECT_LE(took, n * unit_ns * 12 / 10 + 1000) << n; // the manual: 10 to 20 % longer
        e100.acknowledge(0xff);
    }
}

TEST_F(CidMeasured, ZeroMeansAtOnce) {
    int64_t before = e100.clock_ns();
    e100.command(CuCommand::Start, tcb(el));
    ASSERT_TRUE(e100.wait_stat(stat::cna));
    EXPECT_LE(e100.clock_ns() - before, 1000);
}

class CidOn82557 : public CidBase, public ::testing::Test {
  protected:
    CidOn82557() : CidBase(MachineClock::Exact, "chip=82557b") {}
};

TEST_F(CidOn82557, DoesNotExist) {
    int64_t before = e100.clock_ns();
    e100.command(CuCommand::Start, tcb(el | cid(31)));
    ASSERT_TRUE(e100.wait_stat(stat::cna));
    EXPECT_LE(e100.clock_ns() - before, 1000);
}

/// The machine stands still but for run_for(): between a block's end and its interrupt there is all the time
/// to look and to act.
class Cid : public CidBase, public ::testing::Test {
  protected:
    static constexpr int64_t step = E100Harness::pause_step_ns;

    Cid() : CidBase(MachineClock::Exact) { e100.qmp().stop(); }
    /// The block that is next, S and CID 31, is executed at once; `step` of the delay is over then.
    void run_to_suspension() {
        e100.run_for(step);
        ASSERT_EQ(e100.cu(), CuStatus::Suspended);
    }
    void start_and_suspend(uint32_t block) {
        e100.command(CuCommand::Start, block);
        run_to_suspension();
    }
};

TEST_F(Cid, UnitStateIsNotDelayed) {
    start_and_suspend(tcb(s | cid(31)));
    e100.run_for(longest_ns - 2 * step);
    EXPECT_EQ(e100.stat(), 0);
    EXPECT_FALSE(e100.interrupt());
    e100.run_for(step);
    EXPECT_EQ(e100.stat(), stat::cna);
    EXPECT_TRUE(e100.interrupt());
}

TEST_F(Cid, CxIsNeverDelayed) {
    start_and_suspend(tcb(s | cb_command::interrupt | cid(31)));
    EXPECT_EQ(e100.stat(), stat::cx);
    e100.run_for(longest_ns);
    EXPECT_EQ(e100.stat(), stat::cx | stat::cna);
}

TEST_F(Cid, ResumeCancelsAndTheNextBlockCountsAnew) {
    uint32_t second = tcb(s | cid(31));
    uint32_t first = tcb(s | cid(31), second);
    start_and_suspend(first);
    clear_suspend(first);
    e100.run_for(10 * unit_ns);
    e100.command(CuCommand::Resume);
    run_to_suspension();
    e100.run_for(longest_ns - 2 * step); // far beyond the first block's time
    EXPECT_EQ(e100.stat(), 0);
    e100.run_for(step);
    EXPECT_EQ(e100.stat(), stat::cna);
    e100.acknowledge(0xff);
    e100.run_for(longest_ns);
    EXPECT_EQ(e100.stat(), 0);
}

TEST_F(Cid, TheNextBlockMayCountLess) {
    uint32_t second = tcb(s | cid(2));
    uint32_t first = tcb(s | cid(31), second);
    start_and_suspend(first);
    clear_suspend(first);
    e100.command(CuCommand::Resume);
    run_to_suspension();
    e100.run_for(unit_ns);
    EXPECT_EQ(e100.stat(), 0);
    e100.run_for(unit_ns);
    EXPECT_EQ(e100.stat(), stat::cna);
}

TEST_F(Cid, ResumeToABlockWithoutDelayLeavesNoLateInterrupt) {
    uint32_t second = memory.place(command_block(Opcode::Nop, el, 0));
    uint32_t first = tcb(s | cid(31), second);
    start_and_suspend(first);
    clear_suspend(first);
    e100.command(CuCommand::Resume);
    e100.run_for(step);
    ASSERT_EQ(e100.cu(), CuStatus::Idle);
    EXPECT_EQ(e100.stat(), stat::cna);
    e100.acknowledge(0xff);
    e100.run_for(longest_ns * 5 / 4);
    EXPECT_EQ(e100.stat(), 0);
}

/// A frame sent to a machine that stands still is received when it runs again, before its clock moves on.
TEST_F(Cid, ReceivedFrameEndsTheDelay) {
    RfdRing ring(memory, 4);
    e100.start_receiving(ring);
    start_and_suspend(tcb(s | cid(31)));
    e100.wire().send(numbered_frame(1, 100));
    e100.settle();
    e100.run_for(step);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(e100.stat(), stat::fr | stat::cna);
    e100.acknowledge(0xff);
    e100.run_for(longest_ns * 5 / 4);
    EXPECT_EQ(e100.stat(), 0);
}

TEST_F(Cid, ResetsCancelIt) {
    for (PortCommand reset : {PortCommand::SelectiveReset, PortCommand::SoftwareReset}) {
        start_and_suspend(tcb(s | cid(31)));
        e100.port(reset);
        e100.run_for(longest_ns * 5 / 4);
        EXPECT_EQ(e100.stat(), 0);
        e100.qmp().cont();
        e100.bring_up();
        e100.qmp().stop();
    }
}

} // namespace
} // namespace qtest
