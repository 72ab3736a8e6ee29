// SPDX-License-Identifier: GPL-2.0-or-later
// Frames that find no descriptor: the 3 KiB FIFO, what is lost and counted, back-pressure instead
// (SDM 6.4.3.4).
#include "e100_test.h"

namespace qtest {
namespace {

/// Brings the unit into `NoResources` with frame `number`.
void exhaust(E100Harness& e100, uint32_t number) {
    RfdRing one(e100.memory(), 1);
    e100.start_receiving(one);
    e100.wire().send(numbered_frame(number, 100));
    ASSERT_TRUE(e100.wait_ru(RuStatus::NoResources));
    e100.acknowledge(0xff);
}

class Fifo : public E100Test {
  protected:
    void SetUp() override {
        e100.bring_up();
        exhaust(e100, 0);
    }
    /// Sends frames and returns when the chip has seen them (it drops or keeps at once, in order).
    void send(uint32_t first, uint32_t count, size_t bytes) {
        for (uint32_t n = first; n < first + count; n++)
            e100.wire().send(numbered_frame(n, bytes));
        e100.settle();
    }
    uint32_t counter(Counter which) { return e100.counters()[which]; }
};

TEST_F(Fifo, DeliversAtStartInOrder) {
    send(1, 2, 1000);
    EXPECT_EQ(e100.stat(), 0);
    RfdRing ring(memory, 4);
    e100.start_receiving(ring);
    ASSERT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(ring.frame(0), numbered_frame(1, 1000));
    EXPECT_EQ(ring.frame(1), numbered_frame(2, 1000));
    EXPECT_EQ(e100.stat(), stat::fr);
    e100.wire().send(numbered_frame(3, 200));
    ASSERT_TRUE(ring.wait_complete(2));
    EXPECT_EQ(ring.frame(2), numbered_frame(3, 200));
    EXPECT_EQ(counter(Counter::RxGoodFrames), 4u);
    EXPECT_EQ(counter(Counter::RxResourceErrors), 0u);
}

TEST_F(Fifo, HoldsTwoFullFramesAndCountsWhatIsLost) {
    send(1, 5, 1514);
    RfdRing ring(memory, 8);
    e100.start_receiving(ring);
    ASSERT_TRUE(ring.wait_complete(0));
    ASSERT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(ring.frame(0), numbered_frame(1, 1514));
    EXPECT_EQ(ring.frame(1), numbered_frame(2, 1514));
    e100.wire().send(numbered_frame(9, 100));
    ASSERT_TRUE(ring.wait_complete(2));
    EXPECT_EQ(ring.frame(2), numbered_frame(9, 100));
    auto counters = e100.counters();
    EXPECT_EQ(counters[Counter::RxGoodFrames], 4u);
    // Each frame that came is counted exactly once: stored, or lost in one way or the other.
    EXPECT_EQ(counters[Counter::RxResourceErrors] + counters[Counter::RxOverruns], 3u);
}

TEST_F(Fifo, DeliveryStopsAtTheEndOfTheNewListToo) {
    send(1, 2, 500);
    RfdRing one(memory, 1), two(memory, 1);
    e100.start_receiving(one);
    ASSERT_TRUE(one.wait_complete(0));
    EXPECT_EQ(e100.ru(), RuStatus::NoResources);
    EXPECT_EQ(e100.stat(), stat::fr | stat::rnr);
    e100.start_receiving(two);
    ASSERT_TRUE(two.wait_complete(0));
    EXPECT_EQ(two.frame(0), numbered_frame(2, 500));
}

TEST_F(Fifo, FramesForOthersTakeNoRoom) {
    for (uint32_t n = 0; n < 10; n++)
        e100.wire().send(numbered_frame(n, 1514, {2, 0, 0, 0, 0, 9}));
    send(1, 2, 1514);
    RfdRing ring(memory, 4);
    e100.start_receiving(ring);
    ASSERT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(ring.frame(1), numbered_frame(2, 1514));
    EXPECT_EQ(counter(Counter::RxResourceErrors), 0u);
}

TEST_F(Fifo, AbortEmptiesIt) {
    send(1, 1, 200);
    e100.command(RuCommand::Abort);
    RfdRing ring(memory, 2);
    e100.start_receiving(ring);
    send(2, 1, 200);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), numbered_frame(2, 200));
}

TEST_F(Fifo, SuspendedUnitKeepsFramesForResume) {
    RfdRing ring(memory, 4);
    ring.set_command(0, rfd_command::suspend);
    e100.start_receiving(ring);
    send(1, 3, 300);
    EXPECT_EQ(e100.ru(), RuStatus::Suspended);
    e100.command(RuCommand::Resume);
    ASSERT_TRUE(ring.wait_complete(2));
    EXPECT_EQ(ring.frame(1), numbered_frame(2, 300));
    EXPECT_EQ(ring.frame(2), numbered_frame(3, 300));
}

TEST(FifoOf82557, DoesNotExist) {
    E100Harness e100({.properties = "chip=82557b"});
    e100.bring_up();
    exhaust(e100, 0);
    e100.wire().send(numbered_frame(1, 200));
    e100.settle();
    RfdRing ring(e100.memory(), 2);
    e100.start_receiving(ring);
    e100.wire().send(numbered_frame(2, 200));
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), numbered_frame(2, 200));
    EXPECT_EQ(e100.counters()[Counter::RxResourceErrors], 1u);
}

/// With and without a FIFO on the card.
class Backpressure : public ::testing::TestWithParam<const char*> {
  protected:
    E100Harness e100{{.properties = std::string("backpressure=on,chip=") + GetParam()}};
};

TEST_P(Backpressure, LosesNothing) {
    e100.bring_up();
    exhaust(e100, 0);
    constexpr uint32_t frames = 64;
    uint32_t sent = 1;
    while (sent <= frames && e100.wire().try_send(numbered_frame(sent, 1000)))
        sent++;
    e100.settle();
    RfdRing ring(e100.memory(), frames + 1, {.end_of_list = false});
    e100.start_receiving(ring);
    for (; sent <= frames; sent++)
        e100.wire().send(numbered_frame(sent, 1000));
    for (uint32_t n = 1; n <= frames; n++) {
        ASSERT_TRUE(ring.wait_complete(n - 1)) << n;
        ASSERT_EQ(ring.frame(n - 1), numbered_frame(n, 1000)) << n;
    }
    auto counters = e100.counters();
    EXPECT_EQ(counters[Counter::RxGoodFrames], frames + 1);
    EXPECT_EQ(counters[Counter::RxResourceErrors] + counters[Counter::RxOverruns], 0u);
}

TEST_P(Backpressure, IdleUnitDoesNotHoldTheWireBack) {
    for (uint32_t n = 0; n < 100; n++)
        e100.wire().send(numbered_frame(n, 1000)); // would block if nobody took them
    e100.settle();
    EXPECT_EQ(e100.stat(), 0);
}

INSTANTIATE_TEST_SUITE_P(Chips, Backpressure, ::testing::Values("82557b", "82559c"),
                         [](const auto& info) { return std::string("Chip") + info.param; });

} // namespace
} // namespace qtest
