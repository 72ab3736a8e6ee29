// SPDX-License-Identifier: GPL-2.0-or-later
// STAT/ACK, masks, the interrupt pin and the status byte (SDM 6.3.2).
#include "chip/scb.h"

#include "fake_host.h"

namespace i8255x {
namespace {

namespace ic = interrupt_control;

struct ScbTest : testing::Test {
    FakeHost host;
    Scb scb{host, true};
};

struct MaskCase {
    uint8_t cause, mask; // mask 0: has none of its own
};
class ScbMask : public testing::TestWithParam<MaskCase> {
  protected:
    FakeHost host;
    Scb scb{host, true};
};

TEST_P(ScbMask, HidesExactlyItsCause) {
    const auto [cause, own] = GetParam();
    scb.raise(cause);
    EXPECT_TRUE(host.interrupt);
    for (unsigned bit = 2; bit < 8; bit++) {
        const auto mask = static_cast<uint8_t>(1u << bit);
        scb.write_interrupt_control(mask);
        EXPECT_EQ(host.interrupt, mask != own) << "mask bit " << bit;
    }
    scb.write_interrupt_control(static_cast<uint8_t>(0xfc & ~own));
    EXPECT_TRUE(host.interrupt);
    scb.write_interrupt_control(0xfc);
    EXPECT_EQ(host.interrupt, own == 0);
    scb.write_interrupt_control(ic::mask_all);
    EXPECT_FALSE(host.interrupt);
    EXPECT_EQ(scb.stat(), cause) << "masks do not touch STAT";
}

INSTANTIATE_TEST_SUITE_P(Causes, ScbMask,
                         testing::Values(MaskCase{stat::cx, ic::mask_cx}, MaskCase{stat::fr, ic::mask_fr},
                                         MaskCase{stat::cna, ic::mask_cna}, MaskCase{stat::rnr, ic::mask_rnr},
                                         MaskCase{stat::mdi, 0}, MaskCase{stat::swi, 0},
                                         MaskCase{stat::er, ic::mask_er}, MaskCase{stat::fcp, ic::mask_fcp}));

TEST_F(ScbTest, CausesAccumulateWhileMasked) {
    scb.write_interrupt_control(ic::mask_all);
    scb.raise(stat::cx);
    scb.raise(stat::fr | stat::rnr);
    EXPECT_EQ(scb.stat(), stat::cx | stat::fr | stat::rnr);
    EXPECT_FALSE(host.interrupt);
    scb.write_interrupt_control(0);
    EXPECT_TRUE(host.interrupt);
}

TEST_F(ScbTest, AcknowledgeClearsTheWrittenBitsOnly) {
    scb.raise(stat::cx | stat::fr);
    scb.acknowledge(0);
    EXPECT_EQ(scb.stat(), stat::cx | stat::fr);
    scb.acknowledge(stat::fr | stat::rnr);
    EXPECT_EQ(scb.stat(), stat::cx);
    EXPECT_TRUE(host.interrupt) << "level triggered: CX is still there";
    scb.acknowledge(0xff);
    EXPECT_EQ(scb.stat(), 0);
    EXPECT_FALSE(host.interrupt);
}

TEST_F(ScbTest, AMaskedRestDoesNotHoldThePin) {
    scb.write_interrupt_control(ic::mask_rnr);
    scb.raise(stat::rnr | stat::swi);
    EXPECT_TRUE(host.interrupt);
    scb.acknowledge(stat::swi);
    EXPECT_FALSE(host.interrupt);
}

TEST_F(ScbTest, SoftwareInterruptReadsBackAsZeroAndSetsSwi) {
    scb.write_interrupt_control(ic::si);
    EXPECT_EQ(scb.interrupt_control(), 0);
    EXPECT_EQ(scb.stat(), stat::swi);
    EXPECT_TRUE(host.interrupt);
}

TEST_F(ScbTest, SoftwareInterruptUnderTheMasterMaskWaits) {
    scb.write_interrupt_control(ic::si | ic::mask_all);
    EXPECT_FALSE(host.interrupt);
    EXPECT_EQ(host.interrupt_edges, 0u);
    scb.write_interrupt_control(0);
    EXPECT_TRUE(host.interrupt);
}

TEST_F(ScbTest, MasksReadBack) {
    scb.write_interrupt_control(0xff);
    EXPECT_EQ(scb.interrupt_control(), 0xfd);
}

TEST_F(ScbTest, ThePinChangesOnlyWhenItMust) {
    scb.raise(stat::cx);
    scb.raise(stat::fr);
    scb.acknowledge(stat::cx);
    EXPECT_EQ(host.interrupt_edges, 1u);
}

TEST_F(ScbTest, The82557HasOnlyTheMasterMask) {
    FakeHost old_host;
    Scb old(old_host, false);
    old.write_interrupt_control(0xfc);
    old.raise(stat::cx | stat::fr | stat::cna | stat::rnr);
    EXPECT_TRUE(old_host.interrupt);
    old.write_interrupt_control(ic::mask_all);
    EXPECT_FALSE(old_host.interrupt);
}

TEST_F(ScbTest, StatusByteAsDriversKnowIt) {
    EXPECT_EQ(scb.status_byte(), 0x00);
    scb.set_cu_status(CuStatus::Suspended);
    scb.set_ru_status(RuStatus::Ready);
    EXPECT_EQ(scb.status_byte(), 0x50);
    scb.set_ru_status(RuStatus::NoResources);
    EXPECT_EQ(scb.status_byte(), 0x48);
    scb.set_cu_status(CuStatus::Active);
    scb.set_ru_status(RuStatus::Suspended);
    EXPECT_EQ(scb.status_byte(), 0x84);
}

TEST_F(ScbTest, ResetUnmasksAndLowersThePin) {
    scb.write_interrupt_control(ic::mask_cx);
    scb.raise(stat::fr);
    scb.set_cu_status(CuStatus::Active);
    scb.set_ru_status(RuStatus::Ready);
    scb.set_general_pointer(0x1234);
    scb.reset();
    EXPECT_FALSE(host.interrupt);
    EXPECT_EQ(scb.stat(), 0);
    EXPECT_EQ(scb.interrupt_control(), 0);
    EXPECT_EQ(scb.status_byte(), 0);
    EXPECT_EQ(scb.general_pointer(), 0u);
}

TEST_F(ScbTest, TracesWhatChanges) {
    scb.set_cu_status(CuStatus::Active);
    scb.set_cu_status(CuStatus::Active);
    scb.raise(stat::cx);
    scb.acknowledge(stat::fr);
    scb.acknowledge(stat::cx);
    EXPECT_EQ(host.trace_record, (std::vector<FakeHost::Trace>{{TraceEvent::CuState, 0, 2},
                                                               {TraceEvent::Stat, stat::cx, stat::cx},
                                                               {TraceEvent::IrqAssert, stat::cx, 0},
                                                               {TraceEvent::StatAck, stat::cx, 0},
                                                               {TraceEvent::IrqDeassert, 0, 0}}));
}

TEST_F(ScbTest, ARestoredStateMovesThePin) {
    scb.raise(stat::fr);
    scb.set_ru_status(RuStatus::Ready);
    FakeHost other_host;
    Scb other(other_host, true);
    ASSERT_TRUE(other.valid(scb.state()));
    other.restore(scb.state());
    EXPECT_TRUE(other_host.interrupt);
    EXPECT_EQ(other.status_byte(), scb.status_byte());
    other.restore({});
    EXPECT_FALSE(other_host.interrupt);
}

TEST_F(ScbTest, ImpossibleStatesAreNotValid) {
    EXPECT_TRUE(scb.valid({}));
    EXPECT_FALSE(scb.valid({.stat = stat::card_gone, .asserted = true}));
    EXPECT_FALSE(scb.valid({.interrupt_control = ic::si}));
    EXPECT_FALSE(scb.valid({.stat = stat::fr, .asserted = false}));
    EXPECT_FALSE(scb.valid({.asserted = true}));
    EXPECT_TRUE(scb.valid({.stat = stat::fr, .interrupt_control = ic::mask_fr, .asserted = false}));
}

} // namespace
} // namespace i8255x
