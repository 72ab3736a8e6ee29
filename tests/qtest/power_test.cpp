// SPDX-License-Identifier: GPL-2.0-or-later
// Power states (SDM 4.1.18): silence below D0, the reset on the way out of D3.
#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint8_t pmcsr = 0xe0, pm_data = 0xe3;
constexpr uint16_t d0 = 0, d1 = 1, d2 = 2, d3 = 3;
constexpr uint32_t something = 0x12345678;

class Power : public E100Test {
  protected:
    void enter(uint16_t state) { e100.pci().write16(pmcsr, state); }
    void make_interrupt() { e100.set_csr8(csr::interrupt_control, interrupt_control::si); }
    RfdRing receive_ready() {
        e100.bring_up();
        RfdRing ring(memory, 4);
        e100.start_receiving(ring);
        return ring;
    }
};

class PowerState : public Power, public ::testing::WithParamInterface<uint16_t> {};

TEST_P(PowerState, RegistersAreNotDecoded) {
    e100.set_csr32(csr::general_pointer, something);
    enter(GetParam());
    EXPECT_NE(e100.csr32(csr::general_pointer), something);
    EXPECT_NE(e100.qtest().inl(E100Harness::io_bar + csr::general_pointer), something);
}

TEST_P(PowerState, NoFrameIsReceived) {
    RfdRing ring = receive_ready();
    enter(GetParam());
    e100.wire().send(numbered_frame(0, 100));
    e100.settle();
    EXPECT_FALSE(ring.complete(0));
}

TEST_P(PowerState, InterruptIsNotAsserted) {
    make_interrupt();
    ASSERT_TRUE(e100.wait_interrupt());
    enter(GetParam());
    EXPECT_TRUE(e100.wait_interrupt(false));
}

INSTANTIATE_TEST_SUITE_P(BelowD0, PowerState, ::testing::Values(d1, d2, d3));

class LightSleep : public Power, public ::testing::WithParamInterface<uint16_t> {};

TEST_P(LightSleep, StateIsKept) {
    RfdRing ring = receive_ready();
    make_interrupt();
    enter(GetParam());
    enter(d0);
    EXPECT_TRUE(e100.wait_interrupt());
    EXPECT_EQ(e100.ru(), RuStatus::Ready);
    e100.wire().send(numbered_frame(1, 100));
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), numbered_frame(1, 100));
}

INSTANTIATE_TEST_SUITE_P(D1D2, LightSleep, ::testing::Values(d1, d2));

TEST_F(Power, LeavingD3ResetsTheMac) {
    receive_ready();
    e100.set_csr32(csr::general_pointer, something);
    make_interrupt();
    enter(d3);
    enter(d0);
    EXPECT_EQ(e100.pci().read16(pci::command), 0u);
    EXPECT_EQ(e100.pci().read32(pci::bar0), 0u);
    e100.enable_function();
    EXPECT_EQ(e100.csr32(csr::general_pointer), 0u);
    EXPECT_EQ(e100.ru(), RuStatus::Idle);
    EXPECT_EQ(e100.stat(), 0u);
    EXPECT_FALSE(e100.interrupt());
}

TEST_F(Power, CardWorksAfterD3) {
    receive_ready();
    enter(d3);
    enter(d0);
    e100.enable_function();
    RfdRing ring = receive_ready();
    e100.wire().send(numbered_frame(2, 300));
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), numbered_frame(2, 300));
}

TEST_F(Power, MachineResetBringsBackD0) {
    enter(d3);
    e100.qmp().execute("system_reset");
    e100.qmp().wait_event("RESET");
    EXPECT_EQ(e100.pci().read16(pmcsr) & 3, d0);
    e100.enable_function();
    e100.set_csr32(csr::general_pointer, something);
    EXPECT_EQ(e100.csr32(csr::general_pointer), something);
}

TEST_F(Power, DataFollowsItsSelect) {
    EXPECT_EQ(e100.pci().read8(pm_data), 58u); // D0, in units that the scale bits give
    EXPECT_EQ(e100.pci().read16(pmcsr), 0x4000u);
    e100.pci().write16(pmcsr, 1u << 9);
    EXPECT_EQ(e100.pci().read8(pm_data), 40u);
    e100.pci().write16(pmcsr, 9u << 9);
    EXPECT_EQ(e100.pci().read8(pm_data), 0u);
    EXPECT_EQ(e100.pci().read16(pmcsr), 9u << 9);
}

TEST(PowerOld, TheFirstChipsHaveNone) {
    E100Harness e100({.properties = "chip=82557b"});
    EXPECT_EQ(e100.pci().read8(0x34), 0u);
    e100.pci().write16(pmcsr, d3);
    EXPECT_EQ(e100.pci().read16(pmcsr), 0u);
    e100.set_csr32(csr::general_pointer, something);
    EXPECT_EQ(e100.csr32(csr::general_pointer), something);
}

} // namespace
} // namespace qtest
