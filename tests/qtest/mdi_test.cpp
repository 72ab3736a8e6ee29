// SPDX-License-Identifier: GPL-2.0-or-later
// MDI control register and the PHY behind it, link state included (SDM 6.3.5, 7; IEEE 802.3 clause 22).
#include "e100_test.h"
#include "i8255x/phy.h"

namespace qtest {
namespace {

class Mdi : public E100Test {
  protected:
    uint32_t cycle(uint32_t value) {
        e100.set_csr32(csr::mdi_control, value);
        EXPECT_TRUE(wait_until([&] { return (e100.csr32(csr::mdi_control) & mdi::ready) != 0; }));
        return e100.csr32(csr::mdi_control);
    }
    uint16_t read(unsigned reg, unsigned phy = internal_phy_address) {
        return static_cast<uint16_t>(
            cycle(mdi::opcode_read | phy << mdi::phy_shift | reg << mdi::register_shift));
    }
    void write(unsigned reg, uint16_t value, unsigned phy = internal_phy_address) {
        cycle(mdi::opcode_write | phy << mdi::phy_shift | reg << mdi::register_shift | value);
    }
    static constexpr uint16_t up = bmsr::link | bmsr::an_complete;
};

TEST_F(Mdi, ReadyBeforeTheFirstCycle) { EXPECT_NE(e100.csr32(csr::mdi_control) & mdi::ready, 0u); }

TEST_F(Mdi, IdentifiesTheInternalPhyOfThe82559) {
    EXPECT_EQ(read(mii::id1), 0x02a8);
    EXPECT_EQ(read(mii::id2), 0x0154);
    EXPECT_EQ(read(mii::bmcr), bmcr::speed_100 | bmcr::an_enable);
    EXPECT_EQ(read(mii::anar), 0x05e1);
    EXPECT_EQ(read(mii::phy_address), internal_phy_address);
}

TEST_F(Mdi, ReportsANegotiatedLink) {
    read(mii::bmsr);
    EXPECT_EQ(read(mii::bmsr), 0x782d);
    EXPECT_NE(read(mii::anlpar) & 0x0100, 0); // partner can do 100BASE-TX full duplex
    EXPECT_EQ(read(mii::status_control) & 3, 3);
    EXPECT_EQ(e100.csr8(csr::general_status), 7);
}

TEST_F(Mdi, AbsentPhysReadAllOnes) {
    for (unsigned phy : {0u, 2u, 16u, 31u}) {
        write(mii::bmcr, 0x0400, phy);
        EXPECT_EQ(read(mii::bmcr, phy), 0xffff) << phy;
    }
    EXPECT_EQ(read(mii::bmcr), bmcr::speed_100 | bmcr::an_enable);
}

TEST_F(Mdi, ReservedOpcodesDoNotReadOrWrite) {
    write(mii::special_control, 0x0004);
    for (uint32_t opcode : {0u, 3u << 26})
        e100.set_csr32(csr::mdi_control,
                       opcode | 1u << mdi::phy_shift | mii::special_control << mdi::register_shift);
    EXPECT_EQ(read(mii::special_control), 0x0004);
}

TEST_F(Mdi, SpecialRegistersReadBack) {
    for (auto [reg, value] :
         {std::pair{mii::special_control, 0x0004}, {mii::equalizer, 0x3000}, {mii::led_control, 0x0005}}) {
        write(reg, static_cast<uint16_t>(value));
        EXPECT_EQ(read(reg), value) << reg;
    }
}

TEST_F(Mdi, IdentityAndStatusAreReadOnly) {
    for (unsigned reg : {mii::bmsr, mii::id1, mii::id2, mii::anlpar}) {
        read(reg);
        uint16_t before = read(reg);
        write(reg, static_cast<uint16_t>(~before));
        EXPECT_EQ(read(reg), before) << reg;
    }
}

TEST_F(Mdi, SelfClearingControlBits) {
    write(mii::bmcr, bmcr::speed_100 | bmcr::an_enable | bmcr::an_restart);
    EXPECT_TRUE(wait_until([&] { return (read(mii::bmcr) & bmcr::an_restart) == 0; }));
    EXPECT_TRUE(wait_until([&] { return (read(mii::bmsr) & up) == up; }));
    write(mii::anar, 0x0021);
    write(mii::bmcr, bmcr::reset);
    EXPECT_TRUE(wait_until([&] { return (read(mii::bmcr) & bmcr::reset) == 0; }));
    EXPECT_EQ(read(mii::bmcr), bmcr::speed_100 | bmcr::an_enable);
    EXPECT_EQ(read(mii::anar), 0x05e1);
}

TEST_F(Mdi, ForcedModeShowsInEveryStatus) {
    write(mii::bmcr, 0); // 10 Mb/s, half duplex, no negotiation
    EXPECT_TRUE(wait_until([&] { return (e100.csr8(csr::general_status) & 7) == general_status::link_up; }));
    EXPECT_EQ(read(mii::status_control) & 3, 0);
    write(mii::bmcr, bmcr::speed_100 | bmcr::full_duplex);
    EXPECT_TRUE(wait_until([&] { return (e100.csr8(csr::general_status) & 7) == 7; }));
    EXPECT_EQ(read(mii::status_control) & 3, 3);
}

TEST_F(Mdi, NegotiationTakesTheBestCommonMode) {
    write(mii::anar, 0x0021); // 10BASE-T half duplex only
    write(mii::bmcr, bmcr::speed_100 | bmcr::an_enable | bmcr::an_restart);
    EXPECT_TRUE(wait_until([&] { return (e100.csr8(csr::general_status) & 7) == general_status::link_up; }));
    EXPECT_EQ(read(mii::status_control) & 3, 0);
}

TEST_F(Mdi, LinkLossIsSeenAndLatched) {
    e100.qmp().set_link(E100Harness::device_id, false);
    EXPECT_EQ(e100.csr8(csr::general_status) & general_status::link_up, 0);
    e100.qmp().set_link(E100Harness::device_id, true);
    EXPECT_TRUE(wait_until([&] { return (e100.csr8(csr::general_status) & general_status::link_up) != 0; }));
    EXPECT_EQ(read(mii::bmsr) & bmsr::link, 0); // latched low until read once
    EXPECT_TRUE(wait_until([&] { return (read(mii::bmsr) & up) == up; }));
}

TEST_F(Mdi, LinkDownClearsNegotiation) {
    read(mii::bmsr);
    e100.qmp().set_link(E100Harness::device_id, false);
    read(mii::bmsr);
    EXPECT_EQ(read(mii::bmsr), 0x7809);
}

TEST_F(Mdi, NothingIsReceivedWithoutLink) {
    e100.bring_up();
    RfdRing ring(memory, 4);
    e100.start_receiving(ring);
    e100.qmp().set_link(E100Harness::device_id, false);
    e100.wire().send(numbered_frame(1, 100));
    e100.settle();
    EXPECT_FALSE(ring.complete(0));
    e100.transmit(numbered_frame(2, 100, peer_mac, card_mac)); // completes all the same
    e100.qmp().set_link(E100Harness::device_id, true);
    Frame marker = numbered_frame(3, 100, peer_mac, card_mac);
    e100.transmit(marker);
    EXPECT_EQ(e100.wire().receive(), marker);
}

} // namespace
} // namespace qtest
