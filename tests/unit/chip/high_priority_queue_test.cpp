// SPDX-License-Identifier: GPL-2.0-or-later
// The command unit's high-priority queue: a second list, whose blocks go first (SDM 6.3.2.2).
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint16_t el = cb_command::end_of_list, s = cb_command::suspend;
constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr uint32_t low = 0x10000, low2 = 0x11000, high = 0x20002, high2 = 0x21000;

struct HighPriorityQueueTest : testing::Test, UnitBench {
    CuStatus state() const { return scb.cu_status(); }
    std::vector<uint32_t> completed() const {
        std::vector<uint32_t> blocks;
        for (const auto& step : host.trace_record)
            if (step.event == TraceEvent::CbComplete)
                blocks.push_back(step.a);
        return blocks;
    }
    void start_high(uint32_t block) { cu(CuCommand::HpqStart, block); }
};

TEST_F(HighPriorityQueueTest, RunsAListOfItsOwn) {
    cu(CuCommand::LoadBase, 0x01000000);
    put_block(0x01000000 + high, 0, high2);
    put_block(0x01000000 + high2, el | cb_command::interrupt, 0);
    start_high(high);
    EXPECT_EQ(state(), CuStatus::ActiveHighPriority);
    EXPECT_EQ(scb.status_byte(), 0xc0);
    EXPECT_TRUE(host.run_command_unit());
    EXPECT_EQ(status(0x01000000 + high), done);
    EXPECT_EQ(status(0x01000000 + high2), done);
    EXPECT_EQ(state(), CuStatus::Idle);
    EXPECT_EQ(take_stat(), stat::cx | stat::cna);
}

TEST_F(HighPriorityQueueTest, ExecutesEveryKindOfBlock) {
    set(config::standard_tcb);
    put_transmit(high, 0, high2, make_frame(stranger, ipv4, 60));
    put_block(high2, el | 1, 0);
    host.memory.put(high2 + 8, stranger);
    start_high(high);
    host.run_command_unit();
    EXPECT_EQ(host.sent.size(), 1u);
    EXPECT_EQ(filter.individual(), stranger);
}

TEST_F(HighPriorityQueueTest, GoesFirst) {
    put_block(low, 0, low2);
    put_block(low2, el, 0);
    put_block(high, 0, high2);
    put_block(high2, el, 0);
    cu(CuCommand::Start, low);
    start_high(high);
    host.run_command_unit();
    EXPECT_EQ(completed(), (std::vector{high, high2, low, low2}));
    EXPECT_EQ(state(), CuStatus::Idle);
}

TEST_F(HighPriorityQueueTest, ComesBetweenTwoBlocksOfTheOther) {
    set(config::standard_tcb);
    put_transmit(low, 0, low2, make_frame(stranger, ipv4, 60));
    put_block(low2, el, 0);
    put_block(high, el, 0);
    host.on_send = [this](auto) { start_high(high); };
    execute(low);
    EXPECT_EQ(completed(), (std::vector{low, high, low2}));
}

TEST_F(HighPriorityQueueTest, ItsEndGivesTheOtherBack) {
    put_block(low, 0, low);
    put_block(high, el, 0);
    cu(CuCommand::Start, low);
    command_unit.run();
    start_high(high);
    EXPECT_EQ(state(), CuStatus::ActiveHighPriority);
    command_unit.run();
    EXPECT_EQ(state(), CuStatus::Active) << "the circular list goes on";
    EXPECT_EQ(take_stat(), stat::cna) << "whoever waits for the block is told";
}

TEST_F(HighPriorityQueueTest, SuspendsAndResumesByItself) {
    put_block(low, el, 0);
    put_block(high, s, high2);
    put_block(high2, el, 0);
    start_high(high);
    host.run_command_unit();
    EXPECT_EQ(state(), CuStatus::Idle) << "the byte shows the other queue then";
    EXPECT_EQ(take_stat(), stat::cna);
    EXPECT_TRUE(execute(low));
    EXPECT_EQ(status(high2), 0);
    cu(CuCommand::Resume);
    EXPECT_EQ(status(high2), 0) << "not its command";
    EXPECT_EQ(host.guest_errors.size(), 1u);

    cu(CuCommand::HpqResume);
    EXPECT_FALSE(host.command_unit_scheduled) << "S is still set";
    host.memory.write16(high + 2, 0);
    cu(CuCommand::HpqResume);
    EXPECT_EQ(state(), CuStatus::ActiveHighPriority);
    host.run_command_unit();
    EXPECT_EQ(status(high2), done);
}

TEST_F(HighPriorityQueueTest, ASuspendedListOfTheOtherStaysSuspended) {
    put_block(low, s, low2);
    put_block(low2, el, 0);
    put_block(high, el, 0);
    execute(low);
    start_high(high);
    host.run_command_unit();
    EXPECT_EQ(status(high), done);
    EXPECT_EQ(state(), CuStatus::Suspended);
    EXPECT_EQ(status(low2), 0);
    cu(CuCommand::StaticResume);
    host.run_command_unit();
    EXPECT_EQ(status(low2), done);
}

