// SPDX-License-Identifier: GPL-2.0-or-later
// PHY registers: identity, negotiation, forced modes, latches, link (SDM 7, IEEE 802.3 clause 22).
#include "chip/phy.h"

#include "fake_host.h"
#include "fake_link_watcher.h"
#include "i8255x/csr.h"

namespace i8255x {
namespace {

namespace gs = general_status;

struct PhyTest : testing::Test {
    FakeHost host;
    FakeLinkWatcher watcher;
    Phy phy{host, watcher, phy_model::in_82559, 0};
    uint16_t bmsr() {
        phy.read(mii::bmsr);
        return phy.read(mii::bmsr);
    }
};

TEST_F(PhyTest, PowerOnValues) {
    EXPECT_EQ(phy.read(mii::bmcr), 0x3000);
    EXPECT_EQ(phy.read(mii::bmsr), 0x782d);
    EXPECT_EQ(phy.read(mii::id1), 0x02a8);
    EXPECT_EQ(phy.read(mii::id2), 0x0154);
    EXPECT_EQ(phy.read(mii::anar), 0x05e1);
    EXPECT_EQ(phy.read(mii::anlpar), 0x45e1);
    EXPECT_EQ(phy.read(mii::aner), 0x0003);
    EXPECT_EQ(phy.read(mii::aner), 0x0001) << "page received clears on read";
    EXPECT_EQ(phy.read(mii::status_control), 0x0003);
    EXPECT_EQ(phy.read(mii::phy_address), 0x0001);
    for (unsigned number : {7u, 15u, 17u, 19u, 25u, 26u, 27u, 28u, 29u, 31u})
        EXPECT_EQ(phy.read(number), 0) << number;
    EXPECT_EQ(phy.general_status(), gs::link_up | gs::speed_100 | gs::full_duplex);
}

TEST_F(PhyTest, WithoutAWire) {
    phy.set_wire(false);
    EXPECT_EQ(bmsr(), 0x7809);
    EXPECT_EQ(phy.read(mii::anlpar), 0);
    EXPECT_EQ(phy.read(mii::aner), 0);
    EXPECT_EQ(phy.read(mii::status_control), 0);
    EXPECT_EQ(phy.general_status(), 0);
    EXPECT_FALSE(phy.link_up());
}

TEST_F(PhyTest, ALostLinkShowsUntilItHasBeenRead) {
    phy.set_wire(false);
    phy.set_wire(true);
    EXPECT_EQ(phy.general_status(), 7) << "that one is live";
    EXPECT_EQ(phy.read(mii::bmsr), 0x7829);
    EXPECT_EQ(phy.read(mii::bmsr), 0x782d);
    phy.set_wire(false);
    EXPECT_EQ(phy.read(mii::bmsr) & bmsr::link, 0);
    EXPECT_EQ(phy.read(mii::bmsr) & bmsr::link, 0) << "still down";
}

struct Advertisement {
    uint16_t anar;
    bool link;
    uint16_t mode;
};

TEST_F(PhyTest, NegotiatesTheBestCommonMode) {
    const Advertisement cases[] = {
        {0x05e1, true, phy_status::speed_100 | phy_status::full_duplex},
        {0x0101, true, phy_status::speed_100 | phy_status::full_duplex},
        {0x00e1, true, phy_status::speed_100},
        {0x0061, true, phy_status::full_duplex},
        {0x0021, true, 0},
        {0x0001, false, 0},
        {0x0201, false, 0}, // 100BASE-T4: not at the other end
    };
    for (const Advertisement& c : cases) {
        phy.write(mii::anar, c.anar);
        phy.write(mii::bmcr, bmcr::an_enable | bmcr::an_restart);
        EXPECT_EQ(bmsr() & (bmsr::link | bmsr::an_complete), c.link ? bmsr::link | bmsr::an_complete : 0)
            << c.anar;
        EXPECT_EQ(phy.read(mii::status_control), c.mode) << c.anar;
        const uint8_t expected = static_cast<uint8_t>(
            (c.link ? gs::link_up : 0) | ((c.mode & phy_status::speed_100) != 0 ? gs::speed_100 : 0) |
            ((c.mode & phy_status::full_duplex) != 0 ? gs::full_duplex : 0));
        EXPECT_EQ(phy.general_status(), expected) << c.anar;
        EXPECT_EQ(phy.read(mii::bmcr) & bmcr::an_restart, 0) << "clears itself";
        EXPECT_EQ(phy.read(mii::anlpar), c.link ? 0x45e1 : 0) << c.anar;
    }
}

TEST_F(PhyTest, AnAdvertisementCountsFromTheNextNegotiation) {
    phy.write(mii::anar, 0x0021);
    EXPECT_EQ(phy.general_status(), 7);
    phy.set_wire(false);
    phy.set_wire(true);
    EXPECT_EQ(phy.general_status(), gs::link_up);
}

TEST_F(PhyTest, ForcedModes) {
    const std::pair<uint16_t, uint8_t> cases[] = {
        {0x0000, gs::link_up},
        {0x0100, gs::link_up | gs::full_duplex},
        {0x2000, gs::link_up | gs::speed_100},
        {0x2100, gs::link_up | gs::speed_100 | gs::full_duplex},
        {0x4000, gs::link_up}, // the loopback test of Linux
    };
    for (auto [control, status] : cases) {
        phy.write(mii::bmcr, control);
        EXPECT_EQ(phy.read(mii::bmcr), control);
        EXPECT_EQ(phy.general_status(), status) << control;
        EXPECT_EQ(phy.read(mii::status_control) & 3,
                  ((status & gs::speed_100) != 0 ? 2 : 0) | ((status & gs::full_duplex) != 0 ? 1 : 0));
        EXPECT_EQ(bmsr() & bmsr::an_complete, 0) << "nothing is negotiated";
        EXPECT_EQ(phy.read(mii::anlpar), 0);
    }
}

TEST_F(PhyTest, AChangeOfModeDropsTheLinkForAMoment) {
    bmsr();
    phy.write(mii::bmcr, bmcr::speed_100);
    EXPECT_EQ(phy.read(mii::bmsr) & bmsr::link, 0);
    EXPECT_NE(phy.read(mii::bmsr) & bmsr::link, 0);
    phy.write(mii::bmcr, bmcr::speed_100); // the same again
    EXPECT_NE(phy.read(mii::bmsr) & bmsr::link, 0);
    phy.write(mii::bmcr, bmcr::speed_100 | bmcr::isolate);
    EXPECT_NE(phy.read(mii::bmsr) & bmsr::link, 0);
}

TEST_F(PhyTest, IsolationCutsTheMacOffNotTheLink) {
    phy.write(mii::bmcr, 0x3000 | bmcr::isolate);
    EXPECT_FALSE(phy.link_up());
    EXPECT_NE(bmsr() & bmsr::link, 0);
    phy.write(mii::bmcr, 0x3000);
    EXPECT_TRUE(phy.link_up());
}

TEST_F(PhyTest, PowerDownTakesTheLinkDown) {
    phy.write(mii::bmcr, 0x3000 | bmcr::power_down);
    EXPECT_FALSE(phy.link_up());
    EXPECT_EQ(bmsr(), 0x7809);
    EXPECT_EQ(phy.general_status(), 0);
    phy.write(mii::bmcr, 0x3000);
    EXPECT_EQ(bmsr(), 0x782d);
}

TEST_F(PhyTest, LoopbackBit) {
    EXPECT_FALSE(phy.loops_back());
    phy.write(mii::bmcr, 0x4000);
    EXPECT_TRUE(phy.loops_back());
    phy.write(mii::bmcr, 0x0000);
    EXPECT_FALSE(phy.loops_back());
}

TEST_F(PhyTest, WithoutPowerOrConnectionNothingLoops) {
    for (uint16_t bit : {bmcr::power_down, bmcr::isolate}) {
        phy.write(mii::bmcr, 0x4000 | bit);
        EXPECT_FALSE(phy.loops_back());
    }
}

TEST_F(PhyTest, ResetRevertsAndClearsItself) {
    phy.write(mii::anar, 0x0021);
    phy.write(mii::special_control, 0x1234);
    phy.write(mii::led_control, 0x0004);
    phy.write(mii::bmcr, bmcr::reset | bmcr::loopback);
    EXPECT_EQ(phy.read(mii::bmcr), 0x3000);
    EXPECT_EQ(phy.read(mii::anar), 0x05e1);
    EXPECT_EQ(phy.read(mii::special_control), 0);
    EXPECT_EQ(phy.read(mii::led_control), 0);
    EXPECT_EQ(phy.read(mii::bmsr), 0x7829) << "the link was down for the negotiation";
    EXPECT_EQ(phy.read(mii::bmsr), 0x782d);
}

TEST_F(PhyTest, ResetDoesNotPlugTheCableIn) {
    phy.set_wire(false);
    phy.write(mii::bmcr, bmcr::reset);
    EXPECT_FALSE(phy.link_up());
    phy.reset();
    EXPECT_FALSE(phy.link_up());
    EXPECT_EQ(phy.read(mii::bmsr), 0x7809);
}

TEST_F(PhyTest, WhatDriversWriteReadsBack) {
    const std::pair<unsigned, uint16_t> writes[] = {
        {mii::special_control, 0x0004}, {mii::special_control, 0x0000}, {mii::equalizer, 0x2010},
        {mii::equalizer, 0x3000},       {mii::led_control, 0x0007},     {mii::led_control, 0x0005},
        {mii::led_control, 0x0000},
    };
    for (auto [number, value] : writes) {
        phy.write(number, value);
        EXPECT_EQ(phy.read(number), value) << number;
    }
}

TEST_F(PhyTest, ReadOnlyRegisters) {
    for (unsigned number :
         {1u, 2u, 3u, 5u, 6u, 7u, 8u, 15u, 18u, 19u, 20u, 21u, 22u, 23u, 24u, 25u, 30u, 31u}) {
        phy.read(number);
        const uint16_t before = phy.read(number);
        phy.write(number, static_cast<uint16_t>(~before));
        EXPECT_EQ(phy.read(number), before) << number;
    }
    phy.write(mii::status_control, 0xffff);
    EXPECT_EQ(phy.read(mii::status_control), 0x7003) << "the mode in use is not for software to set";
    phy.write(mii::bmcr, 0x7dff);
    EXPECT_EQ(phy.read(mii::bmcr), 0x7d80);
}

TEST(PhyModels, DifferInWhatSoftwareSees) {
    struct Expected {
        const PhyModel& model;
        uint16_t id2, anar, status_control, crossover, leds;
    };
    const Expected all[] = {
        {phy_model::i82555, 0x0150, 0x01e1, 0x7003, 0, 0},
        {phy_model::in_82558, 0x0150, 0x01e1, 0xf003, 0, 0},
        {phy_model::in_82559, 0x0154, 0x05e1, 0x7003, 0, 0},
        {phy_model::in_82550, 0x0154, 0x05e1, 0x7003, 0x03df, 0},
        {phy_model::i82562et, 0x0330, 0x05e1, 0x7003, 0x03df, 0x8000},
        {phy_model::i82562em, 0x0320, 0x05e1, 0x7003, 0x03df, 0x8000},
        {phy_model::i82562ek, 0x0310, 0x05e1, 0x7003, 0x03df, 0x8000},
    };
    for (const Expected& expected : all) {
        FakeHost host;
        FakeLinkWatcher watcher;
        Phy phy(host, watcher, expected.model, 0);
        EXPECT_TRUE(phy.managed());
        EXPECT_EQ(phy.read(mii::id1), 0x02a8);
        EXPECT_EQ(phy.read(mii::id2), expected.id2);
        EXPECT_EQ(phy.read(mii::anar), expected.anar) << expected.id2;
        EXPECT_EQ(phy.read(mii::led_control), expected.leds) << expected.id2;
        for (unsigned number : {mii::status_control, mii::mdix_control})
            phy.write(number, 0xffff);
        EXPECT_EQ(phy.read(mii::status_control), expected.status_control) << expected.id2;
        EXPECT_EQ(phy.read(mii::mdix_control), expected.crossover) << expected.id2;
        phy.write(mii::led_control, 0xffff);
        EXPECT_EQ(phy.read(mii::led_control), expected.leds | 7) << expected.id2;
    }
}

TEST(PhyModels, AreFoundBySocket) {
    EXPECT_EQ(find_phy("82555", PhySocket::Mii), &phy_model::i82555);
    EXPECT_EQ(find_phy("82562em", PhySocket::LanConnect), &phy_model::i82562em);
    EXPECT_EQ(find_phy("82562em", PhySocket::Mii), nullptr);
    EXPECT_EQ(find_phy("", PhySocket::Chip), nullptr) << "those inside have no name";
}

/// What the drivers' work-around for it uses.
TEST(PhyModels, NationalsRegisters) {
    FakeHost host;
    FakeLinkWatcher watcher;
    Phy phy(host, watcher, phy_model::dp83840, 0);
    EXPECT_EQ(phy.read(mii::id1), 0x2000);
    EXPECT_EQ(phy.read(mii::id2) & 0xfff0, 0x5c00);
    EXPECT_EQ(phy.read(mii::bmsr), 0x782d);
    EXPECT_EQ(phy.read(mii::status_control), 0) << "not an 82555";
    EXPECT_EQ(phy.read(mii::mdix_control), 0);
    EXPECT_EQ(phy.read(dp83840::phy_address), 0x0001);
    phy.write(dp83840::pcs_configuration, 0x0420);
    EXPECT_EQ(phy.read(dp83840::pcs_configuration), 0x0420);
    phy.write(mii::bmcr, 0);
    EXPECT_EQ(phy.read(dp83840::phy_address), 0x0041) << "10 Mb/s";
    phy.set_wire(false);
    EXPECT_EQ(phy.read(dp83840::phy_address), 0x0001);
}

TEST(PhyModels, TheSerialOneIsNotManagedAndNeverNegotiates) {
    FakeHost host;
    FakeLinkWatcher watcher;
    Phy phy(host, watcher, phy_model::i82503, 1'000'000);
    EXPECT_FALSE(phy.managed());
    EXPECT_TRUE(phy.link_up());
    EXPECT_EQ(phy.general_status(), gs::link_up) << "10 Mb/s, half duplex";
    phy.set_wire(false);
    EXPECT_FALSE(phy.link_up());
    phy.set_wire(true);
    phy.reset();
    EXPECT_TRUE(phy.link_up());
    EXPECT_EQ(host.deadline(Timer::Negotiation), -1);
    Phy::State state = phy.state();
    state.registers.fill(0xffff);
    phy.restore(state);
    EXPECT_TRUE(phy.link_up()) << "no stream makes it negotiate";
}

TEST(PhyModels, CableTestFindsTheOpenEnd) {
    FakeHost host;
    FakeLinkWatcher watcher;
    Phy phy(host, watcher, phy_model::in_82550, 0);
    phy.write(mii::cable_test, 0xa000);
    EXPECT_EQ(phy.read(mii::cable_test), 0x8000) << "a partner";
    phy.set_wire(false);
    phy.write(mii::cable_test, 0xa000);
    EXPECT_EQ(phy.read(mii::cable_test), 0x8200) << "open, at distance 0; the command clears itself";
    phy.write(mii::cable_test, 0x0000);
    EXPECT_EQ(phy.read(mii::cable_test), 0);
}

TEST_F(PhyTest, RestoresEveryStateItCanBeIn) {
    for (uint16_t control : {0x3000, 0x2100, 0x4000, 0x3c00, 0x0000})
        for (bool wire : {true, false})
            for (bool read_once : {true, false}) {
                Phy one(host, watcher, phy_model::in_82559, 0), other(host, watcher, phy_model::in_82559, 0);
                one.write(mii::anar, 0x0061);
                one.set_wire(wire);
                one.write(mii::bmcr, control);
                one.write(mii::led_control, 5);
                if (read_once)
                    one.read(mii::bmsr);
                other.restore(one.state());
                EXPECT_EQ(other.state().registers, one.state().registers) << control << wire << read_once;
                EXPECT_EQ(other.link_up(), one.link_up());
                EXPECT_EQ(other.general_status(), one.general_status());
            }
}

TEST_F(PhyTest, ARestoredStateCannotContradictItself) {
    Phy::State state;
    state.registers.fill(0xffff);
    state.wire_up = false;
    phy.restore(state);
    EXPECT_EQ(phy.read(mii::id1), 0x02a8);
    EXPECT_EQ(phy.read(mii::bmsr), 0x7809);
    EXPECT_EQ(phy.read(mii::bmcr), 0x7d80);
    EXPECT_EQ(phy.read(mii::anlpar), 0);
    EXPECT_EQ(phy.read(mii::phy_address), 1);
    EXPECT_EQ(phy.read(20), 0);
}

} // namespace
} // namespace i8255x
