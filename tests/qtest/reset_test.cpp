// SPDX-License-Identifier: GPL-2.0-or-later
// The machine's reset button in the middle of everything (SDM table 8, hardware reset).
#include "e100_test.h"
#include "i8255x/phy.h"

namespace qtest {
namespace {

class Reset : public E100Test {
  protected:
    void SetUp() override { e100.bring_up(); }
    void press() {
        e100.qmp().system_reset();
        e100.enable_function();
    }
    void expect_new_card() {
        EXPECT_EQ(e100.csr32(csr::scb_status), 0u);
        EXPECT_EQ(e100.csr32(csr::general_pointer), 0u);
        EXPECT_EQ(e100.csr8(csr::early_rx), 0);
        EXPECT_FALSE(e100.interrupt());
    }
    void expect_working() {
        e100.bring_up();
        RfdRing ring(memory, 2);
        e100.start_receiving(ring);
        Frame in = numbered_frame(61, 200), out = numbered_frame(62, 200, peer_mac, card_mac);
        e100.wire().send(in);
        e100.transmit(out);
        ASSERT_TRUE(ring.wait_complete(0));
        EXPECT_EQ(ring.frame(0), in);
        EXPECT_EQ(e100.wire().receive(), out);
    }
};

TEST_F(Reset, TakesConfigurationSpaceBack) {
    auto& pci = e100.pci();
    pci.write8(pci::interrupt_line, 0x0b);
    pci.write8(pci::cache_line_size, 0x08);
    pci.write16(0xe0, 0x0100);
    e100.qmp().system_reset();
    EXPECT_EQ(pci.read16(pci::command), 0);
    EXPECT_EQ(pci.read32(pci::bar0) & ~15u, 0u);
    EXPECT_EQ(pci.read8(pci::interrupt_line), 0);
    EXPECT_EQ(pci.read8(pci::cache_line_size), 0);
    EXPECT_EQ(pci.read8(pci::revision), 0x08);
    EXPECT_NE(pci.read16(pci::subsystem_vendor), 0);
}

TEST_F(Reset, WithPendingInterrupt) {
    e100.set_csr8(csr::early_rx, 0x10);
    e100.set_interrupt_control(interrupt_control::si);
    ASSERT_TRUE(e100.interrupt());
    press();
    expect_new_card();
    expect_working();
}

TEST_F(Reset, WithReadyReceiverAndFrames) {
    RfdRing ring(memory, 2);
    e100.start_receiving(ring);
    for (uint32_t n = 0; n < 4; n++)
        e100.wire().send(numbered_frame(n, 1000)); // the last ones stand in the FIFO
    ASSERT_TRUE(e100.wait_ru(RuStatus::NoResources));
    press();
    expect_new_card();
    Bytes before = ring.data(0, 1000);
    e100.wire().send(numbered_frame(9, 1000, broadcast_mac));
    e100.settle();
    EXPECT_EQ(ring.data(0, 1000), before);
    expect_working();
}

TEST_F(Reset, WithEndlessCommandList) {
    uint32_t block = memory.place(command_block(Opcode::Nop, 0, 0));
    memory.write32(block + 4, block);
    e100.command(CuCommand::Start, block);
    ASSERT_TRUE(e100.wait_cu(CuStatus::Active));
    press();
    expect_new_card();
    memory.write16(block, 0);
    e100.settle();
    EXPECT_EQ(memory.read16(block), 0);
    expect_working();
}

TEST_F(Reset, ForgetsConfigurationBasesAndCounters) {
    auto configuration = usual_configuration();
    config::promiscuous.set(configuration, true);
    e100.configure(configuration);
    e100.transmit(numbered_frame(0, 100, peer_mac, card_mac));
    e100.command(CuCommand::LoadBase, 0x80000000);
    press();
    e100.configure(usual_configuration()); // at CU base 0
    auto counters = e100.counters();
    EXPECT_EQ(counters[Counter::TxGoodFrames], 0u);
    RfdRing ring(memory, 2);
    e100.start_receiving(ring);
    e100.wire().send(numbered_frame(1, 100, {2, 0, 0, 0, 0, 9}));
    e100.wire().send(numbered_frame(2, 100, broadcast_mac));
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), numbered_frame(2, 100, broadcast_mac));
}

TEST_F(Reset, ResetsThePhy) {
    e100.set_csr32(csr::mdi_control, mdi::opcode_write | 1u << mdi::phy_shift | bmcr::power_down);
    press();
    e100.set_csr32(csr::mdi_control, mdi::opcode_read | 1u << mdi::phy_shift);
    ASSERT_TRUE(wait_until([&] { return (e100.csr32(csr::mdi_control) & mdi::ready) != 0; }));
    EXPECT_EQ(e100.csr32(csr::mdi_control) & mdi::data_mask, uint32_t(bmcr::speed_100 | bmcr::an_enable));
}

TEST_F(Reset, KeepsTheCableUnplugged) {
    e100.qmp().set_link(E100Harness::device_id, false);
    press();
    EXPECT_EQ(e100.csr8(csr::general_status) & general_status::link_up, 0);
    e100.qmp().set_link(E100Harness::device_id, true);
    EXPECT_TRUE(wait_until([&] { return (e100.csr8(csr::general_status) & general_status::link_up) != 0; }));
}

TEST_F(Reset, ManyTimes) {
    for (int round = 0; round < 5; round++) {
        press();
        expect_new_card();
        expect_working();
    }
}

} // namespace
} // namespace qtest
