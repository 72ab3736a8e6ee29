// SPDX-License-Identifier: GPL-2.0-or-later
// The policies of the softirq loop: who runs softirqs at an exit point, and for how long.
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "arch/cpu.h"
#include "arch/hosted/machine.h"
#include "interrupts.h"
#include "kernel/choice.h"
#include "kernel/context.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"
#include "kernel/timer.h"

namespace {

using guest_test::interrupt;
using guest_test::let_others_run;
using kernel::Softirq;
using kernel::SoftirqPolicy;

bool in_ksoftirqd() { return std::string_view(kernel::current_thread()->name).starts_with("ksoftirqd"); }

/// A softirq that raises itself `left` more times and notes where it runs.
struct Chain {
    unsigned left = 0, inline_runs = 0, ksoftirqd_runs = 0;
    uint64_t ns_per_run = 0;
    bool resched = false;
    void run() {
        (in_ksoftirqd() ? ksoftirqd_runs : inline_runs)++;
        hosted::advance_ns(ns_per_run);
        if (resched)
            kernel::set_need_resched();
        if (left > 0 && left--)
            kernel::raise_softirq(Softirq::Block);
    }
};
Chain chain;

class SoftirqPolicies : public testing::Test {
  protected:
    SoftirqPolicies() {
        chain = {};
        kernel::open_softirq(Softirq::Block, [] { chain.run(); });
        let_others_run(); // ksoftirqd sleeps
    }
    ~SoftirqPolicies() override {
        chain.left = 0;
        kernel::set_softirq_policy(SoftirqPolicy::Linux);
        let_others_run();
        EXPECT_EQ(kernel::softirq_watch(0).broken, before_);
    }
    static void start() {
        interrupt([] { kernel::raise_softirq_irqoff(Softirq::Block); });
    }
    static kernel::SoftirqStats stats() { return kernel::softirq_stats(0); }

