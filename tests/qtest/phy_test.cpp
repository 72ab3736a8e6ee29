// SPDX-License-Identifier: GPL-2.0-or-later
// The PHY in a machine: negotiation on an exact clock, in every power state and across a migration; other
// PHYs; LEDs (SDM 7).
#include "e100_test.h"
#include "eeprom_pins.h"
#include "i8255x/phy.h"

namespace qtest {
namespace {

constexpr int64_t ms = 1'000'000;

class PhyBase {
  protected:
    explicit PhyBase(const HarnessOptions& options) : card_(std::make_unique<E100Harness>(options)) {}
    E100Harness& e100() { return *card_; }
    uint16_t read(unsigned number) {
        e100().set_csr32(csr::mdi_control,
                         mdi::opcode_read | 1u << mdi::phy_shift | number << mdi::register_shift);
        return e100().csr16(csr::mdi_control);
    }
    void write(unsigned number, uint16_t value) {
        e100().set_csr32(csr::mdi_control,
                         mdi::opcode_write | 1u << mdi::phy_shift | number << mdi::register_shift | value);
    }
    bool wait_link() {
        return wait_until([&] { return (e100().csr8(csr::general_status) & general_status::link_up) != 0; });
    }

    std::unique_ptr<E100Harness> card_;
};

constexpr const char* as_shipped = "negotiation-ms=500";

/// The machine is stopped wherever nothing is to move.
class Negotiation : public PhyBase, public ::testing::Test {
  protected:
    Negotiation() : PhyBase({.properties = as_shipped, .clock = MachineClock::Exact}) {}
    void SetUp() override {
        ASSERT_TRUE(wait_link());
        e100().qmp().stop();
        read(mii::bmsr);
    }
    void restart() { write(mii::bmcr, bmcr::speed_100 | bmcr::an_enable | bmcr::an_restart); }
    /// Lets the machine run until the link is there; how long that took.
    int64_t time_to_link() {
        const int64_t before = e100().clock_ns();
        e100().qmp().cont();
        EXPECT_TRUE(wait_link());
        return e100().clock_ns() - before;
    }
    void expect_half_a_second(int64_t took) {
        EXPECT_GE(took, 500 * ms);
        EXPECT_LT(took, 501 * ms);
    }
};

TEST_F(Negotiation, TakesTheTimeThatThePropertySays) {
    restart();
    EXPECT_EQ(e100().csr8(csr::general_status), 0);
    EXPECT_EQ(read(mii::bmsr), 0x7809);
    EXPECT_EQ(read(mii::anlpar), 0);
    expect_half_a_second(time_to_link());
    EXPECT_EQ(read(mii::bmsr), 0x782d);
    EXPECT_EQ(read(mii::anlpar), 0x45e1);
    EXPECT_EQ(read(mii::aner), 0x0003);
    EXPECT_EQ(e100().csr8(csr::general_status), 7);
}

TEST_F(Negotiation, FollowsTheCable) {
    e100().qmp().set_link(E100Harness::device_id, false);
    EXPECT_EQ(read(mii::bmsr), 0x7809);
    e100().set_csr8(csr::pmdr, pmdr::link_changed);
    EXPECT_EQ(e100().csr8(csr::pmdr) & pmdr::link_changed, 0);
    e100().qmp().set_link(E100Harness::device_id, true);
    EXPECT_EQ(e100().csr8(csr::general_status), 0);
    EXPECT_EQ(e100().csr8(csr::pmdr) & pmdr::link_changed, 0) << "not yet";
    expect_half_a_second(time_to_link());
    EXPECT_EQ(e100().csr8(csr::pmdr) & pmdr::link_changed, pmdr::link_changed);
    EXPECT_EQ(read(mii::bmsr), 0x782d);
}

TEST_F(Negotiation, FramesHaveToWait) {
    e100().qmp().cont();
    e100().bring_up();
    RfdRing ring(e100().memory(), 4);
    e100().start_receiving(ring);
    e100().qmp().stop();
    restart();
    e100().wire().send(numbered_frame(1, 100)); // comes in while there is no link yet
    time_to_link();
    e100().wire().send(numbered_frame(2, 100));
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), numbered_frame(2, 100));
}

TEST_F(Negotiation, GoesOnBelowD0) {
    constexpr uint8_t pmcsr = 0xe0;
    restart();
    e100().pci().write16(pmcsr, 3);
    e100().run_for(2000 * ms);
    e100().pci().write16(pmcsr, 0);
    e100().enable_function();
    EXPECT_EQ(e100().csr8(csr::general_status), 7) << "in D3 it has come up";
}

