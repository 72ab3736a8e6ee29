// SPDX-License-Identifier: GPL-2.0-or-later
// Options of the driver, from the shell and from the command line; and which chips it is for.
#include "driver/options.h"

#include <gtest/gtest.h>

#include <string>

#include "arch/hosted/machine.h"
#include "driver/chip_generation.h"
#include "kernel/input_feedback.h"
#include "kernel/padding.h"

namespace {

using namespace e100;

class Options : public testing::Test {
  protected:
    void SetUp() override { options() = {}; }
    void TearDown() override {
        options() = {};
        kernel::input_feedback = false;
        kernel::padding.packet_ns = kernel::padding.irq_ns = 0;
        hosted::set_command_line("");
    }
};

TEST_F(Options, AreLinuxsByDefault) {
    EXPECT_EQ(options().rnr_policy, RnrPolicy::Linux);
    EXPECT_EQ(options().ack_mode, AckMode::Isr);
    EXPECT_EQ(options().rx_ring, 256u);
    EXPECT_EQ(options().tx_ring, 128u);
    EXPECT_EQ(options().weight, 16u);
    EXPECT_EQ(options().microcode, Microcode::Off) << "a real chip cannot run ours";
}

TEST_F(Options, AreSetByName) {
    EXPECT_TRUE(set_option("rnr_policy", "resume"));
    EXPECT_TRUE(set_option("ack_mode", "poll"));
    EXPECT_TRUE(set_option("microcode", "on"));
    EXPECT_EQ(options().microcode, Microcode::On);
    EXPECT_TRUE(set_option("rx_ring", "64"));
    EXPECT_TRUE(set_option("weight", "1"));
    EXPECT_EQ(options().rnr_policy, RnrPolicy::Resume);
    EXPECT_EQ(options().ack_mode, AckMode::Poll);
    EXPECT_EQ(options().rx_ring, 64u);
    EXPECT_EQ(options().weight, 1u);
    EXPECT_TRUE(set_option("weight", "unlimited"));
    EXPECT_EQ(options().weight, unsigned{kernel::unlimited_weight});
    EXPECT_TRUE(set_option("driver", "legacy"));
    EXPECT_EQ(options().driver, DriverKind::Legacy);
    EXPECT_TRUE(set_option("driver", "napi+bundling"));
    EXPECT_EQ(options().driver, DriverKind::Bundling);
    EXPECT_TRUE(set_option("tx_clean", "before"));
    EXPECT_EQ(options().tx_clean, TxClean::Before);
    EXPECT_TRUE(set_option("feedback", "on"));
    EXPECT_TRUE(kernel::input_feedback);
    EXPECT_TRUE(set_option("pad_ns", "27450"));
    EXPECT_EQ(kernel::padding.packet_ns, 27'450u);
    EXPECT_TRUE(set_option("pad_irq_ns", "99999999"));
    EXPECT_EQ(kernel::padding.irq_ns, 1'000'000u);
    EXPECT_TRUE(set_option("rnr_policy", "linux"));
    EXPECT_EQ(options().rnr_policy, RnrPolicy::Linux);
}

TEST_F(Options, NumbersAreClamped) {
    EXPECT_TRUE(set_option("rx_ring", "0"));
    EXPECT_EQ(options().rx_ring, min_rx_ring);
    EXPECT_TRUE(set_option("rx_ring", "999999999"));
    EXPECT_EQ(options().rx_ring, max_rx_ring);
    EXPECT_TRUE(set_option("tx_ring", "1"));
    EXPECT_EQ(options().tx_ring, min_tx_ring);
    EXPECT_TRUE(set_option("weight", "0"));
    EXPECT_EQ(options().weight, 1u);
    EXPECT_TRUE(set_option("weight", "257"));
    EXPECT_EQ(options().weight, 256u);
}

TEST_F(Options, AWeightMayBeUnlimited) {
    EXPECT_TRUE(set_option("weight", "unlimited"));
    bool shown = false;
    for (const OptionText& each : option_texts())
        shown |= std::string_view(each.name) == "weight" && std::string_view(each.current) == "unlimited";
    EXPECT_TRUE(shown);
}

TEST_F(Options, NonsenseChangesNothing) {
    EXPECT_FALSE(set_option("rnr_policy", "Linux"));
    EXPECT_FALSE(set_option("rnr_policy", ""));
    EXPECT_FALSE(set_option("driver", "napi+"));
    EXPECT_FALSE(set_option("pad_ns", "-1"));
    EXPECT_FALSE(set_option("rx_ring", "many"));
    EXPECT_FALSE(set_option("rx_ring", "-1"));
    EXPECT_FALSE(set_option("no_such", "1"));
    EXPECT_EQ(options().rx_ring, 256u);
}

TEST_F(Options, ComeFromTheCommandLine) {
    hosted::set_command_line("quiet e100.rnr_policy=resume e100.tx_ring=100 rx_ring=16 e100.ack_mode=wrong");
    hosted::take_console_output();
    options_from_command_line();
    EXPECT_EQ(options().rnr_policy, RnrPolicy::Resume);
    EXPECT_EQ(options().tx_ring, 100u);
    EXPECT_EQ(options().rx_ring, 256u) << "not ours without the prefix";
    EXPECT_EQ(options().ack_mode, AckMode::Isr);
    EXPECT_NE(hosted::take_console_output().find("ack_mode wants isr | poll"), std::string::npos);
}

TEST_F(Options, ShowTheirValues) {
    set_option("rx_ring", "99");
    std::string text;
    for (const OptionText& each : option_texts())
        text += std::string(each.name) + "=" + each.current + " ";
    EXPECT_EQ(text, "rnr_policy=linux no_memory=shrink ack_mode=isr rx_ring=99 tx_ring=128 driver=napi "
                    "weight=16 tx_clean=after "
                    "feedback=off microcode=off alloc_fails=off pad_ns=0 pad_irq_ns=0 ");
}

TEST(ChipGeneration, KnowsTheFamilyAndNothingElse) {
    EXPECT_TRUE(is_supported(0x8086, 0x1229, 0x020000));
    EXPECT_TRUE(is_supported(0x8086, 0x1209, 0x020000));
    EXPECT_TRUE(is_supported(0x8086, 0x2449, 0x020000));
    EXPECT_FALSE(is_supported(0x8086, 0x100e, 0x020000)) << "an e1000";
    EXPECT_FALSE(is_supported(0x8087, 0x1229, 0x020000));
    EXPECT_FALSE(is_supported(0x8086, 0x1229, 0x030000));
}

TEST(ChipGeneration, FollowsTheRevision) {
    EXPECT_EQ(generation_of(0x1229, 0x01), Generation::I82557);
    EXPECT_EQ(generation_of(0x1229, 0x03), Generation::I82557);
    EXPECT_EQ(generation_of(0x1229, 0x04), Generation::I82558);
    EXPECT_EQ(generation_of(0x1229, 0x05), Generation::I82558);
    EXPECT_EQ(generation_of(0x1229, 0x08), Generation::I82559);
    EXPECT_EQ(generation_of(0x1209, 0x09), Generation::I82559);
    EXPECT_EQ(generation_of(0x1229, 0x0c), Generation::I82550);
    EXPECT_EQ(generation_of(0x1229, 0x10), Generation::I82550);
    EXPECT_EQ(generation_of(0x2449, 0x03), Generation::I82559) << "inside an ICH the revision means nothing";
}

} // namespace
