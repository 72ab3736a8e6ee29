// SPDX-License-Identifier: GPL-2.0-or-later
// The command blocks other than transmit (SDM 6.4.2.1 to 6.4.2.8), with the standard and the extended block
// size.
#include <algorithm>

#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t done = cb_status::complete | cb_status::ok;

class Action : public ::testing::TestWithParam<bool> {
  protected:
    void SetUp() override {
        configuration_ = usual_configuration();
        config::standard_tcb.set(configuration_, !GetParam());
        e100.bring_up(configuration_);
    }
    void store_two(RfdRing& ring, const Frame& first, const Frame& second) {
        e100.start_receiving(ring);
        e100.wire().send(first);
        e100.wire().send(second);
    }

    E100Harness e100;
    GuestMemory& memory = e100.memory();
    ConfigurationBytes configuration_{};
};

TEST_P(Action, NopCompletes) { EXPECT_EQ(e100.execute(Opcode::Nop), done); }
TEST_P(Action, DiagnosePasses) { EXPECT_EQ(e100.execute(Opcode::Diagnose), done); }

TEST_P(Action, MicrocodeIsAccepted) { EXPECT_EQ(e100.execute(Opcode::LoadMicrocode, Bytes(134 * 4)), done); }

TEST_P(Action, ProgrammableFilterIsAccepted) {
    Bytes filter = {0, 0, 0, 0xc1}; // EL, predefined, TCO
    EXPECT_EQ(e100.execute(Opcode::LoadFilter, filter), done);
}

TEST_P(Action, IndividualAddressFilters) {
    constexpr MacAddress other = {0x02, 0x00, 0x00, 0x00, 0x00, 0x07};
    EXPECT_EQ(e100.execute(Opcode::IndividualAddress, other), done);
    RfdRing ring(memory, 2);
    Frame ours = numbered_frame(2, 100, other);
    store_two(ring, numbered_frame(1, 100, card_mac), ours);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), ours);
}

TEST_P(Action, MulticastSetupReplacesTheTable) {
    constexpr MacAddress first = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}, second = {0x01, 0x80, 0xc2, 0, 0, 0};
    EXPECT_EQ(e100.execute(Opcode::MulticastSetup, multicast_parameters({first})), done);
    EXPECT_EQ(e100.execute(Opcode::MulticastSetup, multicast_parameters({second})), done);
    RfdRing ring(memory, 2);
    Frame wanted = numbered_frame(2, 100, second);
    store_two(ring, numbered_frame(1, 100, first), wanted);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), wanted);
}

TEST_P(Action, MulticastSetupIgnoresATrailingPart) {
    constexpr MacAddress group = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};
    Bytes parameters = multicast_parameters({group, {0x33, 0x33, 0, 0, 0, 1}});
    parameters[0] = 11;
    e100.execute(Opcode::MulticastSetup, parameters);
    RfdRing ring(memory, 2);
    Frame wanted = numbered_frame(2, 100, group);
    store_two(ring, numbered_frame(1, 100, {0x33, 0x33, 0, 0, 0, 1}), wanted);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), wanted);
}

TEST_P(Action, ShortConfigureKeepsTheOtherBytes) {
    config::promiscuous.set(configuration_, true);
    e100.configure(configuration_);
    ConfigurationBytes changed = usual_configuration();
    config::standard_tcb.set(changed, !GetParam());
    e100.configure(changed, 8); // byte 15 is not among them
    RfdRing ring(memory, 2);
    e100.start_receiving(ring);
    e100.wire().send(numbered_frame(1, 100, {2, 9, 9, 9, 9, 9}));
    EXPECT_TRUE(ring.wait_complete(0));
}

TEST_P(Action, DumpWritesConfigurationAddressAndHash) {
    constexpr MacAddress group = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}; // hash index 38
    e100.execute(Opcode::MulticastSetup, multicast_parameters({group}));
    uint32_t area = memory.allocate(dump_area_bytes + 16);
    memory.fill(area, dump_area_bytes + 16, 0xa5);
    Bytes pointer = {uint8_t(area), uint8_t(area >> 8), uint8_t(area >> 16), uint8_t(area >> 24)};
    EXPECT_EQ(e100.execute(Opcode::Dump, pointer), done);
    Bytes image = memory.read(area, dump_area_bytes + 16);
    EXPECT_TRUE(std::equal(image.begin() + 24, image.begin() + 38, configuration_.begin() + 8));
    EXPECT_TRUE(std::equal(card_mac.begin(), card_mac.end(), image.begin() + 39));
    EXPECT_EQ(image[63 + 38 / 8], 1u << 38 % 8);
    EXPECT_EQ(Bytes(image.end() - 16, image.end()), Bytes(16, 0xa5));
}

TEST_P(Action, ChainOfSetupCommandsInOneStart) {
    // As iPXE does: address, then configuration, one start.
    uint32_t second = memory.place(
        command_block(Opcode::Configure, cb_command::suspend, 0, configure_parameters(configuration_)));
    uint32_t first = memory.place(command_block(Opcode::IndividualAddress, 0, second, card_mac));
    e100.command(CuCommand::Start, first);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    EXPECT_EQ(memory.read16(first), done);
    EXPECT_EQ(memory.read16(second), done);
}

INSTANTIATE_TEST_SUITE_P(Blocks, Action, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Extended" : "Standard"; });

/// Byte-level example of the manual's field layout, so that a mistake shared by builders and chip is seen.
TEST_F(E100Test, AddressSetupByteForByte) {
    e100.bring_up();
    uint32_t block = memory.place(
        Bytes{0x00, 0x00, 0x01, 0x40, 0x40, 0x23, 0x01, 0x00, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56});
    e100.command(CuCommand::Start, block);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Suspended));
    EXPECT_EQ(memory.read(block, 2), (Bytes{0x00, 0xa0}));
}

} // namespace
} // namespace qtest
