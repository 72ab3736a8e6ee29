// SPDX-License-Identifier: GPL-2.0-or-later
// The family table against what real cards showed (SDM 4.1.5; lspci of cards).
#include "chip/variants.h"

#include <gtest/gtest.h>

#include <set>

namespace i8255x {
namespace {

TEST(Variants, NamesAreUniqueAndFound) {
    std::set<std::string_view> names;
    for (const Variant& variant : variants()) {
        EXPECT_TRUE(names.insert(variant.name).second) << variant.name;
        EXPECT_EQ(find_variant(variant.name), &variant);
        EXPECT_FALSE(variant.description.empty());
        EXPECT_EQ(variant.name.data()[variant.name.size()], '\0') << "C reads it, too";
        EXPECT_EQ(variant.description.data()[variant.description.size()], '\0');
    }
    EXPECT_EQ(find_variant("82540"), nullptr);
    EXPECT_EQ(find_variant(""), nullptr);
    EXPECT_EQ(find_variant("82559"), nullptr) << "no prefixes";
}

TEST(Variants, TheDefaultIsTheCardLinuxTakesForAn82559) {
    const Variant* variant = find_variant(default_variant);
    ASSERT_NE(variant, nullptr);
    EXPECT_EQ(variant->device_id, 0x1229);
    EXPECT_EQ(variant->revision, 0x08);
    EXPECT_EQ(variant->generation, Generation::I82559);
    EXPECT_EQ(variant->phy_id2, 0x0154);
    EXPECT_EQ(variant->anar, 0x05e1);
}

TEST(Variants, GenerationFollowsRevision) {
    for (const Variant& variant : variants()) {
        const Generation expected = variant.revision < 0x04   ? Generation::I82557
                                    : variant.revision < 0x06 ? Generation::I82558
                                    : variant.revision < 0x0c ? Generation::I82559
                                                              : Generation::I82550;
        EXPECT_EQ(variant.generation, expected) << variant.name;
    }
}

TEST(Variants, HeadersByGeneration) {
    for (const Variant& variant : variants()) {
        const bool old = variant.generation < Generation::I82559;
        EXPECT_EQ(variant.bar0_prefetchable, old) << variant.name;
        EXPECT_EQ(variant.io_bar_bytes, old ? 32 : 64) << variant.name;
        EXPECT_EQ(variant.pm_capabilities & 7, variant.generation == Generation::I82557   ? 0
                                               : variant.generation == Generation::I82558 ? 1
                                                                                          : 2)
            << variant.name;
        EXPECT_EQ(variant.pad_byte, variant.generation == Generation::I82557 ? 0x7e : 0) << variant.name;
        EXPECT_EQ(variant.eeprom_controller, variant.generation == Generation::I82557 ? 1 : 2)
            << variant.name;
        EXPECT_EQ(variant.device_id, variant.name == "82559er" ? 0x1209 : 0x1229) << variant.name;
    }
}

} // namespace
} // namespace i8255x