TEST_F(HighPriorityQueueTest, AResumeWhileActiveIsLatchedForItAlone) {
    set(config::standard_tcb);
    put_block(low, s, low2);
    put_block(low2, el, 0);
    put_transmit(high, s, high2, make_frame(stranger, ipv4, 60));
    put_block(high2, el, 0);
    host.on_send = [this](auto) {
        host.memory.write16(high + 2, 4);
        cu(CuCommand::HpqResume);
    };
    cu(CuCommand::Start, low);
    start_high(high);
    host.run_command_unit();
    EXPECT_EQ(completed(), (std::vector{high, high2, low}));
    EXPECT_EQ(state(), CuStatus::Suspended);
}

TEST_F(HighPriorityQueueTest, TheOtherMayBeStartedMeanwhile) {
    put_block(low, el, 0);
    put_block(high, el, 0);
    start_high(high);
    cu(CuCommand::Start, low);
    EXPECT_EQ(state(), CuStatus::ActiveHighPriority);
    host.run_command_unit();
    EXPECT_EQ(completed(), (std::vector{high, low}));
    EXPECT_TRUE(host.guest_errors.empty());
}

TEST_F(HighPriorityQueueTest, StartWhileItIsActiveIsRefused) {
    put_block(high, el, 0);
    put_block(high2, el, 0);
    start_high(high);
    start_high(high2);
    host.run_command_unit();
    EXPECT_EQ(completed(), (std::vector{high}));
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(HighPriorityQueueTest, ResumeFromIdleDoesNothing) {
    cu(CuCommand::HpqResume);
    EXPECT_FALSE(host.command_unit_scheduled);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(HighPriorityQueueTest, PassesABlockThatWaitsForABuffer) {
    set(config::dynamic_tbd);
    put_block(low, 4 | el, 0);
    host.memory.write16(low + 14, 0xff00);
    put_block(high, el, 0);
    execute(low);
    EXPECT_NE(host.deadline(Timer::TransmitPoll), -1);
    start_high(high);
    EXPECT_EQ(host.deadline(Timer::TransmitPoll), -1);
    EXPECT_TRUE(CommandUnit::valid(command_unit.state(), variant.generation));
    host.run_command_unit();
    EXPECT_EQ(status(high), done);
    EXPECT_EQ(status(low), 0);
    EXPECT_EQ(state(), CuStatus::Active);
    EXPECT_NE(host.deadline(Timer::TransmitPoll), -1) << "and the wait goes on";
}

TEST_F(HighPriorityQueueTest, CiModeAndDelayCountForItToo) {
    set(config::standard_tcb);
    put_transmit(high, s | cb_command::cid_mask, 0, make_frame(stranger, ipv4, 60));
    start_high(high);
    host.run_command_unit();
    EXPECT_EQ(take_stat(), 0u);
    host.advance(31 * CnaDelay::unit_ns);
    EXPECT_EQ(take_stat(), stat::cna);
    set(config::ci_interrupt);
    start_high(high);
    host.run_command_unit();
    host.advance(31 * CnaDelay::unit_ns);
    EXPECT_EQ(take_stat(), 0u);
}

TEST_F(HighPriorityQueueTest, ResetsStopItToo) {
    put_block(high, 0, high);
    put_block(low, s, low2);
    execute(low);
    start_high(high);
    command_unit.selective_reset();
    EXPECT_EQ(state(), CuStatus::Idle);
    EXPECT_FALSE(command_unit.run());
    cu(CuCommand::HpqResume);
    cu(CuCommand::Resume);
    EXPECT_FALSE(command_unit.run());
    EXPECT_EQ(host.guest_errors.size(), 2u);
}

TEST_F(HighPriorityQueueTest, ACircularListRunsInSlices) {
    put_block(high, 0, high);
    start_high(high);
    EXPECT_TRUE(command_unit.run());
    EXPECT_EQ(completed().size(), CommandUnit::blocks_per_run);
}

TEST_F(HighPriorityQueueTest, TheBaseIsForBothWhileNeitherIsActive) {
    put_block(high, s, high2);
    start_high(high);
    cu(CuCommand::LoadBase, 0x1000);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST(HighPriorityQueue82558, Exists) {
    UnitBench bench(Generation::I82558);
    bench.put_block(high, el, 0);
    bench.cu(CuCommand::HpqStart, high);
    bench.host.run_command_unit();
    EXPECT_EQ(bench.status(high), done);
}

TEST(HighPriorityQueue82557, DoesNotExist) {
    UnitBench bench(Generation::I82557);
    bench.put_block(high, el, 0);
    bench.cu(CuCommand::HpqStart, high);
    bench.cu(CuCommand::HpqResume);
    EXPECT_FALSE(bench.host.command_unit_scheduled);
    EXPECT_EQ(bench.scb.cu_status(), CuStatus::Idle);
    EXPECT_EQ(bench.host.guest_errors.size(), 2u);
}

} // namespace
} // namespace i8255x
