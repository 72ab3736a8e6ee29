// SPDX-License-Identifier: GPL-2.0-or-later
// The command unit: commands, the EL/S/I table, resume, long and endless lists (SDM 6.3.2.2, 6.4.1, 6.5.3).
#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr uint16_t el = cb_command::end_of_list, s = cb_command::suspend, i = cb_command::interrupt;

class Cu : public E100Test {
  protected:
    void SetUp() override { e100.bring_up(); }

    /// A chain of NOPs; the last block has `last_flags`, the others `flags`.
    std::vector<uint32_t> chain(unsigned count, uint16_t flags, uint16_t last_flags) {
        std::vector<uint32_t> blocks;
        for (unsigned n = 0; n < count; n++)
            blocks.push_back(
                memory.place(command_block(Opcode::Nop, n + 1 == count ? last_flags : flags, 0)));
        for (unsigned n = 0; n + 1 < count; n++)
            memory.write32(blocks[n] + 4, blocks[n + 1]);
        return blocks;
    }
    uint32_t nop(uint16_t flags, uint32_t link = 0) {
        return memory.place(command_block(Opcode::Nop, flags, link));
    }
    void set_flags(uint32_t block, uint16_t flags) { memory.write16(block + 2, flags); }
    bool completes(uint32_t block) {
        return wait_until([&] { return memory.read16(block) == done; });
    }
};

TEST_F(Cu, EndOfListGoesIdleWithCna) {
    uint32_t block = nop(el);
    e100.command(CuCommand::Start, block);
    ASSERT_TRUE(completes(block));
    ASSERT_TRUE(e100.wait_cu(CuStatus::Idle));
    EXPECT_EQ(e100.stat(), stat::cna);
    EXPECT_TRUE(e100.interrupt());
}

TEST_F(Cu, SuspendWithCna) {
    uint32_t block = nop(s);
    e100.command(CuCommand::Start, block);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    EXPECT_EQ(memory.read16(block), done);
    EXPECT_EQ(e100.stat(), stat::cna);
}

TEST_F(Cu, EndOfListOverridesSuspend) {
    uint32_t block = nop(el | s);
    e100.command(CuCommand::Start, block);
    ASSERT_TRUE(completes(block));
    EXPECT_TRUE(e100.wait_cu(CuStatus::Idle));
    e100.command(CuCommand::Resume); // nothing to resume
    e100.settle();
    EXPECT_EQ(e100.cu(), CuStatus::Idle);
}

TEST_F(Cu, InterruptBitRaisesCxPerBlock) {
    auto blocks = chain(3, i, i | s);
    e100.command(CuCommand::Start, blocks[0]);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    EXPECT_EQ(e100.stat(), stat::cx | stat::cna);
    for (uint32_t block : blocks)
        EXPECT_EQ(memory.read16(block), done);
}

TEST_F(Cu, CiModeIsSilentOnSuspendButNotOnIdle) {
    auto configuration = usual_configuration();
    config::ci_interrupt.set(configuration, true);
    e100.configure(configuration);
    e100.acknowledge(0xff);
    auto blocks = chain(2, s, el);
    e100.command(CuCommand::Start, blocks[0]);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    EXPECT_EQ(e100.stat(), 0);
    set_flags(blocks[0], 0);
    e100.command(CuCommand::Resume);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Idle));
    EXPECT_EQ(e100.stat(), stat::cna);
}

TEST_F(Cu, OnlyTheStatusWordIsWritten) {
    Bytes before = command_block(Opcode::Nop, s | i, 0x00abcdef, Bytes(8, 0x5a));
    uint32_t block = memory.place(before);
    e100.command(CuCommand::Start, block);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    Bytes after = memory.read(block, before.size());
    EXPECT_EQ(after[1], 0xa0);
    after[0] = before[0];
    after[1] = before[1];
    EXPECT_EQ(after, before);
}

