// SPDX-License-Identifier: GPL-2.0-or-later
// What each reset clears and keeps, one row of the manual's table per test (SDM 6.3.3, table 8).
#include "chip_bench.h"

namespace i8255x {
namespace {

enum class Way : uint8_t { Hardware, Software, Selective, SelfTest };
constexpr Way ways[] = {Way::Hardware, Way::Software, Way::Selective, Way::SelfTest};
constexpr const char* way_names[] = {"Hardware", "Software", "Selective", "SelfTest"};

constexpr uint32_t base = 0x100000;
constexpr MacAddress group = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};
constexpr MacAddress stranger = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

/// A chip whose every kind of state differs from a new one's.
class ChipReset : public testing::TestWithParam<Way>, protected ChipBench {
  protected:
    ChipReset() {
        bring_up();
        auto configuration = linux_configuration();
        configuration[15] |= config::promiscuous.mask;
        execute(Opcode::Configure, configuration);
        Bytes list = {6, 0};
        list.insert(list.end(), group.begin(), group.end());
        execute(Opcode::MulticastSetup, list);
        transmit(frame_to(stranger));
        EXPECT_EQ(counter(Counter::TxGoodFrames), 1u);
        phy_write(mii::special_control, 0x0004);
        set_csr8(csr::early_rx, 0x11);
        set_csr8(csr::general_control, 0x01);
        command(CuCommand::LoadBase, base);
        command(RuCommand::LoadBase, base);
        command(RuCommand::Start, 0x2000);
        set_csr32(csr::general_pointer, 0x1234);
        set_csr8(csr::interrupt_control, interrupt_control::mask_cx | interrupt_control::si);
        EXPECT_TRUE(host.interrupt);
        EXPECT_EQ(ru(), RuStatus::Ready);
        host.forget();
    }

