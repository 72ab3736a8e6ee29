// SPDX-License-Identifier: GPL-2.0-or-later
// Options on the kernel command line.
#include <gtest/gtest.h>

#include "arch/hosted/machine.h"
#include "kernel/command_line.h"

namespace {

using kernel::find_option;
using kernel::parse_number;

TEST(CommandLine, FindsWordsAndValues) {
    constexpr std::string_view text = "/guest.elf run=batch  quiet rnr_policy=resume x=";
    EXPECT_EQ(find_option(text, "run"), "batch");
    EXPECT_EQ(find_option(text, "quiet"), "");
    EXPECT_EQ(find_option(text, "rnr_policy"), "resume");
    EXPECT_EQ(find_option(text, "x"), "");
    EXPECT_EQ(find_option(text, "loud"), std::nullopt);
}

TEST(CommandLine, DoesNotTakePartsOfNames) {
    EXPECT_EQ(find_option("prerun=1 runner=2", "run"), std::nullopt);
    EXPECT_EQ(find_option("a=run", "run"), std::nullopt);
    EXPECT_EQ(find_option("", "run"), std::nullopt);
    EXPECT_EQ(find_option("   ", "run"), std::nullopt);
}

TEST(CommandLine, TheLastOneCounts) { EXPECT_EQ(find_option("a=1 b=2 a=3", "a"), "3"); }

TEST(CommandLine, ReadsTheMachines) {
    hosted::set_command_line("ip=10.0.0.2/24,gw=10.0.0.1");
    EXPECT_EQ(kernel::command_line_option("ip"), "10.0.0.2/24,gw=10.0.0.1");
    hosted::set_command_line("");
    EXPECT_EQ(kernel::command_line_option("ip"), std::nullopt);
}

TEST(CommandLine, NumbersAreDecimalAndBounded) {
    EXPECT_EQ(parse_number("0"), 0u);
    EXPECT_EQ(parse_number("999999999"), 999999999u);
    EXPECT_EQ(parse_number("1000000000"), std::nullopt);
    EXPECT_EQ(parse_number(""), std::nullopt);
    EXPECT_EQ(parse_number("-1"), std::nullopt);
    EXPECT_EQ(parse_number("1x"), std::nullopt);
    EXPECT_EQ(parse_number("0x10"), std::nullopt);
}

} // namespace
