// SPDX-License-Identifier: GPL-2.0-or-later
// The watch sees each rule of softirqs broken, and none where the loop keeps them.
#include <algorithm>
#include <gtest/gtest.h>

#include "arch/hosted/machine.h"
#include "interrupts.h"
#include "kernel/context.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"
#include "kernel/timer.h"

namespace {

using kernel::Softirq;
using kernel::SoftirqOrigin;
using kernel::SoftirqRule;
using kernel::SoftirqWatch;

constexpr uint32_t hi = 1, timer = 2, net_rx = 8;
constexpr unsigned hi_vector = 0, timer_vector = 1, net_rx_vector = 3;

class Watched : public testing::Test {
  protected:
    /// The loop does what it should, one vector in each pass.
    void pass(uint32_t vectors = net_rx, unsigned vector = net_rx_vector) {
        watch.pass_begins(vectors);
        watch.handler_begins(vector);
        watch.handler_ends();
        watch.pass_ends();
    }
    void expect_only(SoftirqRule rule) const {
        for (unsigned each = 0; each < kernel::softirq_rules; each++)
            EXPECT_EQ(watch.broken[each], each == static_cast<unsigned>(rule))
                << kernel::softirq_rule_names[each];
    }
    void expect_none() const { expect_only(SoftirqRule::Count); }

    guest_test::WithoutTick no_other_time;
    SoftirqWatch watch;
};

TEST_F(Watched, TenPassesAreARun) {
    watch.run_begins(SoftirqOrigin::IrqExit);
    for (unsigned i = 0; i < kernel::max_softirq_passes; i++)
        pass();
    expect_none();
    pass();
    expect_only(SoftirqRule::Limits);
}

TEST_F(Watched, EachRunHasItsPassesAnew) {
    for (unsigned run = 0; run < 3; run++) {
        watch.run_begins(SoftirqOrigin::BhEnable);
        for (unsigned i = 0; i < kernel::max_softirq_passes; i++)
            pass();
    }
    expect_none();
}

TEST_F(Watched, WithoutLimitsThereAreNone) {
    kernel::set_softirq_policy(kernel::SoftirqPolicy::InlineAlways);
    watch.run_begins(SoftirqOrigin::IrqExit);
    for (unsigned i = 0; i < 100; i++)
        pass();
    kernel::set_softirq_policy(kernel::SoftirqPolicy::Linux);
    expect_none();
}

TEST(SoftirqWatch, APassThatBeginsTooLate) {
    SoftirqWatch watch;
    watch.run_begins(SoftirqOrigin::IrqExit);
    watch.pass_begins(net_rx);
    guest_test::spend_until_tick();
    watch.pass_ends();
    watch.pass_begins(net_rx);
    EXPECT_EQ(watch.broken[static_cast<unsigned>(SoftirqRule::Limits)], 1u);
}

TEST_F(Watched, APassAlthoughAThreadWaits) {
    watch.run_begins(SoftirqOrigin::IrqExit);
    watch.pass_begins(net_rx);
    kernel::set_need_resched();
    watch.pass_ends();
    watch.pass_begins(net_rx);
    kernel::yield();
    expect_only(SoftirqRule::Resched);
}

TEST_F(Watched, AHandlerWithInterruptsOff) {
    watch.run_begins(SoftirqOrigin::IrqExit);
    watch.pass_begins(net_rx);
    arch::IrqGuard guard;
    watch.handler_begins(net_rx_vector);
    expect_only(SoftirqRule::Context);
}

TEST_F(Watched, AHandlerInAnInterrupt) {
    watch.run_begins(SoftirqOrigin::IrqExit);
    watch.pass_begins(net_rx);
    kernel::irq_enter();
    watch.handler_begins(net_rx_vector);
    kernel::irq_exit();
    expect_only(SoftirqRule::Context);
}

TEST_F(Watched, AHandlerInsideAnother) {
    watch.run_begins(SoftirqOrigin::IrqExit);
    watch.pass_begins(timer | net_rx);
    watch.handler_begins(timer_vector);
    watch.handler_begins(net_rx_vector);
    expect_only(SoftirqRule::Context);
}

TEST_F(Watched, TheHigherVectorFirst) {
    watch.run_begins(SoftirqOrigin::IrqExit);
    watch.pass_begins(hi | net_rx);
    for (const unsigned vector : {net_rx_vector, hi_vector}) {
        watch.handler_begins(vector);
        watch.handler_ends();
    }
    expect_only(SoftirqRule::Order);
}

TEST_F(Watched, AVectorThatIsNotOfThisPass) {
    watch.run_begins(SoftirqOrigin::IrqExit);
    watch.pass_begins(hi);
    watch.handler_begins(net_rx_vector);
    expect_only(SoftirqRule::Order);
}

TEST_F(Watched, IdleWithSoftirqsPending) {
    watch.idles(false, true);
    watch.idles(true, false); // it has been woken, and need_resched says so
    expect_none();
    watch.idles(true, true);
    expect_only(SoftirqRule::Asleep);
}

TEST_F(Watched, WaitsAndPassesAreMeasured) {
    watch.raised(Softirq::NetRx);
    hosted::advance_ns(3000);
    watch.raised(Softirq::Timer);
    hosted::advance_ns(500);
    watch.run_begins(SoftirqOrigin::IrqExit);
    watch.pass_begins(timer | net_rx);
    hosted::advance_ns(7000);
    watch.pass_ends();
    EXPECT_GE(watch.longest_wait_ns, 3500u);
    EXPECT_LT(watch.longest_wait_ns, 7000u);
    EXPECT_GE(watch.longest_pass_ns, 7000u);
    EXPECT_LT(watch.longest_pass_ns, 10'000u);
}

} // namespace
