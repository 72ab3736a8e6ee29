// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <memory>

#include "traffic/receiver.h"

namespace traffic {
namespace {

struct ReceiverTest : testing::Test {
    void arrive(uint32_t sequence, uint16_t flow = 0, int64_t due_ns = 0, int64_t now_ns = 0) {
        receiver->take(builder.build(60, {.flow = flow, .sequence = sequence, .due_ns = due_ns}), now_ns);
    }
    /// lost, reordered, duplicates, stale
    void expect(uint64_t lost, uint64_t reordered, uint64_t duplicates, uint64_t stale = 0) const {
        EXPECT_EQ(counters.lost, lost) << "lost";
        EXPECT_EQ(counters.reordered, reordered) << "reordered";
        EXPECT_EQ(counters.duplicates, duplicates) << "duplicates";
        EXPECT_EQ(counters.stale, stale) << "stale";
    }

    traffic_counters counters{};
    std::unique_ptr<Receiver> receiver = std::make_unique<Receiver>(counters);
    FrameBuilder builder;
};

TEST_F(ReceiverTest, AllInOrder) {
    for (uint32_t n = 0; n < 5000; n++)
        arrive(n);
    expect(0, 0, 0);
    EXPECT_EQ(counters.received, 5000u);
    EXPECT_EQ(counters.received_bytes, 300'000u);
}

TEST_F(ReceiverTest, GapsAreLossFromTheFirstFrameOn) {
    arrive(3);
    expect(3, 0, 0);
    arrive(10);
    expect(9, 0, 0);
}

TEST_F(ReceiverTest, TheLongestGapStays) {
    for (uint32_t n : {0u, 2u, 10u, 11u, 15u})
        arrive(n);
    EXPECT_EQ(counters.longest_gap, 7u);
    arrive(9);
    EXPECT_EQ(counters.longest_gap, 7u);
}

TEST_F(ReceiverTest, ALateFrameIsReorderedAndNotLost) {
    for (uint32_t n : {0u, 2u, 3u, 1u, 4u})
        arrive(n);
    expect(0, 1, 0);
}

TEST_F(ReceiverTest, AFrameThatComesTwiceIsADuplicate) {
    for (uint32_t n : {0u, 1u, 1u, 0u, 3u, 2u, 2u})
        arrive(n);
    expect(0, 1, 3);
}

TEST_F(ReceiverTest, TheWindowEndsWhereItSays) {
    arrive(FlowHistory::window + 1); // 0 to 1024 are missing
    expect(1025, 0, 0);
    arrive(2); // the last that is known
    expect(1024, 1, 0);
    arrive(1);
    expect(1024, 1, 0, 1);
    arrive(2);
    expect(1024, 1, 1, 1);
    for (uint32_t n = 3; n <= FlowHistory::window; n++)
        arrive(n);
    expect(2, 1023, 1, 1);
}

TEST_F(ReceiverTest, OldMarksDoNotOutliveTheWindow) {
    for (uint32_t n = 0; n < 2 * FlowHistory::window; n++)
        arrive(n);
    arrive(3 * FlowHistory::window + 5);
    for (uint32_t n = 2 * FlowHistory::window + 6; n < 3 * FlowHistory::window + 5; n++)
        arrive(n);
    expect(6, 1023, 0);
}

TEST_F(ReceiverTest, FlowsAreCountedApart) {
    for (uint32_t n = 0; n < 10; n++)
        for (uint16_t flow : {0, 1, 1023})
            arrive(n, flow);
    expect(0, 0, 0);
    arrive(11, 1);
    expect(1, 0, 0);
}

TEST_F(ReceiverTest, NumbersBeginAgain) {
    arrive(0x7fffffff);
    arrive(0xfffffffe);
    const uint64_t skipped = counters.lost;
    arrive(0xffffffff);
    arrive(0);
    arrive(1);
    EXPECT_EQ(counters.lost, skipped);
    arrive(0xffffffff);
    EXPECT_EQ(counters.duplicates, 1u);
}

TEST_F(ReceiverTest, NothingWasMissingBeforeTheFirst) {
    arrive(0xffffffff); // "late" by one, but nobody waited for it
    expect(0, 0, 1);
}

TEST_F(ReceiverTest, WhatCannotBeAGeneratorsIsForeign) {
    arrive(0, 1024);
    arrive(0, 0xffff);
    arrive(0, 0, 11, 10); // from the future
    arrive(0, 0, -1, 10);
    const std::array<uint8_t, 60> nothing{};
    receiver->take(nothing, 0);
    receiver->take({}, 0);
    EXPECT_EQ(counters.foreign, 6u);
    EXPECT_EQ(counters.received, 0u);
    expect(0, 0, 0);
}

TEST_F(ReceiverTest, LatencyHasLimitsSumAndBuckets) {
    uint32_t n = 0;
    for (int64_t latency : {5, 0, 1, 2, 3, 4, 1024, 1023})
        arrive(n++, 0, 100, 100 + latency);
    EXPECT_EQ(counters.latency_min_ns, 0u);
    EXPECT_EQ(counters.latency_max_ns, 1024u);
    EXPECT_EQ(counters.latency_sum_ns, 2062u);
    const std::map<unsigned, uint64_t> expected = {{0, 1}, {1, 1}, {2, 2}, {3, 2}, {10, 1}, {11, 1}};
    for (unsigned bucket = 0; bucket < TRAFFIC_LATENCY_BUCKETS; bucket++)
        EXPECT_EQ(counters.latency_histogram[bucket], expected.contains(bucket) ? expected.at(bucket) : 0)
            << bucket;
    arrive(n, 0, 0, INT64_MAX);
    EXPECT_EQ(counters.latency_histogram[TRAFFIC_LATENCY_BUCKETS - 1], 1u);
}

TEST_F(ReceiverTest, TheFirstLatencyIsTheSmallestSoFar) {
    arrive(0, 0, 0, 50);
    EXPECT_EQ(counters.latency_min_ns, 50u);
    EXPECT_EQ(counters.latency_max_ns, 50u);
}

TEST_F(ReceiverTest, RandomFramesDoNoHarm) {
    uint64_t state = 1;
    for (int i = 0; i < 100'000; i++) {
        std::array<uint8_t, 80> frame{};
        std::ranges::copy(builder.build(60, {}), frame.begin());
        for (int change = 0; change < 3; change++) {
            state = state * 6364136223846793005 + 1442695040888963407;
            frame[(state >> 33) % frame.size()] = static_cast<uint8_t>(state >> 56);
        }
        receiver->take(std::span(frame).first((state >> 20) % (frame.size() + 1)), 1000);
    }
    EXPECT_EQ(counters.received + counters.foreign, 100'000u);
}

} // namespace
} // namespace traffic
