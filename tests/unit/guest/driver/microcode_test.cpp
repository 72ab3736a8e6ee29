// SPDX-License-Identifier: GPL-2.0-or-later
// What goes into the chip so that it bundles receive interrupts.
#include "driver/microcode.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "driver/chip_generation.h"

namespace {

using namespace e100;
using i8255x::BundlingParameters;

TEST(Bundling, InTheChipsUnits) {
    const BundlingParameters linux_values = bundling_for(default_coalescing);
    EXPECT_EQ(linux_values.delay, 0x0600);
    EXPECT_EQ(linux_values.frames, 6);
    EXPECT_EQ(linux_values.small_mask, 0xffff);
    EXPECT_EQ(bundling_for({.rx_usecs = 300, .rx_frames = 1}).delay, 450);
    EXPECT_EQ(bundling_for({.rx_usecs = 300, .rx_frames = 1}).frames, 1);
    EXPECT_EQ(bundling_for({.rx_usecs = 300, .rx_frames = 0}).frames, 0xffff) << "no limit";
}

TEST(Bundling, NeverInterruptsTooEarly) {
    for (uint32_t us = 1; us <= i8255x::max_bundling_us; us++) {
        const int64_t ns = i8255x::bundling_delay_ns(bundling_for({.rx_usecs = us, .rx_frames = 6}).delay);
        ASSERT_GE(ns, int64_t{us} * 1000);
        ASSERT_LT(ns, int64_t{us} * 1000 + 667);
    }
}

TEST(Bundling, AsFarAsTheChipCounts) {
    EXPECT_TRUE(can_bundle({.rx_usecs = 1, .rx_frames = 0}));
    EXPECT_TRUE(can_bundle({.rx_usecs = 43'690, .rx_frames = 65'534}));
    EXPECT_TRUE(can_bundle({.rx_usecs = 0, .rx_frames = 6})) << "not at all";
    EXPECT_FALSE(can_bundle({.rx_usecs = 43'691, .rx_frames = 6}));
    EXPECT_FALSE(can_bundle({.rx_usecs = 1024, .rx_frames = 65'535}));
    EXPECT_FALSE(can_bundle({.rx_usecs = 0xffffffff, .rx_frames = 6}));
}

TEST(MicrocodeBlock, ByteForByte) {
    MicrocodeBlock block;
    std::memset(static_cast<void*>(&block), 0xa5, sizeof(block));
    prepare_microcode(block, {.delay = 0x1234, .frames = 0x5678, .small_mask = 0x9abc});
    std::vector<uint8_t> bytes(sizeof(block));
    std::memcpy(bytes.data(), &block, sizeof(block));
    ASSERT_EQ(bytes.size(), 8u + 536u);
    const auto at = [&](std::size_t first) {
        return std::vector<uint8_t>(bytes.begin() + static_cast<long>(first),
                                    bytes.begin() + static_cast<long>(first) + 4);
    };
    using Bytes = std::vector<uint8_t>;
    EXPECT_EQ(at(0), (Bytes{0, 0, 0x05, 0x80})) << "EL, opcode 5";
    EXPECT_EQ(at(8), (Bytes{0xfe, 0xff, 0xfd, 0xff}));
    EXPECT_EQ(at(8 + 4 * 5), (Bytes{0xf4, 0xff, 0xf3, 0xff}));
    EXPECT_EQ(at(8 + 4 * 78), (Bytes{0x34, 0x12, 0x08, 0x00}));
    EXPECT_EQ(at(8 + 4 * 65), (Bytes{0x78, 0x56, 0x0c, 0x00}));
    EXPECT_EQ(at(8 + 4 * 126), (Bytes{0xbc, 0x9a, 0x0c, 0x00}));
    unsigned set = 0;
    for (std::size_t word = 0; word < 134; word++)
        set += at(8 + 4 * word) != Bytes(4);
    EXPECT_EQ(set, 9u) << "no code";
}

TEST(MicrocodeBlock, IsForChipsWithAFrameLimit) {
    for (const uint8_t revision : {0x08, 0x09, 0x0c, 0x0d, 0x0f, 0x10})
        EXPECT_TRUE(takes_microcode(0x1229, revision)) << unsigned{revision};
    for (const uint8_t revision : {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0e, 0x81})
        EXPECT_FALSE(takes_microcode(0x1229, revision)) << unsigned{revision};
    EXPECT_TRUE(takes_microcode(0x1209, 0x09));
    EXPECT_FALSE(takes_microcode(0x1031, 0x08)) << "inside an ICH";
    EXPECT_FALSE(takes_microcode(0x2449, 0x08)) << "inside an ICH";
    EXPECT_FALSE(takes_microcode(0x100e, 0x08)) << "an e1000";
}

} // namespace