TEST_F(Negotiation, GoesOnAfterAMigration) {
    const int64_t before = e100().clock_ns();
    restart();
    e100().run_for(200 * ms);
    EXPECT_EQ(e100().csr8(csr::general_status), 0);
    const std::string stream = e100().directory().file("stream");
    e100().qmp().migrate_to_file(stream);
    auto moved = std::make_unique<E100Harness>(
        HarnessOptions{.properties = as_shipped, .clock = MachineClock::Exact, .incoming = stream});
    card_ = std::move(moved);
    ASSERT_TRUE(wait_link());
    expect_half_a_second(e100().clock_ns() - before);
    EXPECT_EQ(read(mii::bmsr), 0x7829) << "the loss has not been read";
    EXPECT_EQ(read(mii::bmsr), 0x782d);
}

TEST_F(Negotiation, BeginsWithTheReset) {
    e100().qmp().system_reset();
    e100().qmp().cont();
    e100().enable_function();
    ASSERT_TRUE(wait_link());
    EXPECT_EQ(read(mii::bmsr), 0x782d) << "nobody has seen the link before";
}

class Leds : public PhyBase, public ::testing::Test {
  protected:
    Leds() : PhyBase({}) {}
    std::string leds() {
        return e100().qmp().execute("qom-get",
                                    "{\"path\": \"/machine/peripheral/nic\", \"property\": \"led\"}");
    }
};

/// What `ethtool -p` writes, and the rest of the table.
TEST_F(Leds, ShowWhatTheGuestTellsThemTo) {
    EXPECT_EQ(leds(), "\"activity,link\"");
    const char* const expected[] = {
        "\"activity,link\"", "\"speed,collision\"", "\"speed,link\"", "\"activity,collision\"",
        "\"off,off\"",       "\"off,on\"",          "\"on,off\"",     "\"on,on\""};
    for (uint16_t mode = 0; mode < 8; mode++) {
        write(mii::led_control, mode);
        EXPECT_EQ(leds(), expected[mode]);
    }
    e100().qmp().system_reset();
    EXPECT_EQ(leds(), "\"activity,link\"");
}

class OtherPhy : public PhyBase, public ::testing::TestWithParam<const char*> {
  protected:
    OtherPhy() : PhyBase({.properties = GetParam()}) {}
};
class SerialPhy : public OtherPhy {};
class NationalPhy : public OtherPhy {};
class IchPhy : public OtherPhy {};

TEST_P(SerialPhy, HasNoManagementAndALink) {
    for (uint32_t phy = 0; phy < 32; phy++) {
        e100().set_csr32(csr::mdi_control, mdi::opcode_read | phy << mdi::phy_shift);
        EXPECT_EQ(e100().csr16(csr::mdi_control), 0xffff) << phy;
    }
    EXPECT_EQ(EepromPins(e100()).read(eeprom_word::primary_phy, 6), 0x8301);
    e100().bring_up();
    RfdRing ring(e100().memory(), 2);
    e100().start_receiving(ring);
    e100().wire().send(numbered_frame(1, 100));
    ASSERT_TRUE(ring.wait_complete(0));
    e100().transmit(numbered_frame(2, 100, peer_mac, card_mac));
    EXPECT_EQ(e100().wire().receive(), numbered_frame(2, 100, peer_mac, card_mac));
}

TEST_P(NationalPhy, IsKnownByItsNumbers) {
    EXPECT_EQ(read(mii::id1), 0x2000);
    EXPECT_EQ(read(mii::id2) & 0xfff0, 0x5c00);
    EXPECT_EQ(EepromPins(e100()).read(eeprom_word::primary_phy, 6) >> 8 & 0x3f, 10);
}

TEST_P(IchPhy, IsKnownByItsNumbers) {
    EXPECT_EQ(read(mii::id1), 0x02a8);
    EXPECT_EQ(read(mii::id2), 0x0320);
    EXPECT_EQ(read(mii::led_control), 0x8000) << "MDI-X";
}

INSTANTIATE_TEST_SUITE_P(On82557, SerialPhy, ::testing::Values("chip=82557b,phy=82503"));
INSTANTIATE_TEST_SUITE_P(On82557, NationalPhy, ::testing::Values("chip=82557a,phy=dp83840"));
INSTANTIATE_TEST_SUITE_P(InIch, IchPhy, ::testing::Values("chip=82801db,phy=82562em"));

} // namespace
} // namespace qtest
