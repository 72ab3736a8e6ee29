// SPDX-License-Identifier: GPL-2.0-or-later
// The command block list against a chip that does nothing but look: order of stores, suspend bits, resumes.
#include "driver/command_list.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "arch/hosted/machine.h"
#include "arch/memory.h"

namespace {

using namespace e100;
namespace csr = i8255x::csr;
using i8255x::cb_command::suspend;

/// Registers that remember what was written; the command byte is accepted at once unless `stuck`.
struct Registers final : hosted::BusDevice {
    static constexpr uint32_t window = 0xfea0'0000;
    Registers() { hosted::plug({0, 20, 0}, *this, window, 4096); }
    ~Registers() { hosted::unplug(*this); }
    uint32_t mmio_read(uint32_t offset, unsigned) override {
        return offset == csr::scb_command && stuck ? 0x10 : 0;
    }
    void mmio_write(uint32_t offset, unsigned, uint32_t value) override {
        if (offset == csr::general_pointer)
            pointer = value;
        if (offset == csr::scb_command)
            commands.push_back(static_cast<i8255x::CuCommand>(value));
    }
    uint32_t config_read(uint8_t) override { return 0xffffffff; }
    void config_write(uint8_t, uint32_t) override {}
    std::vector<i8255x::CuCommand> commands;
    uint32_t pointer = 0;
    bool stuck = false;
};

class CommandListTest : public testing::Test {
  protected:
    static constexpr unsigned size = 64;
    void SetUp() override {
        scb.attach(arch::Mmio(Registers::window));
        ASSERT_EQ(list.allocate(size), Error::None);
    }
    void TearDown() override {
        hosted::on_write_barrier(nullptr);
        list.purge([](CommandSlot&) {});
        list.release();
    }
    bool submit() {
        return list.submit(scb, [](SharedCommand& command, CommandSlot&, uint32_t) {
            store(command.header.command, static_cast<uint16_t>(i8255x::Opcode::Nop));
        });
    }
    i8255x::CommandBlock& block(unsigned slot) {
        return *static_cast<i8255x::CommandBlock*>(arch::bus_to_virt(list.bus_address(slot)));
    }
    void complete(unsigned slot) { store(block(slot).status, 0xa000); }
    unsigned reclaim() {
        return list.reclaim([](CommandSlot&) {}).blocks;
    }

    Registers registers;
    Scb scb;
    CommandList list;
};

TEST_F(CommandListTest, IsACircleInMemory) {
    for (unsigned slot = 0; slot < size; slot++)
        EXPECT_EQ(block(slot).link, list.bus_address((slot + 1) % size));
}

TEST_F(CommandListTest, TheFirstIsStartedTheOthersResumed) {
    submit();
    EXPECT_EQ(registers.pointer, list.bus_address(0));
    submit();
    submit();
    using enum i8255x::CuCommand;
    EXPECT_EQ(registers.commands, (std::vector{Start, Resume, Resume}));
}

TEST_F(CommandListTest, OnlyTheNewestSuspends) {
    for (unsigned i = 0; i < 5; i++)
        submit();
    for (unsigned slot = 0; slot < 4; slot++)
        EXPECT_FALSE(block(slot).command & suspend) << slot;
    EXPECT_TRUE(block(4).command & suspend);
}

TEST_F(CommandListTest, AtEveryMomentTheListEndsInASuspendingBlock) {
    submit();
    unsigned looks = 0;
    hosted::on_write_barrier([&] {
        looks++;
        const bool old_ends = block(0).command & suspend;
        const bool new_ends = block(1).command & suspend;
        EXPECT_TRUE(old_ends || new_ends);
        EXPECT_EQ(registers.commands.size(), 1u) << "resumed before the list was ready";
    });
    submit();
    EXPECT_GE(looks, 2u);
}

TEST_F(CommandListTest, ABlockThatIsDoneIsNotResumed) {
    submit();
    hosted::on_access([this] { complete(1); }); // the unit ran into it before the resume could be written
    submit();
    hosted::on_access(nullptr);
    EXPECT_EQ(registers.commands.size(), 1u);
    complete(0);
    submit();
    EXPECT_EQ(registers.commands.size(), 2u) << "the next one needs its own";
}

TEST_F(CommandListTest, FillsUpAndSaysWhenThereIsRoomAgain) {
    for (unsigned i = 0; i < size; i++)
        ASSERT_TRUE(submit()) << i;
    EXPECT_EQ(registers.commands.size(), size);
    complete(0);
    EXPECT_FALSE(list.reclaim([](CommandSlot&) {}).room_again) << "nobody had asked";
    EXPECT_TRUE(submit());
    EXPECT_FALSE(submit());
    complete(1);
    EXPECT_TRUE(list.reclaim([](CommandSlot&) {}).room_again);
    EXPECT_TRUE(submit());
    EXPECT_FALSE(submit());
}

TEST_F(CommandListTest, ReclaimStopsAtTheFirstUnfinishedBlock) {
    for (unsigned i = 0; i < 4; i++)
        submit();
    complete(0);
    complete(2);
    EXPECT_EQ(reclaim(), 1u);
    complete(1);
    EXPECT_EQ(reclaim(), 2u);
    EXPECT_EQ(reclaim(), 0u);
}

TEST_F(CommandListTest, ABusyChipGetsTheBlockWithTheNextOne) {
    submit();
    registers.stuck = true;
    EXPECT_TRUE(submit()) << "queued all the same";
    EXPECT_EQ(list.commands_refused(), 1u);
    EXPECT_EQ(registers.commands.size(), 1u);
    registers.stuck = false;
    submit();
    EXPECT_EQ(registers.commands.size(), 3u);
}

TEST_F(CommandListTest, ClosedTakesNothing) {
    list.close();
    EXPECT_FALSE(submit());
    EXPECT_TRUE(registers.commands.empty());
}

TEST_F(CommandListTest, WaitingTellsFailureFromTimeout) {
    submit();
    EXPECT_EQ(list.wait_done(), Error::CommandTimeout);
    store(block(0).status, i8255x::cb_status::complete);
    EXPECT_EQ(list.wait_done(), Error::CommandFailed);
    complete(0);
    EXPECT_EQ(list.wait_done(), Error::None);
}

} // namespace
