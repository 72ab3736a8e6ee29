// SPDX-License-Identifier: GPL-2.0-or-later
// Command unit: list walk, EL/S/I, start, resume and its races, lists of a hostile guest (SDM 6.4.1, 6.5.3).
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint16_t el = cb_command::end_of_list;
constexpr uint16_t s = cb_command::suspend;
constexpr uint16_t i = cb_command::interrupt;
constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr uint32_t a = 0x10000, b = 0x20000, c = 0x30002; // blocks need 2-byte alignment only

struct CommandUnitTest : testing::Test, UnitBench {
    CuStatus state() const { return scb.cu_status(); }
};

TEST_F(CommandUnitTest, StartOnlyMarksTheWork) {
    put_block(a, el, 0);
    cu(CuCommand::Start, a);
    EXPECT_EQ(state(), CuStatus::Active);
    EXPECT_TRUE(host.command_unit_scheduled);
    EXPECT_TRUE(host.dma.empty());
    EXPECT_TRUE(host.run_command_unit());
    EXPECT_EQ(status(a), done);
    EXPECT_EQ(state(), CuStatus::Idle);
}

TEST_F(CommandUnitTest, FollowsLinksFromTheBase) {
    cu(CuCommand::LoadBase, 0x01000000);
    put_block(0x01010000, 0, b);
    put_block(0x01020000, 0, c);
    put_block(0x01030002, el, 0);
    EXPECT_TRUE(execute(a));
    for (uint32_t block : {0x01010000u, 0x01020000u, 0x01030002u})
        EXPECT_EQ(status(block), done);
}

TEST_F(CommandUnitTest, BaseAndPointersWrapAtTheTopOfMemory) {
    cu(CuCommand::LoadBase, 0xffff0000);
    put_block(0xfffffff8, el, 0); // its parameters stand at address 0
    EXPECT_TRUE(execute(0xfff8));
    EXPECT_EQ(status(0xfffffff8), done);
    put_block(0x00000010, el, 0);
    EXPECT_TRUE(execute(0x00010010));
    EXPECT_EQ(status(0x10), done);
}

TEST_F(CommandUnitTest, WritesNothingButTheStatusWord) {
    put_block(a, i | el, 0x12345678);
    execute(a);
    EXPECT_EQ(host.writes(), (std::vector<std::pair<uint32_t, std::size_t>>{{a, 2}}));
    EXPECT_EQ(word(a + 2), i | el);
    EXPECT_EQ(host.memory.read32(a + 4), 0x12345678u);
}

TEST_F(CommandUnitTest, ExecutesBlocksThatAreMarkedCompleteAlready) {
    put_block(a, el | 1, 0); // individual address
    host.memory.write16(a, done);
    host.memory.put(a + 8, stranger);
    execute(a);
    EXPECT_EQ(filter.individual(), stranger);
}

TEST_F(CommandUnitTest, ReadsAllOfTheHeaderAtOnce) {
    put_block(a, el, 0);
    execute(a);
    EXPECT_EQ(host.dma.front(), (FakeHost::DmaStep{FakeHost::DmaStep::Kind::Read, a, 32}));
    host.forget();
    set(config::standard_tcb);
    execute(a);
    EXPECT_EQ(host.dma.front(), (FakeHost::DmaStep{FakeHost::DmaStep::Kind::Read, a, 16}));
}

struct EndOfBlock {
    uint16_t bits;
    bool ci;
    CuStatus state;
    unsigned stat;
};
class EndOfBlockTest : public testing::TestWithParam<EndOfBlock> {};

TEST_P(EndOfBlockTest, StateAndInterruptFollowTheTable) {
    UnitBench bench;
    bench.set(config::ci_interrupt, GetParam().ci);
    bench.put_block(a, GetParam().bits, b);
    bench.put_block(b, el, 0);
    bench.execute(a);
    EXPECT_EQ(bench.scb.cu_status(), GetParam().state);
    EXPECT_EQ(bench.take_stat(), GetParam().stat);
    EXPECT_EQ(bench.status(a), done);
    EXPECT_EQ(bench.status(b), GetParam().bits & (el | s) ? 0 : done);
}

