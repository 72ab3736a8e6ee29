// SPDX-License-Identifier: GPL-2.0-or-later
// Autonegotiation that takes its time (IEEE 802.3 clause 28; SDM 7.3): what software sees before, meanwhile
// and afterwards.
#include <limits>

#include "chip/phy.h"
#include "chip_bench.h"
#include "fake_link_watcher.h"

namespace i8255x {
namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t duration = 500 * ms;
constexpr uint16_t up_and_complete = bmsr::link | bmsr::an_complete;

struct NegotiationTest : testing::Test {
    FakeHost host;
    FakeLinkWatcher watcher;
    Phy phy{host, watcher, phy_model::in_82559, duration};

    NegotiationTest() {
        host.now = 0;
        host.on_timer = [this](Timer timer) {
            EXPECT_EQ(timer, Timer::Negotiation);
            phy.timer_fired();
        };
    }
    int64_t deadline() { return host.deadline(Timer::Negotiation); }
    void expect_under_way() {
        EXPECT_EQ(phy.read(mii::bmsr) & up_and_complete, 0);
        EXPECT_EQ(phy.read(mii::anlpar), 0);
        EXPECT_EQ(phy.read(mii::aner), 0);
        EXPECT_EQ(phy.read(mii::status_control), 0);
        EXPECT_EQ(phy.general_status(), 0);
        EXPECT_FALSE(phy.link_up());
    }
    void expect_done() {
        EXPECT_EQ(phy.read(mii::bmsr), 0x782d);
        EXPECT_EQ(phy.read(mii::anlpar), 0x45e1);
        EXPECT_EQ(phy.read(mii::status_control), 3);
        EXPECT_EQ(phy.general_status(), 7);
        EXPECT_TRUE(phy.link_up());
    }
};

TEST_F(NegotiationTest, AChipThatIsNewHasALink) {
    expect_done();
    EXPECT_EQ(deadline(), -1);
}

TEST_F(NegotiationTest, StartsAtPowerOnAndTakesItsTime) {
    host.advance(7 * ms);
    phy.reset();
    expect_under_way();
    EXPECT_EQ(deadline(), 507 * ms);
    host.advance(duration - 1);
    expect_under_way();
    host.advance(1);
    EXPECT_EQ(phy.read(mii::aner), 0x0003);
    EXPECT_EQ(phy.read(mii::aner), 0x0001) << "page received clears on read";
    expect_done();
    EXPECT_EQ(watcher.changes, std::vector<bool>{true}) << "nobody was there to see it go";
}

TEST_F(NegotiationTest, ARestartDropsTheLink) {
    phy.write(mii::bmcr, 0x3200);
    EXPECT_EQ(phy.read(mii::bmcr), 0x3000) << "restart clears itself";
    expect_under_way();
    host.advance(duration);
    expect_done();
    EXPECT_EQ(watcher.changes, (std::vector<bool>{false, true}));
}

/// The latch is for a loss that nobody has seen.
TEST_F(NegotiationTest, AnUnseenLossShowsOnceAfterwards) {
    phy.write(mii::bmcr, 0x3200);
    host.advance(duration);
    EXPECT_EQ(phy.read(mii::bmsr), 0x7829);
    expect_done();
}

TEST_F(NegotiationTest, StartsAnewWhenTheCableComes) {
    phy.set_wire(false);
    host.advance(10 * duration);
    expect_under_way();
    phy.set_wire(true);
    expect_under_way();
    host.advance(duration);
    expect_done();
}

TEST_F(NegotiationTest, EndsWhenTheCableGoes) {
    phy.reset();
    host.advance(duration / 2);
    phy.set_wire(false);
    EXPECT_EQ(deadline(), -1);
    phy.timer_fired(); // one that was under way already
    expect_under_way();
    EXPECT_TRUE(watcher.changes.empty());
}

TEST_F(NegotiationTest, BeginsAgainWithEachReason) {
    phy.reset();
    host.advance(duration / 2);
    phy.write(mii::bmcr, 0x3200);
    EXPECT_EQ(deadline(), duration / 2 + duration);
    host.advance(duration / 2);
    phy.write(mii::bmcr, bmcr::reset);
    EXPECT_EQ(deadline(), 2 * duration);
    host.advance(duration / 2);
    expect_under_way();
    phy.write(mii::bmcr, 0x3000 | bmcr::isolate); // no reason
    EXPECT_EQ(deadline(), 2 * duration);
}

TEST_F(NegotiationTest, IsNotNeededInAForcedMode) {
    phy.write(mii::bmcr, 0x2100);
    EXPECT_EQ(deadline(), -1);
    phy.read(mii::bmsr);
    EXPECT_EQ(phy.read(mii::bmsr) & up_and_complete, bmsr::link);
    phy.write(mii::bmcr, 0x3100);
    expect_under_way();
    phy.write(mii::bmcr, 0x2100);
    EXPECT_EQ(deadline(), -1) << "given up";
    EXPECT_EQ(phy.general_status(), 7);
}

TEST_F(NegotiationTest, WithoutACommonModeNeverEnds) {
    phy.write(mii::anar, 0x0001);
    phy.write(mii::bmcr, 0x3200);
    EXPECT_EQ(deadline(), -1);
    host.advance(100 * duration);
    expect_under_way();
}

/// A change of the advertisement counts from the next one, but one in progress takes what it finds at its
/// end.
TEST_F(NegotiationTest, TakesTheAdvertisementAtItsEnd) {
    phy.write(mii::bmcr, 0x3200);
    phy.write(mii::anar, 0x0041);
    host.advance(duration);
    EXPECT_EQ(phy.general_status(), 5) << "10 Mb/s, full duplex";
}

TEST_F(NegotiationTest, WithNothingLeftToAdvertiseThereIsNoLink) {
    phy.write(mii::bmcr, 0x3200);
    phy.write(mii::anar, 0x0001);
    host.advance(duration);
    expect_under_way();
}

TEST_F(NegotiationTest, NeedsPower) {
    phy.reset();
    phy.write(mii::bmcr, 0x3800);
    EXPECT_EQ(deadline(), -1);
    host.advance(2 * duration);
    expect_under_way();
    phy.write(mii::bmcr, 0x3000);
    host.advance(duration);
    expect_done();
}

TEST_F(NegotiationTest, CrossoverIsResolvedWithTheLink) {
    Phy crossing(host, watcher, phy_model::in_82550, duration);
    host.on_timer = [&](Timer) { crossing.timer_fired(); };
    crossing.write(mii::mdix_control, 0x0080);
    EXPECT_EQ(crossing.read(mii::mdix_control), 0x0090);
    crossing.write(mii::bmcr, 0x3200);
    EXPECT_EQ(crossing.read(mii::mdix_control), 0x0080);
    host.advance(duration);
    EXPECT_EQ(crossing.read(mii::mdix_control), 0x0090);
    crossing.write(mii::mdix_control, 0x0000);
    EXPECT_EQ(crossing.read(mii::mdix_control), 0x0000);
}

TEST_F(NegotiationTest, GoesOnInARestoredChip) {
    phy.write(mii::bmcr, 0x3200);
    host.advance(duration / 4);
    FakeHost other_host;
    other_host.now = host.now;
    Phy other(other_host, watcher, phy_model::in_82559, duration);
    other_host.on_timer = [&](Timer) { other.timer_fired(); };
    other.restore(phy.state());
    EXPECT_EQ(other.general_status(), 0);
    EXPECT_EQ(other_host.deadline(Timer::Negotiation), duration);
    other_host.advance(duration);
    EXPECT_EQ(other.general_status(), 7);
    EXPECT_EQ(other.read(mii::bmsr), 0x7829) << "the loss has not been read";
    EXPECT_EQ(other.read(mii::bmsr), 0x782d);
}

TEST_F(NegotiationTest, RestoringEndsAnotherOne) {
    const Phy::State before = phy.state();
    phy.reset();
    phy.restore(before);
    EXPECT_EQ(deadline(), -1);
    expect_done();
}

TEST_F(NegotiationTest, ARestoredOneNeedsAReason) {
    phy.set_wire(false);
    Phy::State state = phy.state();
    state.negotiation_deadline_ns = duration;
    phy.restore(state);
    EXPECT_EQ(deadline(), -1) << "no wire";
    state.negotiation_deadline_ns = -2;
    EXPECT_FALSE(Phy::valid(state));
    state.negotiation_deadline_ns = std::numeric_limits<int64_t>::max();
    EXPECT_TRUE(Phy::valid(state));
}

/// The whole chip: reset, link and traffic.
TEST(NegotiatingChip, HearsNothingBeforeTheEnd) {
    FakeHost host;
    host.now = 0;
    const auto contents = ChipBench::new_eeprom(default_variant);
    Chip chip(host, *find_variant(default_variant), {.eeprom = contents, .negotiation_ns = duration});
    host.connect(chip);
    chip.reset(ResetKind::Hardware);
    EXPECT_EQ(chip.csr_read(csr::general_status, 1), 0u);
    EXPECT_EQ(chip.csr_read(csr::pmdr, 1), 0u);
    chip.receive(ChipBench::frame_to(ChipBench::mac));
    EXPECT_EQ(host.count_traced(TraceEvent::RxFiltered), 1u) << "disconnected";
    chip.reset(ResetKind::Software);
    EXPECT_EQ(host.deadline(Timer::Negotiation), duration) << "not the PHY's business";
    StateRecord record;
    chip.save(record);
    record.timers[static_cast<unsigned>(Timer::Negotiation)] = -2;
    EXPECT_EQ(chip.restore(record), RestoreError::BadTimer);
    host.advance(duration);
    EXPECT_EQ(chip.csr_read(csr::general_status, 1), 7u);
    EXPECT_EQ(chip.csr_read(csr::pmdr, 1), uint32_t{pmdr::link_changed});
    EXPECT_EQ(host.count_traced(TraceEvent::LinkChange), 1u);
    chip.link_changed(true); // no news
    EXPECT_EQ(host.count_traced(TraceEvent::LinkChange), 1u);
}

} // namespace
} // namespace i8255x
