// SPDX-License-Identifier: GPL-2.0-or-later
// STAT/ACK, the masks and the level of INTA# (SDM 6.3.2.1, 6.3.2.2).
#include "e100_test.h"

namespace qtest {
namespace {

/// A way to set one STAT bit, and the specific mask that hides it (0: only M does).
struct Cause {
    const char* name;
    uint8_t bit, mask;
    friend std::ostream& operator<<(std::ostream& out, const Cause& cause) { return out << cause.name; }
};

const Cause causes[] = {
    {"cx", stat::cx, interrupt_control::mask_cx},
    {"fr", stat::fr, interrupt_control::mask_fr},
    {"cna", stat::cna, interrupt_control::mask_cna},
    {"rnr", stat::rnr, interrupt_control::mask_rnr},
    {"mdi", stat::mdi, 0},
    {"swi", stat::swi, 0},
};

class InterruptBase {
  protected:
    E100Harness e100;
    RfdRing ring{e100.memory(), 4};

    /// Sets `bit` in STAT/ACK and none that was not set before.
    void raise(uint8_t bit) {
        uint8_t before = e100.stat();
        switch (bit) {
        case stat::swi:
            e100.set_csr8(csr::interrupt_control, mask_ | interrupt_control::si);
            break;
        case stat::mdi:
            e100.set_csr32(csr::mdi_control, mdi::interrupt_enable | mdi::opcode_read | 1u << mdi::phy_shift);
            break;
        case stat::cx:
            e100.execute(Opcode::Nop, {}, cb_command::interrupt);
            break;
        case stat::cna:
            e100.execute(Opcode::Nop);
            break;
        case stat::fr:
            e100.wire().send(numbered_frame(0, 100));
            break;
        default:
            e100.command(RuCommand::Abort);
            break;
        }
        EXPECT_TRUE(e100.wait_stat(bit));
        e100.acknowledge(static_cast<uint8_t>(~(bit | before)));
    }
    void set_mask(uint8_t mask) {
        mask_ = mask;
        e100.set_interrupt_control(mask);
    }
    void prepare() {
        e100.bring_up();
        e100.start_receiving(ring);
        ASSERT_FALSE(e100.interrupt());
    }

  private:
    uint8_t mask_ = 0;
};

class InterruptCause : public InterruptBase, public ::testing::TestWithParam<Cause> {};

TEST_P(InterruptCause, AssertsUntilAcknowledged) {
    prepare();
    raise(GetParam().bit);
    EXPECT_EQ(e100.stat(), GetParam().bit);
    EXPECT_TRUE(e100.interrupt());
    e100.acknowledge(0);
    EXPECT_EQ(e100.stat(), GetParam().bit);
    e100.acknowledge(static_cast<uint8_t>(~GetParam().bit));
    EXPECT_TRUE(e100.interrupt());
    e100.acknowledge(GetParam().bit);
    EXPECT_EQ(e100.stat(), 0);
    EXPECT_FALSE(e100.interrupt());
}

TEST_P(InterruptCause, MasterMaskHoldsThePinOnly) {
    prepare();
    set_mask(interrupt_control::mask_all);
    raise(GetParam().bit);
    EXPECT_EQ(e100.stat(), GetParam().bit);
    EXPECT_FALSE(e100.interrupt());
    set_mask(0);
    EXPECT_TRUE(e100.interrupt());
    set_mask(interrupt_control::mask_all);
    EXPECT_FALSE(e100.interrupt());
    EXPECT_EQ(e100.stat(), GetParam().bit);
}

TEST_P(InterruptCause, OnlyItsOwnMaskHidesIt) {
    prepare();
    raise(GetParam().bit);
    constexpr uint8_t all_specific = 0xfc;
    for (unsigned bit = 2; bit < 8; bit++) {
        auto mask = static_cast<uint8_t>(1u << bit);
        set_mask(mask);
        EXPECT_EQ(e100.interrupt(), mask != GetParam().mask) << "mask " << unsigned(mask);
    }
    set_mask(static_cast<uint8_t>(all_specific & ~GetParam().mask));
    EXPECT_TRUE(e100.interrupt());
    set_mask(all_specific);
    EXPECT_EQ(e100.interrupt(), GetParam().mask == 0);
}

INSTANTIATE_TEST_SUITE_P(Causes, InterruptCause, ::testing::ValuesIn(causes),
                         [](const auto& info) { return std::string(info.param.name); });

class Interrupt : public InterruptBase, public ::testing::Test {};

TEST_F(Interrupt, PartialAcknowledgeKeepsThePinForTheRest) {
    prepare();
    raise(stat::rnr);
    raise(stat::swi);
    EXPECT_EQ(e100.stat(), stat::swi | stat::rnr);
    e100.acknowledge(stat::swi);
    EXPECT_TRUE(e100.interrupt());
    e100.acknowledge(stat::rnr);
    EXPECT_FALSE(e100.interrupt());
}

/// What is masked must not hold the line: a driver that polls receive would never get rid of the interrupt.
TEST_F(Interrupt, MaskedRestDoesNotHoldThePin) {
    prepare();
    raise(stat::rnr);
    set_mask(interrupt_control::mask_rnr);
    raise(stat::swi);
    EXPECT_TRUE(e100.interrupt());
    e100.acknowledge(stat::swi);
    EXPECT_EQ(e100.stat(), stat::rnr);
    EXPECT_FALSE(e100.interrupt());
}

TEST_F(Interrupt, SoftwareInterruptUnderTheMasterMaskFiresWhenUnmasked) {
    prepare();
    e100.set_interrupt_control(interrupt_control::mask_all | interrupt_control::si);
    EXPECT_EQ(e100.stat(), stat::swi);
    EXPECT_FALSE(e100.interrupt());
    e100.set_interrupt_control(0);
    EXPECT_TRUE(e100.interrupt());
    EXPECT_EQ(e100.interrupts(), 2u); // one from the bring-up's commands
}

TEST_F(Interrupt, MdiCycleWithoutEnableRaisesNothing) {
    prepare();
    e100.set_csr32(csr::mdi_control, mdi::opcode_read | 1u << mdi::phy_shift);
    ASSERT_TRUE(wait_until([&] { return (e100.csr32(csr::mdi_control) & mdi::ready) != 0; }));
    e100.settle();
    EXPECT_EQ(e100.stat(), 0);
    set_mask(0); // writing the mask again must not let anything out
    EXPECT_FALSE(e100.interrupt());
}

TEST_F(Interrupt, FreshCardStaysQuietWhateverTheWireSays) {
    for (uint32_t i = 0; i < 3; i++)
        e100.wire().send(numbered_frame(i, 100, broadcast_mac));
    e100.settle();
    EXPECT_EQ(e100.stat(), 0);
    EXPECT_EQ(e100.interrupts(), 0u);
}

TEST(InterruptOf82557, HasNoSpecificMasks) {
    E100Harness e100({.properties = "chip=82557b"});
    e100.bring_up();
    e100.set_interrupt_control(0xfc);
    e100.execute(Opcode::Nop, {}, cb_command::interrupt);
    EXPECT_TRUE(e100.interrupt());
    e100.set_interrupt_control(interrupt_control::mask_all);
    EXPECT_FALSE(e100.interrupt());
}

} // namespace
} // namespace qtest
