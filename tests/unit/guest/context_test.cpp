// SPDX-License-Identifier: GPL-2.0-or-later
// The preempt count: what context code runs in, and what may run below it.
#include "kernel/context.h"

#include <gtest/gtest.h>

#include "arch/cpu.h"
#include "interrupts.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"

namespace {

using guest_test::interrupt;
using kernel::ExecutionContext;
using kernel::Softirq;

TEST(Context, TasksAreInNone) {
    EXPECT_EQ(kernel::execution_context(), ExecutionContext::Task);
    EXPECT_FALSE(kernel::in_interrupt());
    EXPECT_FALSE(kernel::in_atomic());
}

TEST(Context, HandlersAreInHardirq) {
    bool ran = false;
    interrupt([&] {
        ran = true;
        EXPECT_EQ(kernel::execution_context(), ExecutionContext::Hardirq);
        EXPECT_TRUE(kernel::in_hardirq());
        EXPECT_TRUE(kernel::in_interrupt());
        EXPECT_FALSE(arch::irqs_enabled());
    });
    EXPECT_TRUE(ran);
    EXPECT_FALSE(kernel::in_hardirq());
}

TEST(Context, DisabledBottomHalvesAreNotServing) {
    kernel::BhGuard guard;
    EXPECT_EQ(kernel::execution_context(), ExecutionContext::BhDisabled);
    EXPECT_TRUE(kernel::in_interrupt());
    EXPECT_FALSE(kernel::in_serving_softirq());
    kernel::BhGuard nested;
    EXPECT_EQ(kernel::execution_context(), ExecutionContext::BhDisabled);
}

TEST(Context, AHandlerOverSoftirqIsHardirqThenSoftirqAgain) {
    static ExecutionContext in_handler, after_handler, with_bh_off;
    kernel::open_softirq(Softirq::Tasklet, [] {
        interrupt([] { in_handler = kernel::execution_context(); });
        after_handler = kernel::execution_context();
        kernel::BhGuard guard;
        with_bh_off = kernel::execution_context();
    });
    interrupt([] { kernel::raise_softirq_irqoff(Softirq::Tasklet); });
    EXPECT_EQ(in_handler, ExecutionContext::Hardirq);
    EXPECT_EQ(after_handler, ExecutionContext::Softirq);
    EXPECT_EQ(with_bh_off, ExecutionContext::Softirq);
}

uint64_t executed(Softirq vector) { return kernel::softirq_stats(0).executed[static_cast<unsigned>(vector)]; }

TEST(Context, InterruptsDoNotRunSoftirqsBelowDisabledBottomHalves) {
    kernel::open_softirq(Softirq::Tasklet, [] {});
    const uint64_t before = executed(Softirq::Tasklet);
    {
        kernel::BhGuard outer;
        {
            kernel::BhGuard inner;
            interrupt([] { kernel::raise_softirq_irqoff(Softirq::Tasklet); });
            EXPECT_EQ(executed(Softirq::Tasklet), before);
        }
        EXPECT_EQ(executed(Softirq::Tasklet), before) << "only the outermost enable runs softirqs";
    }
    EXPECT_EQ(executed(Softirq::Tasklet), before + 1);
}

TEST(Context, EnablingBottomHalvesInAHandlerRunsNothing) {
    kernel::open_softirq(Softirq::Tasklet, [] { EXPECT_FALSE(kernel::in_hardirq()); });
    interrupt([] {
        const uint64_t before = executed(Softirq::Tasklet);
        {
            kernel::BhGuard guard;
            kernel::raise_softirq_irqoff(Softirq::Tasklet);
        }
        EXPECT_EQ(executed(Softirq::Tasklet), before);
    });
}

TEST(Context, EnablingBottomHalvesKeepsInterruptsAsTheyWere) {
    kernel::open_softirq(Softirq::Tasklet, [] {});
    {
        kernel::BhGuard guard;
        kernel::raise_softirq(Softirq::Tasklet);
    }
    EXPECT_TRUE(arch::irqs_enabled());
}

using ContextDeathTest = testing::Test;

TEST(ContextDeathTest, NobodySleepsWithBottomHalvesDisabled) {
    EXPECT_DEATH(
        {
            kernel::BhGuard guard;
            kernel::yield();
        },
        "scheduling while atomic");
}

TEST(ContextDeathTest, NobodySleepsInAHandler) {
    EXPECT_DEATH(interrupt([] { kernel::sleep_ns(1000); }), "scheduling while atomic");
}

} // namespace