/// Drivers pre-mark idle blocks as complete; the chip does not look.
TEST_F(Cu, CompletedBlocksAreExecutedAgain) {
    auto blocks = chain(2, 0, s);
    for (uint32_t block : blocks)
        memory.write16(block, done);
    set_flags(blocks[0], i);
    e100.command(CuCommand::Start, blocks[0]);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    EXPECT_EQ(e100.stat(), stat::cx | stat::cna);
}

TEST_F(Cu, BlocksNeedOnlyEvenAddresses) {
    uint32_t second = memory.place(command_block(Opcode::Nop, el, 0), 16, 6);
    uint32_t first = memory.place(command_block(Opcode::Nop, 0, second), 16, 2);
    e100.command(CuCommand::Start, first);
    EXPECT_TRUE(completes(second));
    EXPECT_EQ(memory.read16(first), done);
}

TEST_F(Cu, AddressesAreRelativeToTheBase) {
    constexpr uint32_t base = 0xfff00000; // wraps around 2^32
    auto blocks = chain(2, 0, el);
    memory.write32(blocks[0] + 4, blocks[1] - base);
    e100.command(CuCommand::LoadBase, base);
    e100.command(CuCommand::Start, blocks[0] - base);
    EXPECT_TRUE(completes(blocks[1]));
    e100.command(CuCommand::LoadBase, 0);
}

TEST_F(Cu, ResumeContinuesAtTheRememberedLink) {
    uint32_t decoy = nop(el), next = nop(s);
    uint32_t first = nop(s, next);
    e100.command(CuCommand::Start, first);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    set_flags(first, 0);
    memory.write32(first + 4, decoy); // too late: the link was fetched with the block
    e100.acknowledge(0xff);
    e100.command(CuCommand::Resume);
    ASSERT_TRUE(completes(next));
    EXPECT_TRUE(e100.wait_cu(CuStatus::Suspended));
    EXPECT_EQ(memory.read16(decoy), 0);
}

TEST_F(Cu, ResumeWithSStillSetIsConsumed) {
    uint32_t next = nop(el);
    uint32_t first = nop(s, next);
    e100.command(CuCommand::Start, first);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    e100.command(CuCommand::Resume);
    e100.settle();
    EXPECT_EQ(e100.cu(), CuStatus::Suspended);
    EXPECT_EQ(memory.read16(next), 0);
    set_flags(first, 0);
    e100.settle(); // the first Resume must not take effect later
    EXPECT_EQ(memory.read16(next), 0);
    e100.command(CuCommand::Resume);
    EXPECT_TRUE(completes(next));
}

TEST_F(Cu, ResumeWhenIdleIsIgnored) {
    uint32_t block = nop(el, nop(el));
    e100.command(CuCommand::Start, block);
    ASSERT_TRUE(completes(block));
    ASSERT_TRUE(e100.wait_cu(CuStatus::Idle));
    memory.write16(block, 0);
    e100.command(CuCommand::Resume);
    e100.settle();
    EXPECT_EQ(e100.cu(), CuStatus::Idle);
    EXPECT_EQ(memory.read16(block), 0);
    EXPECT_EQ(memory.read16(memory.read32(block + 4)), 0);
}

TEST_F(Cu, StaticResumeContinues) {
    uint32_t next = nop(s);
    uint32_t first = nop(s, next);
    e100.command(CuCommand::Start, first);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    set_flags(first, 0);
    e100.command(CuCommand::StaticResume);
    EXPECT_TRUE(completes(next));
}

TEST_F(Cu, StartFromSuspendedBeginsANewList) {
    uint32_t abandoned = nop(el);
    uint32_t first = nop(s, abandoned), other = nop(el);
    e100.command(CuCommand::Start, first);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    e100.command(CuCommand::Start, other);
    EXPECT_TRUE(completes(other));
    EXPECT_EQ(memory.read16(abandoned), 0);
}