  private:
    const decltype(kernel::SoftirqWatch::broken) before_ = kernel::softirq_watch(0).broken;
};

TEST_F(SoftirqPolicies, ThreadedRunsNothingInline) {
    kernel::set_softirq_policy(SoftirqPolicy::Threaded);
    guest_test::WithoutTick only_ours;
    const auto before = stats();
    {
        kernel::PreemptGuard ksoftirqd_has_to_wait;
        start();
        kernel::local_bh_disable();
        kernel::raise_softirq(Softirq::Block);
        kernel::local_bh_enable();
        EXPECT_EQ(chain.inline_runs + chain.ksoftirqd_runs, 0u);
    }
    kernel::yield();
    EXPECT_EQ(chain.inline_runs, 0u);
    EXPECT_EQ(chain.ksoftirqd_runs, 1u) << "bits do not count";
    EXPECT_EQ(stats().left_to_ksoftirqd - before.left_to_ksoftirqd, 2u);
    EXPECT_EQ(stats().ksoftirqd_wakeups - before.ksoftirqd_wakeups, 1u);
}

TEST_F(SoftirqPolicies, ThreadedStillHasTimers) {
    kernel::set_softirq_policy(SoftirqPolicy::Threaded);
    static std::string ran_by;
    kernel::TimerEvent timer;
    timer.function = [](void*) { ran_by = kernel::current_thread()->name; };
    kernel::timer_arm(timer, kernel::jiffies() + 2);
    kernel::sleep_ns(5 * kernel::ns_per_jiffy); // which needs a timer itself
    EXPECT_EQ(ran_by, "ksoftirqd/0");
}

TEST_F(SoftirqPolicies, InlineAlwaysKnowsNoLimit) {
    kernel::set_softirq_policy(SoftirqPolicy::InlineAlways);
    const auto before = stats();
    chain.left = 50;
    chain.ns_per_run = kernel::ns_per_jiffy;
    chain.resched = true;
    start();
    EXPECT_EQ(chain.inline_runs, 51u);
    EXPECT_EQ(chain.ksoftirqd_runs, 0u);
    EXPECT_EQ(stats().time_limit, before.time_limit);
    EXPECT_EQ(stats().pass_limit, before.pass_limit);
    EXPECT_EQ(stats().resched_limit, before.resched_limit);
    EXPECT_EQ(stats().passes.back() - before.passes.back(), 1u) << "counted as ten or more";
}

TEST_F(SoftirqPolicies, InlineAlwaysRunsATasksRaiseAtOnce) {
    kernel::set_softirq_policy(SoftirqPolicy::InlineAlways);
    const auto before = stats();
    kernel::raise_softirq(Softirq::Block);
    EXPECT_EQ(chain.inline_runs, 1u);
    {
        arch::IrqGuard no_exit_point;
        kernel::raise_softirq(Softirq::Block);
        EXPECT_EQ(chain.inline_runs, 1u);
        EXPECT_EQ(stats().ksoftirqd_wakeups - before.ksoftirqd_wakeups, 1u) << "nobody else would come by";
    }
    let_others_run();
    EXPECT_EQ(chain.inline_runs + chain.ksoftirqd_runs, 2u);
}

TEST_F(SoftirqPolicies, DeferLeavesAllToAKsoftirqdThatIsRunnable) {
    kernel::set_softirq_policy(SoftirqPolicy::DeferIfKsoftirqdRunnable);
    guest_test::WithoutTick no_other_limit;
    start();
    EXPECT_EQ(chain.inline_runs, 1u) << "it sleeps: inline as ever";
    const auto before = stats();
    {
        kernel::PreemptGuard ksoftirqd_has_to_wait;
        chain.left = 10;
        start(); // ten passes; the eleventh run is left to ksoftirqd
        EXPECT_EQ(chain.inline_runs, 11u);
        EXPECT_EQ(stats().left_to_ksoftirqd, before.left_to_ksoftirqd);
        start();
        start();
        EXPECT_EQ(chain.inline_runs, 11u) << "ksoftirqd is runnable";
        EXPECT_EQ(stats().left_to_ksoftirqd - before.left_to_ksoftirqd, 2u);
    }
    kernel::yield();
    EXPECT_EQ(chain.ksoftirqd_runs, 1u);
    start();
    EXPECT_EQ(chain.inline_runs, 12u) << "it sleeps again";
}

TEST_F(SoftirqPolicies, LinuxRunsInlineAlthoughKsoftirqdIsRunnable) {
    guest_test::WithoutTick no_other_limit;
    kernel::PreemptGuard ksoftirqd_has_to_wait;
    chain.left = 10;
    start();
    EXPECT_EQ(chain.inline_runs, 10u);
    start();
    EXPECT_EQ(chain.inline_runs, 11u);
}

/// Under each: S1 no nesting, interrupts on; S2 every raise is followed by a run; S4 ascending order; S7 time
/// goes on under a flood; S8 a task's raise is served.
class EachSoftirqPolicy : public SoftirqPolicies, public testing::WithParamInterface<SoftirqPolicy> {
  protected:
    void SetUp() override { kernel::set_softirq_policy(GetParam()); }
};

TEST_P(EachSoftirqPolicy, HandlersAreNotNestedAndInterruptible) {
    static unsigned inside, deepest, runs;
    static bool interruptible, serving;
    inside = deepest = runs = 0;
    interruptible = serving = true;
    kernel::open_softirq(Softirq::Tasklet, [] {
        runs++;
        deepest = std::max(deepest, ++inside);
        interruptible &= arch::irqs_enabled() && !kernel::in_hardirq();
        serving &= kernel::in_serving_softirq();
        if (runs < 5)
            interrupt([] { kernel::raise_softirq_irqoff(Softirq::Tasklet); });
        inside--;
    });
    interrupt([] { kernel::raise_softirq_irqoff(Softirq::Tasklet); });
    let_others_run();
    EXPECT_EQ(runs, 5u);
    EXPECT_EQ(deepest, 1u);
    EXPECT_TRUE(interruptible);
    EXPECT_TRUE(serving);
    EXPECT_FALSE(kernel::local_softirq_pending());
}

TEST_P(EachSoftirqPolicy, AscendingOrder) {
    static std::string order;
    order.clear();
    kernel::open_softirq(Softirq::Hi, [] { order += "0"; });
    kernel::open_softirq(Softirq::IrqPoll, [] { order += "5"; });
    kernel::open_softirq(Softirq::Tasklet, [] { order += "6"; });
    interrupt([] {
        for (Softirq vector : {Softirq::Tasklet, Softirq::Hi, Softirq::IrqPoll})
            kernel::raise_softirq_irqoff(vector);
    });
    let_others_run();
    EXPECT_EQ(order, "056");
}

TEST_P(EachSoftirqPolicy, ATasksRaiseIsServed) {
    kernel::raise_softirq(Softirq::Block);
    guest_test::WithoutTick no_interrupt_comes_by;
    kernel::yield();
    EXPECT_EQ(chain.inline_runs + chain.ksoftirqd_runs, 1u);
}

TEST_P(EachSoftirqPolicy, TimersRunDuringAFlood) {
    static unsigned runs_at_ring;
    runs_at_ring = 0;
    kernel::TimerEvent timer;
    timer.function = [](void*) { runs_at_ring = chain.inline_runs + chain.ksoftirqd_runs; };
    chain.left = 100;
    chain.ns_per_run = kernel::ns_per_jiffy / 4;
    kernel::timer_arm(timer, kernel::jiffies() + 4);
    start();
    while (chain.left)
        let_others_run();
    EXPECT_GT(runs_at_ring, 0u);
    EXPECT_LT(runs_at_ring, 40u);
}

INSTANTIATE_TEST_SUITE_P(Policies, EachSoftirqPolicy,
                         testing::Values(SoftirqPolicy::Linux, SoftirqPolicy::InlineAlways,
                                         SoftirqPolicy::DeferIfKsoftirqdRunnable, SoftirqPolicy::Threaded),
                         [](const auto& info) {
                             return std::string(
                                 kernel::softirq_policy_names[static_cast<std::size_t>(info.param)]);
                         });

TEST(Choice, IsOneOfItsWords) {
    for (const kernel::Choice& choice : kernel::choices()) {
        const unsigned before = choice.get();
        for (unsigned word = 0; word < choice.words.size(); word++) {
            EXPECT_TRUE(kernel::choose(choice, choice.words[word]));
            EXPECT_EQ(choice.get(), word) << choice.name;
        }
        EXPECT_TRUE(kernel::choose(choice, choice.words[before]));
        for (const char* wrong : {"", "linu", "linux ", "MODERN"})
            EXPECT_FALSE(kernel::choose(choice, wrong)) << wrong;
        EXPECT_EQ(choice.get(), before);
    }
}

TEST(Choice, FromTheCommandLine) {
    hosted::take_console_output();
    hosted::set_command_line("softirq_policy=threaded napi_model=v27");
    kernel::choices_from_command_line();
    hosted::set_command_line("");
    EXPECT_EQ(kernel::softirq_policy(), SoftirqPolicy::Threaded);
    kernel::set_softirq_policy(SoftirqPolicy::Linux);
    EXPECT_NE(hosted::take_console_output().find("napi_model takes one of: v2001 v26 modern\n"),
              std::string::npos);
}

} // namespace
