// SPDX-License-Identifier: GPL-2.0-or-later
// The checker of numbered payloads must find every kind of damage, and nothing where there is none.
#include <gtest/gtest.h>

#include "pattern.h"

namespace harness {
namespace {

constexpr uint32_t count = 20;
const Pattern pattern(42, 20, 200);

PatternChecker checked(const std::vector<std::vector<uint8_t>>& payloads,
                       Padding padding = Padding::Forbidden) {
    PatternChecker checker(pattern, count, padding);
    for (const auto& payload : payloads)
        checker.take(payload);
    return checker;
}

std::vector<std::vector<uint8_t>> all() {
    std::vector<std::vector<uint8_t>> payloads;
    for (uint32_t n = 0; n < count; n++)
        payloads.push_back(pattern.payload(n));
    return payloads;
}

TEST(Pattern, IsTheSameEveryTime) {
    EXPECT_EQ(Pattern(42, 20, 200).payload(7), pattern.payload(7));
    EXPECT_NE(Pattern(43, 20, 200).payload(7), pattern.payload(7));
    EXPECT_NE(pattern.payload(8), pattern.payload(7));
}

TEST(Pattern, SizesSpreadOverTheirRange) {
    size_t smallest = 1000, largest = 0;
    for (uint32_t n = 0; n < 2000; n++) {
        ASSERT_EQ(pattern.payload(n).size(), pattern.size(n));
        smallest = std::min(smallest, pattern.size(n));
        largest = std::max(largest, pattern.size(n));
    }
    EXPECT_EQ(smallest, 20u);
    EXPECT_EQ(largest, 200u);
}

TEST(PatternChecker, PerfectWhenAllIsThere) {
    auto checker = checked(all());
    EXPECT_TRUE(checker.perfect());
    EXPECT_EQ(checker.describe(), "20 of 20, perfect");
}

TEST(PatternChecker, FindsMissing) {
    auto payloads = all();
    payloads.erase(payloads.begin() + 3);
    auto checker = checked(payloads);
    EXPECT_FALSE(checker.perfect());
    EXPECT_EQ(checker.missing(), std::vector<uint32_t>{3});
}

TEST(PatternChecker, FindsDuplicates) {
    auto payloads = all();
    payloads.push_back(payloads[5]);
    auto checker = checked(payloads);
    EXPECT_FALSE(checker.perfect());
    EXPECT_TRUE(checker.all_arrived());
    EXPECT_EQ(checker.duplicated(), std::vector<uint32_t>{5});
}

TEST(PatternChecker, FindsDisorder) {
    auto payloads = all();
    std::swap(payloads[8], payloads[9]);
    auto checker = checked(payloads);
    EXPECT_FALSE(checker.perfect());
    EXPECT_EQ(checker.out_of_order(), std::vector<uint32_t>{8});
}

TEST(PatternChecker, FindsEveryAlteredByte) {
    for (size_t at = Pattern::header_size; at < pattern.size(4); at++) {
        auto payloads = all();
        payloads[4][at] ^= 0x01;
        auto checker = checked(payloads);
        EXPECT_EQ(checker.altered(), std::vector<uint32_t>{4}) << at;
        EXPECT_EQ(checker.missing(), std::vector<uint32_t>{4}) << at;
        EXPECT_NE(checker.describe().find("first difference at " + std::to_string(at)), std::string::npos);
    }
}

TEST(PatternChecker, FindsTruncation) {
    auto payloads = all();
    payloads[6].pop_back();
    EXPECT_EQ(checked(payloads).altered(), std::vector<uint32_t>{6});
}

TEST(PatternChecker, TakesZeroPaddingOnlyWhereAllowed) {
    auto payloads = all();
    payloads[6].resize(payloads[6].size() + 9);
    EXPECT_EQ(checked(payloads).altered(), std::vector<uint32_t>{6});
    EXPECT_TRUE(checked(payloads, Padding::Allowed).perfect());
    payloads[6].back() = 1;
    EXPECT_EQ(checked(payloads, Padding::Allowed).altered(), std::vector<uint32_t>{6});
}

TEST(PatternChecker, CountsForeignPayloadsApart) {
    auto payloads = all();
    payloads.emplace_back(std::vector<uint8_t>{1, 2, 3});
    payloads.push_back(Pattern(43, 20, 200).payload(1));
    payloads.push_back(pattern.payload(count)); // a number that was never sent
    auto checker = checked(payloads);
    EXPECT_EQ(checker.foreign(), 3u);
    EXPECT_TRUE(checker.perfect());
}

TEST(PatternChecker, TakesFrames) {
    constexpr std::array<uint8_t, 6> a = {2, 0, 0, 0, 0, 1}, b = {2, 0, 0, 0, 0, 2};
    PatternChecker checker(pattern, 1);
    auto frame = pattern.frame(0, a, b);
    checker.take_frame(frame);
    EXPECT_TRUE(checker.perfect());
    EXPECT_EQ(frame.size(), 14 + pattern.size(0));
    EXPECT_EQ(frame[12], 0x88);
}

} // namespace
} // namespace harness
