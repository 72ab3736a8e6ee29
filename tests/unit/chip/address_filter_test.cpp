// SPDX-License-Identifier: GPL-2.0-or-later
// Which destinations pass, and what the RFD says about them (SDM 6.4.3.3); the multicast hash (SDM 6.4.2.4).
#include "chip/address_filter.h"

#include <gtest/gtest.h>

namespace i8255x {
namespace {

constexpr MacAddress own = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
constexpr MacAddress own_other_ul = {0x50, 0x54, 0x00, 0x12, 0x34, 0x56};
constexpr MacAddress stranger = {0x00, 0xaa, 0x00, 0x01, 0x02, 0x03};
constexpr MacAddress group = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};
constexpr MacAddress other_group = {0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb};

struct HashVector {
    MacAddress address;
    unsigned index;
};
const HashVector hash_vectors[] = {
    {{0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}, 38}, {{0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb}, 8},
    {{0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa}, 63}, {{0x33, 0x33, 0x00, 0x00, 0x00, 0x01}, 46},
    {{0x01, 0x80, 0xc2, 0x00, 0x00, 0x00}, 5},  {{0x01, 0x80, 0xc2, 0x00, 0x00, 0x01}, 62},
    {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 31}, {{0x00, 0xaa, 0x00, 0x01, 0x02, 0x03}, 30},
};

TEST(AddressFilterHash, KnownIndices) {
    for (const HashVector& vector : hash_vectors) {
        EXPECT_EQ(AddressFilter::hash_index(vector.address), vector.index);
        AddressFilter filter;
        filter.add_multicast(vector.address);
        std::array<uint8_t, 8> expected{};
        expected[vector.index / 8] = static_cast<uint8_t>(1u << vector.index % 8);
        EXPECT_EQ(filter.state().hash, expected);
    }
}

struct Case {
    const char* name;
    MacAddress destination;
    std::vector<ConfigField> on;
    bool accepted, individual, promiscuous_only;
};

// The table holds `group` and `stranger`.
const Case cases[] = {
    {"OwnAddress", own, {}, true, true, false},
    {"Stranger", stranger, {}, false, false, false},
    {"Broadcast", broadcast_address, {}, true, false, false},
    {"BroadcastDisabled", broadcast_address, {config::broadcast_disable}, false, false, false},
    {"GroupInTable", group, {}, true, false, false},
    {"GroupNotInTable", other_group, {}, false, false, false},
    {"AllMulticast", other_group, {config::multicast_all}, true, false, false},
    {"AllMulticastIsNotUnicast", stranger, {config::multicast_all}, false, false, false},
    {"Promiscuous", stranger, {config::promiscuous}, true, false, true},
    {"PromiscuousGroup", other_group, {config::promiscuous}, true, false, true},
    {"PromiscuousOwn", own, {config::promiscuous}, true, true, false},
    {"PromiscuousBroadcast", broadcast_address, {config::promiscuous}, true, false, false},
    {"PromiscuousGroupInTable", group, {config::promiscuous}, true, false, false},
    {"PromiscuousOverBroadcastDisable",
     broadcast_address,
     {config::promiscuous, config::broadcast_disable},
     true,
     false,
     true},
    {"MultipleIa", stranger, {config::multiple_ia}, true, false, false},
    {"MultipleIaNotInTable", own_other_ul, {config::multiple_ia}, false, false, false},
    {"OtherUlBit", own_other_ul, {}, false, false, false},
    {"UlBitIgnored", own_other_ul, {config::ignore_ul}, true, true, false},
    {"UlBitIgnoredStranger", stranger, {config::ignore_ul}, false, false, false},
};

class AddressFilterCase : public testing::TestWithParam<Case> {};

TEST_P(AddressFilterCase, Match) {
    AddressFilter filter;
    filter.set_individual(own);
    filter.add_multicast(group);
    filter.add_multicast(stranger);
    Configuration configuration(Generation::I82559);
    ConfigurationBytes bytes = configuration_defaults;
    for (ConfigField field : GetParam().on)
        field.set(bytes, true);
    configuration.apply(bytes);
    const auto match = filter.match(GetParam().destination, configuration);
    EXPECT_EQ(match.accepted, GetParam().accepted);
    EXPECT_EQ(match.individual, GetParam().individual);
    EXPECT_EQ(match.promiscuous_only, GetParam().promiscuous_only);
}

INSTANTIATE_TEST_SUITE_P(Destinations, AddressFilterCase, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(AddressFilterTest, EveryByteOfTheAddressCounts) {
    AddressFilter filter;
    filter.set_individual(own);
    const Configuration configuration(Generation::I82559);
    for (std::size_t i = 0; i < own.size(); i++) {
        MacAddress near_miss = own;
        near_miss[i] ^= 0x80;
        EXPECT_FALSE(filter.match(near_miss, configuration).accepted) << i;
    }
}

TEST(AddressFilterTest, AfterResetTheAddressIsAllOnesAndNoGroupPasses) {
    AddressFilter filter;
    filter.set_individual(own);
    filter.add_multicast(group);
    filter.reset();
    EXPECT_EQ(filter.individual(), broadcast_address);
    const Configuration configuration(Generation::I82559);
    EXPECT_FALSE(filter.match(own, configuration).accepted);
    EXPECT_FALSE(filter.match(group, configuration).accepted);
}

TEST(AddressFilterTest, ClearingTheTableKeepsTheAddress) {
    AddressFilter filter;
    filter.set_individual(own);
    filter.add_multicast(group);
    filter.clear_hash();
    const Configuration configuration(Generation::I82559);
    EXPECT_FALSE(filter.match(group, configuration).accepted);
    EXPECT_TRUE(filter.match(own, configuration).accepted);
}

} // namespace
} // namespace i8255x