INSTANTIATE_TEST_SUITE_P(Table, EndOfBlockTest,
                         testing::Values(EndOfBlock{0, false, CuStatus::Idle, stat::cna}, // b ends it
                                         EndOfBlock{0, true, CuStatus::Idle, stat::cna},  //
                                         EndOfBlock{i, false, CuStatus::Idle, stat::cx | stat::cna}, //
                                         EndOfBlock{s, false, CuStatus::Suspended, stat::cna},       //
                                         EndOfBlock{s, true, CuStatus::Suspended, 0},                //
                                         EndOfBlock{s | i, false, CuStatus::Suspended,
                                                    stat::cx | stat::cna},                       //
                                         EndOfBlock{s | i, true, CuStatus::Suspended, stat::cx}, //
                                         EndOfBlock{el, false, CuStatus::Idle, stat::cna},       //
                                         EndOfBlock{el, true, CuStatus::Idle, stat::cna},        //
                                         EndOfBlock{el | s, true, CuStatus::Idle, stat::cna},    //
                                         EndOfBlock{el | i, false, CuStatus::Idle, stat::cx | stat::cna}));

TEST_F(CommandUnitTest, StatusIsInMemoryBeforeTheInterrupt) {
    put_block(a, el | i, 0);
    execute(a);
    std::vector<TraceEvent> order;
    for (const auto& step : host.trace_record)
        if (step.event == TraceEvent::CbComplete || step.event == TraceEvent::IrqAssert)
            order.push_back(step.event);
    EXPECT_EQ(order, (std::vector{TraceEvent::CbComplete, TraceEvent::IrqAssert}));
}

// Resume

struct ResumeTest : CommandUnitTest {
    /// `a` suspended the unit, `b` stands behind it.
    void suspend() {
        put_block(a, s, b);
        put_block(b, el, 0);
        execute(a);
        take_stat();
        host.forget();
    }
};

TEST_F(ResumeTest, GoesOnWhenTheSuspendBitIsGone) {
    suspend();
    host.memory.write16(a + 2, 0);
    cu(CuCommand::Resume);
    EXPECT_EQ(state(), CuStatus::Active);
    host.run_command_unit();
    EXPECT_EQ(status(b), done);
    EXPECT_TRUE(host.guest_errors.empty());
}

TEST_F(ResumeTest, StaysWhileTheSuspendBitIsSet) {
    suspend();
    cu(CuCommand::Resume);
    EXPECT_EQ(state(), CuStatus::Suspended);
    EXPECT_FALSE(host.command_unit_scheduled);
    host.memory.write16(a + 2, 0); // too late: that resume is used up
    EXPECT_TRUE(host.run_command_unit());
    EXPECT_EQ(status(b), 0);
}

TEST_F(ResumeTest, UsesTheLinkThatWasFetched) {
    suspend();
    host.memory.write16(a + 2, 0);
    host.memory.write32(a + 4, c);
    put_block(c, el, 0);
    cu(CuCommand::Resume);
    host.run_command_unit();
    EXPECT_EQ(status(b), done);
    EXPECT_EQ(status(c), 0);
}