/// The drivers' way of appending: new block with S, clear S in the one before, Resume; for a whole ring, many
/// times.
TEST_F(Cu, AppendingByResumeLosesNothing) {
    constexpr unsigned ring_size = 8, rounds = 25;
    std::vector<uint32_t> ring = chain(ring_size, s, s);
    memory.write32(ring.back() + 4, ring.front());
    e100.command(CuCommand::Start, ring[0]);
    ASSERT_TRUE(completes(ring[0]));
    for (unsigned n = 1; n < ring_size * rounds; n++) {
        uint32_t block = ring[n % ring_size], previous = ring[(n - 1) % ring_size];
        memory.write16(block, 0);
        set_flags(block, s | (n % 16 == 0 ? i : 0));
        set_flags(previous, 0);
        e100.set_csr8(csr::scb_command, static_cast<uint8_t>(CuCommand::Resume));
        ASSERT_TRUE(completes(block)) << "block " << n;
    }
    EXPECT_TRUE(e100.wait_cu(CuStatus::Suspended));
}

TEST_F(Cu, LongListsRunToTheEnd) {
    constexpr unsigned count = 1000;
    auto blocks = chain(count, 0, el);
    e100.command(CuCommand::Start, blocks[0]);
    ASSERT_TRUE(completes(blocks.back()));
    ASSERT_TRUE(e100.wait_cu(CuStatus::Idle));
    for (uint32_t block : blocks)
        ASSERT_EQ(memory.read16(block), done);
    EXPECT_EQ(e100.stat(), stat::cna);
}

TEST_F(Cu, CircularListKeepsRunningBesideTheMachine) {
    auto blocks = chain(3, 0, i);
    memory.write32(blocks.back() + 4, blocks.front());
    e100.command(CuCommand::Start, blocks[0]);
    ASSERT_TRUE(completes(blocks.back()));
    EXPECT_EQ(e100.cu(), CuStatus::Active);
    EXPECT_EQ(e100.qmp().status(), "running");
    memory.write16(blocks[0], 0);
    EXPECT_TRUE(completes(blocks[0])); // still going round
    set_flags(blocks[1], el);
    EXPECT_TRUE(e100.wait_cu(CuStatus::Idle));
}

TEST_F(Cu, ResumeWhileActiveIsLatched) {
    auto blocks = chain(3, 0, 0);
    memory.write32(blocks.back() + 4, blocks.front());
    uint32_t behind = nop(el);
    e100.command(CuCommand::Start, blocks[0]);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Active));
    e100.set_csr8(csr::scb_command, static_cast<uint8_t>(CuCommand::Resume));
    memory.write32(blocks[2] + 4, behind);
    EXPECT_TRUE(completes(behind)); // and nothing was skipped or stopped by the early Resume
    EXPECT_TRUE(e100.wait_cu(CuStatus::Idle));
}

TEST_F(Cu, BaseAndCounterCommandsLeaveARunningListAlone) {
    uint32_t next = nop(el);
    uint32_t first = nop(s, next), area = memory.allocate(96);
    e100.command(CuCommand::Start, first);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    e100.acknowledge(0xff);
    e100.command(CuCommand::LoadDumpCountersAddress, area);
    e100.command(CuCommand::DumpCounters);
    e100.command(CuCommand::Nop);
    ASSERT_TRUE(wait_until([&] { return memory.read32(area + 64) == dump_complete; }));
    EXPECT_EQ(e100.cu(), CuStatus::Suspended);
    EXPECT_EQ(e100.stat(), 0);
    set_flags(first, 0);
    e100.command(CuCommand::Resume);
    EXPECT_TRUE(completes(next));
}

TEST_F(Cu, TwoCommandsWithoutPollingAreBothExecuted) {
    uint32_t area = memory.allocate(96), block = nop(el);
    e100.set_csr32(csr::general_pointer, area);
    e100.set_csr8(csr::scb_command, static_cast<uint8_t>(CuCommand::LoadDumpCountersAddress));
    e100.set_csr8(csr::scb_command, static_cast<uint8_t>(CuCommand::DumpAndResetCounters));
    e100.set_csr32(csr::general_pointer, block);
    e100.set_csr8(csr::scb_command, static_cast<uint8_t>(CuCommand::Start));
    EXPECT_TRUE(wait_until([&] { return memory.read32(area + 64) == dump_and_reset_complete; }));
    EXPECT_TRUE(completes(block));
}

} // namespace
} // namespace qtest