    bool full() const { return GetParam() != Way::Selective; }
    void reset() {
        switch (GetParam()) {
        case Way::Hardware:
            chip.reset(ResetKind::Hardware);
            break;
        case Way::Software:
            port(PortCommand::SoftwareReset);
            break;
        case Way::Selective:
            port(PortCommand::SelectiveReset);
            break;
        case Way::SelfTest:
            port(PortCommand::SelfTest, area);
            break;
        }
        host.run_command_unit();
    }
    bool receives(const MacAddress& destination) {
        const uint32_t rfd = area + 0x3000;
        command(RuCommand::LoadBase, 0);
        start_receiving(rfd);
        chip.receive(frame_to(destination));
        const bool stored = host.memory.read16(rfd) != 0;
        command(RuCommand::Abort);
        return stored;
    }
};

INSTANTIATE_TEST_SUITE_P(Ways, ChipReset, testing::ValuesIn(ways), [](const auto& info) {
    return std::string(way_names[static_cast<unsigned>(info.param)]);
});

TEST_P(ChipReset, UnitsAreIdleAndTheScbIsNew) {
    reset();
    EXPECT_EQ(csr32(csr::scb_status), 0u) << "nothing pending, nothing masked";
    EXPECT_EQ(csr32(csr::general_pointer), 0u);
    EXPECT_FALSE(host.interrupt);
}

TEST_P(ChipReset, MdiIsReady) {
    set_csr32(csr::mdi_control, 0x28220000);
    reset();
    EXPECT_EQ(csr32(csr::mdi_control), 0x10200000u);
}

TEST_P(ChipReset, CommandUnitBase) {
    put_block(0x700, cb_command::end_of_list, 0);
    put_block(base + 0x700, cb_command::end_of_list, 0);
    reset();
    command(CuCommand::Start, 0x700);
    host.run_command_unit();
    EXPECT_EQ(host.memory.read16(0x700), full() ? 0xa000 : 0);
    EXPECT_EQ(host.memory.read16(base + 0x700), full() ? 0 : 0xa000);
}

TEST_P(ChipReset, ReceiveUnitBase) {
    put_rfd(0x2000, 0, 0x2000, 1522);
    put_rfd(base + 0x2000, 0, 0x2000, 1522);
    reset();
    command(CuCommand::LoadBase, 0);
    execute(Opcode::Configure, linux_configuration());
    command(RuCommand::Start, 0x2000);
    chip.receive(frame_to(broadcast_address));
    // After a full reset the individual address is all ones, so a broadcast is "for us".
    EXPECT_EQ(host.memory.read16(0x2000), full() ? 0xa020 : 0);
    EXPECT_EQ(host.memory.read16(base + 0x2000), full() ? 0 : 0xa022);
}

TEST_P(ChipReset, ConfigurationAddressAndTable) {
    reset();
    command(CuCommand::LoadBase, 0);
    if (full()) {
        EXPECT_FALSE(receives(broadcast_address)) << "not before a Configure";
        execute(Opcode::Configure, linux_configuration());
        EXPECT_FALSE(receives(stranger)) << "no longer promiscuous";
        EXPECT_FALSE(receives(group));
        EXPECT_FALSE(receives(mac));
        return;
    }
    EXPECT_TRUE(receives(stranger)) << "still promiscuous";
    execute(Opcode::Configure, linux_configuration());
    EXPECT_FALSE(receives(stranger));
    EXPECT_TRUE(receives(group));
    EXPECT_TRUE(receives(mac));
}

TEST_P(ChipReset, CountersAndTheirAddress) {
    reset();
    host.memory.fill(area + 0x800, 96, 0);
    command(CuCommand::DumpCounters);
    if (full()) {
        EXPECT_EQ(host.memory.bytes(area + 0x800, 96), Bytes(96)) << "the address is forgotten";
        EXPECT_EQ(counter(Counter::TxGoodFrames), 0u);
    } else {
        EXPECT_EQ(host.memory.read32(area + 0x800 + 80), dump_complete);
        EXPECT_EQ(host.memory.read32(area + 0x800), 1u);
    }
}

TEST_P(ChipReset, ThePhyKnowsOnlyTheHardwareReset) {
    reset();
    EXPECT_EQ(phy_read(mii::special_control), GetParam() == Way::Hardware ? 0 : 0x0004);
}

TEST_P(ChipReset, RegistersWithoutUnit) {
    reset();
    EXPECT_EQ(csr8(csr::early_rx), full() ? 0 : 0x11);
    EXPECT_EQ(csr8(csr::general_control), GetParam() == Way::Hardware ? 0 : 0x01);
}

TEST_P(ChipReset, TheEepromKeepsItsContents) {
    const std::vector<uint16_t> before(chip.eeprom().begin(), chip.eeprom().end());
    reset();
    EXPECT_EQ(std::vector<uint16_t>(chip.eeprom().begin(), chip.eeprom().end()), before);
    EXPECT_TRUE(host.eeprom_changes.empty());
}

TEST_P(ChipReset, StopsACircularList) {
    command(CuCommand::LoadBase, 0);
    put_block(area + 0x40, 0, area + 0x40);
    command(CuCommand::Start, area + 0x40);
    EXPECT_EQ(cu(), CuStatus::Active);
    reset();
    EXPECT_EQ(cu(), CuStatus::Idle);
    host.memory.write16(area + 0x40, 0);
    host.command_unit_scheduled = true; // the host may be late
    host.run_command_unit();
    EXPECT_EQ(host.memory.read16(area + 0x40), 0);
}

TEST_P(ChipReset, ForgetsTheDelayedInterrupt) {
    command(CuCommand::LoadBase, 0);
    put_block(area, 0x5f04, 0);
    host.memory.write32(area + 8, no_tbd_array);
    host.memory.write32(area + 12, 60);
    set_csr8(csr::interrupt_control, 0);
    command(CuCommand::Start, area);
    host.run_command_unit();
    EXPECT_GE(host.deadline(Timer::CnaDelay), 0);
    reset();
    EXPECT_EQ(host.deadline(Timer::CnaDelay), -1);
    host.advance(10'000'000);
    EXPECT_EQ(stat(), 0);
}

TEST_P(ChipReset, ForgetsFramesInTheFifo) {
    command(RuCommand::Abort);
    command(RuCommand::LoadBase, 0);
    command(CuCommand::LoadBase, 0);
    put_rfd(area + 0x3000, rfd_command::end_of_list, 0, 1522);
    command(RuCommand::Start, area + 0x3000);
    chip.receive(frame_to(mac));
    chip.receive(frame_to(mac));
    EXPECT_EQ(ru(), RuStatus::NoResources);
    reset();
    bring_up();
    const uint32_t rfd = start_receiving();
    EXPECT_EQ(host.memory.read16(rfd), 0);
}

TEST_P(ChipReset, WorksWithoutBusMastering) {
    host.bus_master = false;
    reset();
    EXPECT_EQ(csr16(csr::scb_status), 0);
}

TEST_P(ChipReset, IsTraced) {
    reset();
    EXPECT_TRUE(host.traced(TraceEvent::Reset));
}

/// D3 to D0 is done with ResetKind::Software by whoever owns the configuration space.
TEST(ChipResetTest, HeldBackFramesMayComeAfterAReset) {
    ChipBench e100("82557b", true);
    e100.bring_up();
    e100.put_rfd(0x3000, rfd_command::end_of_list, 0, 1522);
    e100.command(RuCommand::Start, 0x3000);
    e100.chip.receive(ChipBench::frame_to(ChipBench::mac));
    EXPECT_FALSE(e100.chip.can_receive());
    EXPECT_EQ(e100.chip.receive(ChipBench::frame_to(ChipBench::mac)), Receive::HeldBack);
    EXPECT_EQ(e100.host.receive_possible_calls, 0u);
    e100.port(PortCommand::SoftwareReset);
    EXPECT_TRUE(e100.chip.can_receive());
    EXPECT_EQ(e100.host.receive_possible_calls, 1u);
}

} // namespace
} // namespace i8255x
