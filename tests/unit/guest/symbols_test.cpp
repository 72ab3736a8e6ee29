// SPDX-License-Identifier: GPL-2.0-or-later
// Looking up functions by address.
#include <array>
#include <gtest/gtest.h>

#include "kernel/symbols.h"

namespace {

constexpr std::array<kernel::SymbolEntry, 3> entries = {{{0x1000, 0}, {0x1010, 6}, {0x2000, 13}}};
constexpr kernel::SymbolTable table{entries, "first\0second\0third"};

TEST(Symbols, TheLastThatBeginsBeforeTheAddress) {
    EXPECT_STREQ(kernel::symbol_lookup(table, 0x1000).name, "first");
    EXPECT_EQ(kernel::symbol_lookup(table, 0x1000).offset, 0u);
    EXPECT_STREQ(kernel::symbol_lookup(table, 0x100f).name, "first");
    EXPECT_EQ(kernel::symbol_lookup(table, 0x100f).offset, 0xfu);
    EXPECT_STREQ(kernel::symbol_lookup(table, 0x1010).name, "second");
    EXPECT_STREQ(kernel::symbol_lookup(table, 0x5'0000'0000).name, "third");
}

TEST(Symbols, NothingBeforeTheFirst) {
    EXPECT_EQ(kernel::symbol_lookup(table, 0xfff).name, nullptr);
    EXPECT_EQ(kernel::symbol_lookup({}, 0x1000).name, nullptr);
}

} // namespace
