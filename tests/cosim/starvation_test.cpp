// SPDX-License-Identifier: GPL-2.0-or-later
// No memory for receive buffers: the ring shrinks, the receiver stops, and all comes back when memory does.
#include "arch/clock.h"
#include "cosim.h"

namespace cosim {
namespace {

using e100::RnrPolicy;

constexpr unsigned never_given_away = 2; ///< the stopper and the descriptor behind it

class Starvation : public Cosim, public testing::WithParamInterface<RnrPolicy> {
  protected:
    void SetUp() override {
        e100::options().rnr_policy = GetParam();
        open();
    }
};

TEST_P(Starvation, FiveSecondsWithoutMemoryThenTrafficResumes) {
    kernel::packet_pool_fail_when([] { return true; });
    const Work before = work();
    stream(5000, 1'000'000);
    const Work starved = work() - before;
    EXPECT_EQ(starved.rx_packets, 254u);
    EXPECT_EQ(adapter().receive.occupied(), never_given_away);
    EXPECT_LE(starved.irq_rnr, 5000u) << "not more than one per frame offered";

    kernel::packet_pool_fail_when(nullptr);
    settle(2800); // the watchdog's software interrupt, then one poll
    EXPECT_EQ(adapter().receive.occupied(), 256u);
    received.clear();
    burst(100);
    settle();
    expect_received_all(100);
}

TEST_P(Starvation, EveryOtherAllocationFails) {
    static unsigned turn;
    kernel::packet_pool_fail_when([] { return ++turn % 2 == 0; });
    stream(3000, 200'000);
    kernel::packet_pool_fail_when(nullptr);
    settle(2800);
    expect_received_all(3000);
}

TEST_P(Starvation, AlmostAllAllocationsFailUnderOverload) {
    static unsigned turn;
    service_ns = 20'000;
    kernel::packet_pool_fail_when([] { return ++turn % 97 != 0; });
    stream(3000, 10'000);
    kernel::packet_pool_fail_when(nullptr);
    service_ns = 0;
    settle(2800);
    received.clear();
    burst(254);
    settle();
    expect_received_all(254);
}

class Recycling : public Cosim {
  protected:
    void SetUp() override {
        e100::options().no_memory = e100::NoMemory::Recycle;
        open();
    }
    void TearDown() override {
        kernel::packet_pool_fail_when(nullptr);
        e100::options() = {};
    }
};

TEST_F(Recycling, WithoutMemoryFramesAreDroppedAndTheRingStaysFull) {
    const uint64_t dropped = kernel::drop_count(kernel::DropReason::Nomem);
    kernel::packet_pool_fail_when([] { return true; });
    const Work before = work();
    stream(1000, 200'000);
    const Work starved = work() - before;
    EXPECT_EQ(starved.rx_packets, 0u);
    EXPECT_EQ(adapter().counters.rx_recycled, 1000u);
    EXPECT_EQ(device().stats.rx_dropped, 1000u);
    EXPECT_EQ(kernel::drop_count(kernel::DropReason::Nomem) - dropped, 1000u);
    EXPECT_EQ(adapter().receive.occupied(), 256u);
    EXPECT_EQ(starved.irq_rnr, 0u);

    kernel::packet_pool_fail_when(nullptr);
    burst(100);
    settle();
    expect_received_all(100); // and none of those before
    close();
}

TEST_F(Recycling, EachFrameEitherGoesUpOrIsDropped) {
    static unsigned turn;
    kernel::packet_pool_fail_when([] { return ++turn % 3 == 0; });
    stream(3000, 200'000);
    EXPECT_EQ(device().stats.rx_packets, 2000u);
    EXPECT_EQ(adapter().counters.rx_recycled, 1000u);
    EXPECT_EQ(adapter().receive.occupied(), 256u);
}

TEST_F(Recycling, AlmostAllAllocationsFailUnderOverload) {
    static unsigned turn;
    kernel::packet_pool_fail_when([] { return ++turn % 97 != 0; });
    stream(3000, 7'000);
    EXPECT_EQ(device().stats.rx_packets, 3000u / 97);
    kernel::packet_pool_fail_when(nullptr);
    received.clear();
    burst(254);
    settle();
    expect_received_all(254);
    EXPECT_EQ(adapter().receive.occupied(), 256u);
}

INSTANTIATE_TEST_SUITE_P(Policies, Starvation, testing::Values(RnrPolicy::Linux, RnrPolicy::Resume));

} // namespace
} // namespace cosim