TEST_F(ResumeTest, FromIdleDoesNothing) {
    put_block(a, el, b);
    put_block(b, el, 0);
    execute(a);
    cu(CuCommand::Resume);
    EXPECT_EQ(state(), CuStatus::Idle);
    EXPECT_FALSE(host.command_unit_scheduled);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(ResumeTest, WhileActiveMakesTheSuspendBitBeReadAgain) {
    set(config::standard_tcb);
    put_transmit(a, s, b, make_frame(stranger, ipv4, 60));
    put_block(b, el, 0);
    host.on_send = [this](auto) { // the driver appends while `a` is on its way
        host.memory.write16(a + 2, 4);
        cu(CuCommand::Resume);
    };
    execute(a);
    EXPECT_EQ(status(b), done);
    EXPECT_EQ(state(), CuStatus::Idle);
    EXPECT_EQ(host.count_traced(TraceEvent::CuState), 2u) << "it was never suspended";
}

TEST_F(ResumeTest, BeforeTheFirstBlockIsFetchedSkipsNothing) {
    put_block(a, 0, b);
    put_block(b, el, c);
    cu(CuCommand::Start, a);
    cu(CuCommand::Resume);
    host.run_command_unit();
    EXPECT_EQ(status(a), done);
    EXPECT_EQ(status(b), done);
}

TEST_F(ResumeTest, IsUsedUpByTheBlockItLetPass) {
    set(config::standard_tcb);
    put_transmit(a, s, b, make_frame(stranger, ipv4, 60));
    put_block(b, s, c);
    host.on_send = [this](auto) {
        host.memory.write16(a + 2, 4);
        cu(CuCommand::Resume);
    };
    execute(a);
    EXPECT_EQ(status(b), done);
    EXPECT_EQ(state(), CuStatus::Suspended);
    EXPECT_EQ(host.dma.back(), (FakeHost::DmaStep{FakeHost::DmaStep::Kind::Write, b, 2}))
        << "the S bit of `b` was not read twice";
}

TEST_F(ResumeTest, WhileActiveWithTheSuspendBitStillSetSuspends) {
    set(config::standard_tcb);
    put_transmit(a, s, b, make_frame(stranger, ipv4, 60));
    host.on_send = [this](auto) { cu(CuCommand::Resume); };
    execute(a);
    EXPECT_EQ(state(), CuStatus::Suspended);
    EXPECT_EQ(take_stat(), stat::cna);
    host.memory.write16(a + 2, 4);
    EXPECT_FALSE(host.command_unit_scheduled) << "the resume was used up";
}

TEST_F(ResumeTest, WithoutResumeTheSuspendBitCountsAsItWasFetched) {
    set(config::standard_tcb);
    put_transmit(a, s, b, make_frame(stranger, ipv4, 60));
    host.on_send = [this](auto) { host.memory.write16(a + 2, 4); };
    execute(a);
    EXPECT_EQ(state(), CuStatus::Suspended);
    cu(CuCommand::Resume);
    EXPECT_EQ(state(), CuStatus::Active) << "and the resume that follows finds it cleared";
}

TEST_F(ResumeTest, APendingResumeDoesNotOutliveTheList) {
    set(config::standard_tcb);
    put_transmit(a, el, b, make_frame(stranger, ipv4, 60));
    host.on_send = [this](auto) { cu(CuCommand::Resume); };
    execute(a);
    EXPECT_EQ(state(), CuStatus::Idle);
    host.on_send = nullptr;
    put_block(b, s, c);
    host.forget();
    cu(CuCommand::Start, b);
    host.run_command_unit();
    EXPECT_EQ(state(), CuStatus::Suspended);
    EXPECT_EQ(host.dma.back().bytes, 2u); // the status word; the S bit was not looked at again
    EXPECT_EQ(host.dma.back().kind, FakeHost::DmaStep::Kind::Write);
}

TEST_F(ResumeTest, DriversAppendFrameByFrame) {
    set(config::standard_tcb);
    constexpr unsigned ring = 8, frames = 100;
    auto block = [](unsigned n) { return a + n % ring * 0x100; };
    put_block(block(ring - 1), s, block(0));
    execute(block(ring - 1));
    for (unsigned n = 0; n < frames; n++) {
        put_transmit(block(n), s, block(n + 1), make_frame(stranger, ipv4, 60 + n));
        host.memory.write16(block(n + ring - 1) + 2,
                            word(block(n + ring - 1) + 2) & static_cast<uint16_t>(~s));
        cu(CuCommand::Resume);
        if (n % 3 != 0) // sometimes the unit is still at work when the next one comes
            host.run_command_unit();
    }
    host.run_command_unit();
    ASSERT_EQ(host.sent.size(), frames);
    for (unsigned n = 0; n < frames; n++)
        EXPECT_EQ(host.sent[n].size(), 60u + n);
}

TEST_F(ResumeTest, StaticResumeDoesNotLookAtTheSuspendBit) {
    suspend();
    cu(CuCommand::StaticResume);
    EXPECT_TRUE(std::ranges::none_of(host.dma, [](auto& step) { return step.address == a + 2; }));
    host.run_command_unit();
    EXPECT_EQ(status(b), done);
}

TEST_F(ResumeTest, StaticResumeNeedsASuspendedUnit) {
    put_block(a, el, b);
    execute(a);
    cu(CuCommand::StaticResume);
    EXPECT_EQ(state(), CuStatus::Idle);
    EXPECT_FALSE(host.command_unit_scheduled);
}

TEST(CommandUnit82558, HasStaticResume) {
    UnitBench bench(Generation::I82558);
    bench.put_block(a, s, b);
    bench.put_block(b, el, 0);
    bench.execute(a);
    bench.cu(CuCommand::StaticResume);
    bench.host.run_command_unit();
    EXPECT_EQ(bench.status(b), done);
}

TEST(CommandUnit82557, HasNoStaticResume) {
    UnitBench bench(Generation::I82557);
    bench.put_block(a, s, b);
    bench.execute(a);
    bench.cu(CuCommand::StaticResume);
    EXPECT_EQ(bench.scb.cu_status(), CuStatus::Suspended);
    EXPECT_EQ(bench.host.guest_errors.size(), 1u);
}

TEST_F(CommandUnitTest, StartFromSuspendedForgetsTheOldList) {
    put_block(a, s, b);
    execute(a);
    put_block(c, el, 0);
    execute(c);
    EXPECT_EQ(status(c), done);
    EXPECT_EQ(status(b), 0);
}

TEST_F(CommandUnitTest, StartWhileActiveIsRefused) {
    put_block(a, el, 0);
    put_block(b, el, 0);
    cu(CuCommand::Start, a);
    cu(CuCommand::Start, b);
    host.run_command_unit();
    EXPECT_EQ(status(a), done);
    EXPECT_EQ(status(b), 0);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(CommandUnitTest, NopAndReservedCommandsChangeNothing) {
    for (unsigned code : {0x00u, 0x80u, 0x90u, 0xc0u, 0xd0u, 0xe0u, 0xf0u}) {
        host.forget();
        cu(static_cast<CuCommand>(code), a);
        EXPECT_EQ(state(), CuStatus::Idle) << code;
        EXPECT_FALSE(host.command_unit_scheduled);
        EXPECT_EQ(host.guest_errors.size(), code == 0 ? 0u : 1u) << code;
    }
}

TEST_F(CommandUnitTest, CounterAndBaseCommandsWorkWhileSuspended) {
    put_block(a, s, b);
    execute(a);
    take_stat();
    cu(CuCommand::LoadDumpCountersAddress, 0x5000);
    cu(CuCommand::DumpCounters);
    EXPECT_EQ(host.memory.read32(0x5000 + 80), dump_complete);
    set(config::tco_statistics, false);
    statistics.count(Counter::TxGoodFrames);
    cu(CuCommand::DumpAndResetCounters);
    EXPECT_EQ(host.memory.read32(0x5000), 1u);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 0u);
    cu(CuCommand::LoadBase, 0x100000);
    EXPECT_EQ(command_unit.state().base, 0x100000u);
    EXPECT_EQ(state(), CuStatus::Suspended);
    EXPECT_EQ(take_stat(), 0u);
    EXPECT_TRUE(host.guest_errors.empty());
}

TEST_F(CommandUnitTest, EachCommandDoesNothingElse) {
    put_block(a, s, b);
    execute(a);
    cu(CuCommand::LoadBase, 0x100000);
    EXPECT_FALSE(statistics.state().dump_address_loaded);
    host.forget();
    cu(CuCommand::LoadDumpCountersAddress, 0x5000);
    EXPECT_TRUE(host.dma.empty());
    statistics.count(Counter::TxGoodFrames);
    cu(CuCommand::DumpCounters, 0x6000);
    EXPECT_EQ(counted(Counter::TxGoodFrames), 1u);
    cu(CuCommand::DumpAndResetCounters, 0x6000);
    EXPECT_TRUE(host.guest_errors.empty());
    cu(CuCommand::StaticResume, 0x6000);
    EXPECT_EQ(command_unit.state().base, 0x100000u);
}

TEST_F(CommandUnitTest, LoadingTheBaseWhileActiveIsReported) {
    cu(CuCommand::Start, a);
    cu(CuCommand::LoadBase, 0x100000);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(CommandUnitTest, RunTellsWhetherMoreIsLeft) {
    put_block(a, el, 0);
    cu(CuCommand::Start, a);
    EXPECT_FALSE(command_unit.run());
    EXPECT_FALSE(command_unit.run());
    EXPECT_EQ(host.count_traced(TraceEvent::CbComplete), 1u);
}

// Hostile lists

TEST_F(CommandUnitTest, ACircularListRunsInSlices) {
    put_block(a, 0, a);
    cu(CuCommand::Start, a);
    for (unsigned slice = 1; slice <= 5; slice++) {
        host.command_unit_scheduled = false;
        EXPECT_TRUE(command_unit.run());
        EXPECT_TRUE(host.command_unit_scheduled);
        EXPECT_EQ(host.count_traced(TraceEvent::CbComplete), slice * CommandUnit::blocks_per_run);
    }
    command_unit.selective_reset();
    EXPECT_FALSE(command_unit.run());
}

TEST_F(CommandUnitTest, ALongListIsExecutedToItsEnd) {
    constexpr unsigned blocks = 1000;
    for (unsigned n = 0; n < blocks; n++)
        put_block(a + n * 16, n + 1 == blocks ? el : 0, a + (n + 1) * 16);
    EXPECT_TRUE(execute(a));
    EXPECT_EQ(host.count_traced(TraceEvent::CbComplete), blocks);
    EXPECT_EQ(state(), CuStatus::Idle);
}

TEST_F(CommandUnitTest, SlicesAreBoundedInBytesToo) {
    set(config::standard_tcb);
    put_transmit(a, 0, a, make_frame(stranger, ipv4, 2048));
    cu(CuCommand::Start, a);
    EXPECT_TRUE(command_unit.run());
    EXPECT_EQ(host.sent.size(), CommandUnit::bytes_per_run / 2048);
}

TEST_F(CommandUnitTest, AddressListsCountAsBytes) {
    put_block(a, 3, a);
    host.memory.write16(a + 8, 0x3fff); // all of the count's bits
    cu(CuCommand::Start, a);
    EXPECT_TRUE(command_unit.run());
    EXPECT_LE(host.count_traced(TraceEvent::CbComplete), 5u);
}

TEST_F(CommandUnitTest, AnUnreadableBlockEndsTheList) {
    host.memory.refuse(b, 16);
    put_block(a, 0, b);
    execute(a);
    EXPECT_EQ(status(a), done);
    EXPECT_EQ(state(), CuStatus::Idle);
    EXPECT_EQ(take_stat(), stat::cna);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(CommandUnitTest, WithoutBusMasteringTheListEnds) {
    host.bus_master = false;
    put_block(a, 0, a);
    EXPECT_TRUE(execute(a));
    EXPECT_EQ(state(), CuStatus::Idle);
}

TEST_F(CommandUnitTest, AnUnwritableStatusEndsTheList) {
    put_block(a, 0, a);
    host.memory.refuse_writes(a, 2);
    EXPECT_TRUE(execute(a));
    EXPECT_EQ(state(), CuStatus::Idle);
    EXPECT_EQ(take_stat(), stat::cna);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(CommandUnitTest, ALinkToNowhereIsAZeroBlock) {
    put_block(a, 0, 0); // address 0 holds zero bits: a NOP that links to itself
    cu(CuCommand::Start, a);
    EXPECT_TRUE(command_unit.run());
    EXPECT_EQ(status(0), done);
}

// Reset and state

TEST_F(CommandUnitTest, SelectiveResetKeepsTheBaseOnly) {
    cu(CuCommand::LoadBase, 0x100000);
    put_block(0x110000, 0, a);
    cu(CuCommand::Start, a);
    command_unit.selective_reset();
    EXPECT_EQ(state(), CuStatus::Idle);
    EXPECT_EQ(command_unit.state().base, 0x100000u);
    EXPECT_EQ(command_unit.state().low.block, 0u);
    host.run_command_unit();
    EXPECT_EQ(status(0x110000), 0) << "what was scheduled before finds nothing to do";
}

TEST_F(CommandUnitTest, ResetForgetsTheBaseToo) {
    cu(CuCommand::LoadBase, 0x100000);
    cu(CuCommand::Start, a);
    command_unit.reset();
    EXPECT_EQ(state(), CuStatus::Idle);
    EXPECT_EQ(command_unit.state().base, 0u);
}

TEST_F(CommandUnitTest, AnActiveUnitGoesOnFromARestoredState) {
    put_block(a, 0, b);
    put_block(b, el, 0);
    cu(CuCommand::Start, a);
    const auto cu_state = command_unit.state();
    const auto scb_state = scb.state();

    UnitBench other;
    other.host.memory = host.memory;
    ASSERT_TRUE(CommandUnit::valid(cu_state, variant.generation));
    ASSERT_EQ(cu_state.status(), scb_state.cu);
    other.scb.restore(scb_state);
    other.command_unit.restore(cu_state);
    EXPECT_TRUE(other.host.run_command_unit());
    EXPECT_EQ(other.status(b), done);
}

TEST_F(CommandUnitTest, ASuspendedUnitResumesFromARestoredState) {
    put_block(a, s, b);
    put_block(b, el, 0);
    execute(a);
    host.memory.write16(a + 2, 0);
    UnitBench other;
    other.host.memory = host.memory;
    other.scb.restore(scb.state());
    other.command_unit.restore(command_unit.state());
    EXPECT_FALSE(other.host.command_unit_scheduled);
    other.cu(CuCommand::Resume);
    other.host.run_command_unit();
    EXPECT_EQ(other.status(b), done);
}

TEST(CommandUnitState, RejectsWhatCannotBe) {
    using State = CommandUnit::State;
    using Queue = CommandUnit::Queue;
    constexpr auto idle = CuStatus::Idle, suspended = CuStatus::Suspended, active = CuStatus::Active;
    const auto valid = [](const State& state, Generation generation = Generation::I82558) {
        return CommandUnit::valid(state, generation);
    };
    EXPECT_TRUE(valid({}));
    EXPECT_TRUE(valid({.low = {.status = suspended}}));
    const Queue at_work = {.status = active, .resume_pending = true, .segments_sent = 3};
    EXPECT_TRUE(valid({.low = at_work, .work_pending = true}));
    EXPECT_TRUE(valid({.high = at_work, .work_pending = true}));
    EXPECT_TRUE(valid({.low = at_work, .high = {.status = suspended}, .poll_deadline_ns = 0}));
    EXPECT_FALSE(valid({.low = {.status = suspended, .resume_pending = true}}));
    EXPECT_FALSE(valid({.high = {.status = suspended, .resume_pending = true}}));
    EXPECT_FALSE(valid({.low = {.status = idle, .segments_sent = 1}}));
    EXPECT_FALSE(valid({.high = {.status = idle, .segments_sent = 1}}));
    EXPECT_FALSE(valid({.work_pending = true}));
    EXPECT_FALSE(valid({.low = at_work, .work_pending = true, .poll_deadline_ns = 0}));
    EXPECT_FALSE(valid({.poll_deadline_ns = 5}));
    EXPECT_FALSE(valid({.low = at_work, .work_pending = true, .poll_deadline_ns = -2}));
    EXPECT_FALSE(valid({.low = at_work})) << "nothing would ever move it";
    EXPECT_FALSE(valid({.high = at_work})) << "nothing would ever move it";
    EXPECT_FALSE(valid({.low = {.status = CuStatus::ActiveHighPriority}, .work_pending = true}));
    EXPECT_FALSE(valid({.high = {.status = CuStatus::ActiveHighPriority}, .work_pending = true}));
    EXPECT_FALSE(valid({.high = {.status = suspended}}, Generation::I82557));
}

} // namespace
} // namespace i8255x
