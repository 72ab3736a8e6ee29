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
    EXPECT_EQ(variant->phy, &phy_model::in_82559);
}

/// An ICH counts its own steps; to software it is an 82559 (SDM 4.1.5).
TEST(Variants, GenerationFollowsRevision) {
    for (const Variant& variant : variants()) {
        const bool inside_ich = variant.phy->socket == PhySocket::LanConnect;
        const Generation expected = inside_ich                ? Generation::I82559
                                    : variant.revision < 0x04 ? Generation::I82557
                                    : variant.revision < 0x06 ? Generation::I82558
                                    : variant.revision < 0x0c ? Generation::I82559
                                                              : Generation::I82550;
        EXPECT_EQ(variant.generation, expected) << variant.name;
    }
}

TEST(Features, AddUpAndGoAway) {
    constexpr FeatureSet one = {Feature::ReceiveChecksum};
    static_assert(one.has(Feature::ReceiveChecksum) && !one.has(Feature::Offload) && one.has(Feature::None));
    static_assert(one.with({Feature::Offload}).has(Feature::ReceiveChecksum));
    static_assert(one.with({Feature::Offload}).has(Feature::Offload));
    static_assert(!one.without({Feature::ReceiveChecksum}).has(Feature::ReceiveChecksum));
    static_assert(FeatureSet::all().has(Feature::LargeEeprom));
}

} // namespace
} // namespace i8255x
