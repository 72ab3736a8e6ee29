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

INSTANTIATE_TEST_SUITE_P(Policies, Starvation, testing::Values(RnrPolicy::Linux, RnrPolicy::Resume));

} // namespace
} // namespace cosim
