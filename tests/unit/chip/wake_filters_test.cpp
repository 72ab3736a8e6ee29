// SPDX-License-Identifier: GPL-2.0-or-later
// Programmable wake-up filters (SDM A.6): lists, predefined filters, signatures.
#include "chip/wake_filters.h"

#include "unit_bench.h"

namespace i8255x {
namespace {

using namespace wake_filter;
using Extent = WakeFilters::Extent;

constexpr uint32_t flexible(unsigned mask_length, uint32_t signature) {
    return mask_length << mask_length_shift | signature;
}

Bytes counting_frame(std::size_t bytes) {
    Bytes frame(bytes);
    for (std::size_t i = 0; i < bytes; i++)
        frame[i] = static_cast<uint8_t>(i);
    return frame;
}

/// An ARP request for `address`, behind a VLAN tag and a SNAP header on demand.
Bytes arp_request(std::array<uint8_t, 4> address, bool tagged = false, bool snap = false) {
    Bytes frame(broadcast_address.begin(), broadcast_address.end());
    frame.insert(frame.end(), {0x00, 0xaa, 0x00, 0x01, 0x02, 0x03});
    if (tagged)
        frame.insert(frame.end(), {0x81, 0x00, 0x00, 0x05});
    if (snap)
        frame.insert(frame.end(), {0x00, 0x24, 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00});
    frame.insert(frame.end(), {0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01});
    frame.insert(frame.end(), 16, 0x77); // who asks, and whom
    frame.insert(frame.end(), address.begin(), address.end());
    frame.resize(std::max<std::size_t>(frame.size(), 60));
    return frame;
}

struct WakeFiltersTest : testing::Test {
    WakeFilters filters;
    bool matches(std::initializer_list<uint32_t> list, const Bytes& frame, bool individual = false) {
        const std::vector<uint32_t> dwords(list);
        EXPECT_EQ(WakeFilters::extent(dwords), Extent::Whole);
        filters.load(dwords);
        return filters.match(frame, individual);
    }
};

TEST_F(WakeFiltersTest, SignaturesOfTheReferenceFrame) {
    const Bytes frame = counting_frame(128);
    EXPECT_EQ(WakeFilters::signature(frame, std::array{0x3000u}), 0x000d18u);
    EXPECT_EQ(WakeFilters::signature(frame, std::array{~0u, ~0u}), 0x0ba37bu);
}

TEST_F(WakeFiltersTest, AListEndsWithItsLastFilter) {
    EXPECT_EQ(WakeFilters::extent({}), Extent::Part);
    EXPECT_EQ(WakeFilters::extent(std::array{predefined}), Extent::Part);
    EXPECT_EQ(WakeFilters::extent(std::array{predefined, predefined | end_of_list}), Extent::Whole);
    EXPECT_EQ(WakeFilters::extent(std::array{end_of_list}), Extent::Part) << "its mask is missing";
    EXPECT_EQ(WakeFilters::extent(std::array{end_of_list, 0u}), Extent::Whole);
    EXPECT_EQ(WakeFilters::extent(std::array{end_of_list, 0u, 0u}), Extent::Malformed);
    std::array<uint32_t, 16> full;
    full.fill(predefined);
    EXPECT_EQ(WakeFilters::extent(full), Extent::Whole) << "no more fit";
}

TEST_F(WakeFiltersTest, MaskLengthsAreOneToFour) {
    for (auto [code, dwords] : {std::pair{0u, 1u}, {1u, 2u}, {3u, 3u}, {7u, 4u}}) {
        std::vector<uint32_t> list = {flexible(code, 0) | end_of_list};
        list.resize(dwords);
        EXPECT_EQ(WakeFilters::extent(list), Extent::Part) << code;
        list.resize(1 + dwords);
        EXPECT_EQ(WakeFilters::extent(list), Extent::Whole) << code;
    }
    for (unsigned code : {2u, 4u, 5u, 6u})
        EXPECT_EQ(WakeFilters::extent(std::array{flexible(code, 0)}), Extent::Malformed) << code;
    std::vector<uint32_t> list(14, predefined);
    list.push_back(flexible(1, 0) | end_of_list);
    EXPECT_EQ(WakeFilters::extent(list), Extent::Malformed) << "17 dwords";
}

TEST_F(WakeFiltersTest, FlexibleFilterComparesSelectedBytes) {
    Bytes frame = counting_frame(60);
    const auto list = {flexible(0, 0x000d18) | end_of_list, 0x3000u};
    EXPECT_TRUE(matches(list, frame));
    frame[14] ^= 1; // not selected
    EXPECT_TRUE(matches(list, frame));
    frame[13] ^= 1;
    EXPECT_FALSE(matches(list, frame));
}

TEST_F(WakeFiltersTest, FrameWithoutASelectedByteDoesNotMatch) {
    const uint32_t byte_64 = 1;
    const uint32_t filter = flexible(3, 64) | end_of_list;
    EXPECT_TRUE(matches({filter, 0, 0, byte_64}, counting_frame(65)));
    EXPECT_FALSE(matches({filter, 0, 0, byte_64}, counting_frame(64)));
}

TEST_F(WakeFiltersTest, AnyFilterOfTheListMatches) {
    const Bytes frame = counting_frame(60);
    const uint32_t wrong = flexible(1, 0x123456);
    EXPECT_TRUE(matches({wrong, 0x3000, 1, predefined, flexible(0, 0x000d18) | end_of_list, 0x3000}, frame));
    EXPECT_FALSE(matches({wrong, 0x3000, 1, predefined, wrong | end_of_list, 0x3000, 0}, frame));
}

TEST_F(WakeFiltersTest, IndividualAddress) {
    const uint32_t filter = predefined | individual | end_of_list;
    EXPECT_TRUE(matches({filter}, counting_frame(60), true));
    EXPECT_FALSE(matches({filter}, counting_frame(60), false));
}

TEST_F(WakeFiltersTest, IndividualAddressWithType) {
    const uint32_t filter = predefined | individual_type | end_of_list | ipv4;
    EXPECT_TRUE(matches({filter}, make_frame(station, ipv4, 60), true));
    EXPECT_FALSE(matches({filter}, make_frame(station, ipv4, 60), false));
    EXPECT_FALSE(matches({filter}, make_frame(station, 0x86dd, 60), true));
}

TEST_F(WakeFiltersTest, MulticastByItsMiddleBytes) {
    const Bytes frame = make_frame(some_multicast, ipv4, 60); // 01:00:5e:00:00:01
    const uint32_t filter = predefined | multicast | end_of_list;
    EXPECT_TRUE(matches({filter | 0x5e00}, frame));
    EXPECT_FALSE(matches({filter | 0x5e01}, frame));
    Bytes unicast = frame;
    unicast[0] = 0;
    EXPECT_FALSE(matches({filter | 0x5e00}, unicast));
}

TEST_F(WakeFiltersTest, ArpRequestForOurAddress) {
    const uint32_t of_the_manual = 0x49003f3d | end_of_list; // x.x.63.61
    const Bytes request = arp_request({10, 0, 0x3f, 0x3d});
    EXPECT_TRUE(matches({of_the_manual}, request));
    EXPECT_TRUE(matches({predefined | arp | end_of_list | 0x3d3f}, request)) << "the other order";
    EXPECT_FALSE(matches({of_the_manual}, arp_request({10, 0, 0x3f, 0x3e})));
    Bytes reply = request;
    reply[21] = 2;
    EXPECT_FALSE(matches({of_the_manual}, reply));
    Bytes other_type = request;
    other_type[13] = 0x00;
    EXPECT_FALSE(matches({of_the_manual}, other_type));
}

TEST_F(WakeFiltersTest, ArpBehindTagAndSnap) {
    const uint32_t filter = predefined | arp | end_of_list | 0x3f3d;
    const std::array<uint8_t, 4> address = {10, 0, 0x3f, 0x3d};
    EXPECT_TRUE(matches({filter | vlan}, arp_request(address, true)));
    EXPECT_FALSE(matches({filter}, arp_request(address, true)));
    EXPECT_FALSE(matches({filter | vlan}, arp_request(address, false)));
    EXPECT_TRUE(matches({filter}, arp_request(address, false, true)));
    EXPECT_TRUE(matches({filter | vlan}, arp_request(address, true, true)));
}

TEST_F(WakeFiltersTest, ConditionsOfOneFilterAreAlternatives) {
    const uint32_t filter = predefined | arp | individual | end_of_list | 0x3f3d;
    EXPECT_TRUE(matches({filter}, arp_request({10, 0, 0x3f, 0x3d})));
    EXPECT_TRUE(matches({filter}, make_frame(station, ipv4, 60), true));
    EXPECT_FALSE(matches({filter}, make_frame(station, ipv4, 60), false));
}

TEST_F(WakeFiltersTest, ShortFrames) {
    const uint32_t all = predefined | arp | individual_type | multicast | end_of_list | 0x3f3d;
    for (std::size_t bytes = 6; bytes < 48; bytes++) {
        EXPECT_FALSE(matches({all}, Bytes(bytes, 0x81)));
        EXPECT_FALSE(matches({all | vlan}, Bytes(bytes, 0x81)));
    }
}

TEST_F(WakeFiltersTest, EmptyListMatchesNothing) {
    filters.clear();
    EXPECT_FALSE(filters.match(counting_frame(60), true));
}

TEST_F(WakeFiltersTest, OnlyWholeListsAreValidStates) {
    filters.load(std::array{predefined, predefined | end_of_list});
    WakeFilters::State state = filters.state();
    EXPECT_TRUE(WakeFilters::valid(state));
    state.count = 1;
    EXPECT_FALSE(WakeFilters::valid(state));
    state.count = 17;
    EXPECT_FALSE(WakeFilters::valid(state));
    state.count = 0;
    EXPECT_TRUE(WakeFilters::valid(state));
}

} // namespace
} // namespace i8255x
