// SPDX-License-Identifier: GPL-2.0-or-later
// The command unit's second list, whose blocks go first (SDM 6.3.2.2).
#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t done = cb_status::complete | cb_status::ok;
constexpr uint16_t el = cb_command::end_of_list, s = cb_command::suspend;

class HighPriorityQueue : public E100Test {
  protected:
    void SetUp() override { e100.bring_up(); }
    uint32_t nop(uint16_t flags, uint32_t link = 0) {
        return memory.place(command_block(Opcode::Nop, flags, link));
    }
    bool completes(uint32_t block) {
        return wait_until([&] { return memory.read16(block) == done; });
    }
};

TEST_F(HighPriorityQueue, HoldsTheOtherUp) {
    uint32_t second = nop(0), first = nop(0, second), other = nop(el);
    memory.write32(second + 4, first);
    e100.command(CuCommand::HpqStart, first);
    ASSERT_TRUE(completes(second));
    EXPECT_EQ(e100.cu(), CuStatus::ActiveHighPriority);
    e100.command(CuCommand::Start, other);
    memory.write16(first, 0);
    ASSERT_TRUE(completes(first)) << "it goes round and round";
    EXPECT_EQ(memory.read16(other), 0);
    memory.write16(second + 2, el);
    EXPECT_TRUE(completes(other));
    EXPECT_TRUE(e100.wait_cu(CuStatus::Idle));
}

TEST_F(HighPriorityQueue, EachIsResumedByItsOwnCommand) {
    uint32_t high2 = nop(el), high = nop(s, high2), low2 = nop(el), low = nop(s, low2);
    e100.command(CuCommand::Start, low);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    e100.acknowledge(0xff);
    e100.command(CuCommand::HpqStart, high);
    ASSERT_TRUE(completes(high));
    ASSERT_TRUE(e100.wait_stat(stat::cna));
    EXPECT_EQ(e100.cu(), CuStatus::Suspended);
    memory.write16(low + 2, 0);
    memory.write16(high + 2, 0);
    e100.command(CuCommand::HpqResume);
    ASSERT_TRUE(completes(high2));
    e100.settle();
    EXPECT_EQ(memory.read16(low2), 0);
    e100.command(CuCommand::Resume);
    EXPECT_TRUE(completes(low2));
}

TEST_F(HighPriorityQueue, SendsFrames) {
    Frame frame = numbered_frame(1, 100, peer_mac, card_mac);
    e100.command(CuCommand::HpqStart, memory.place(simplified_tcb(el, 0, frame)));
    EXPECT_EQ(e100.wire().receive(), frame);
}

TEST(HighPriorityQueueOf82557, DoesNotExist) {
    E100Harness e100({.properties = "chip=82557b"});
    e100.bring_up();
    uint32_t block = e100.memory().place(command_block(Opcode::Nop, el, 0));
    e100.command(CuCommand::HpqStart, block);
    e100.settle();
    EXPECT_EQ(e100.cu(), CuStatus::Idle);
    EXPECT_EQ(e100.memory().read16(block), 0);
}

} // namespace
} // namespace qtest
