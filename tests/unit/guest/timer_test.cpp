// SPDX-License-Identifier: GPL-2.0-or-later
// Timers and jiffies.
#include "kernel/timer.h"

#include <gtest/gtest.h>
#include <vector>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/hosted/machine.h"
#include "interrupts.h"
#include "kernel/context.h"
#include "kernel/thread.h"

namespace {

using kernel::jiffies;
using kernel::TimerEvent;

/// Counts its expiries and notes when they were.
struct Recorder : TimerEvent {
    Recorder() {
        function = [](void* self) { static_cast<Recorder*>(self)->rang_at.push_back(jiffies()); };
        argument = this;
    }
    std::vector<uint64_t> rang_at;
};

void sleep_jiffies(uint64_t n) { kernel::sleep_ns(n * kernel::ns_per_jiffy); }

TEST(Jiffies, FollowTheClock) {
    const uint64_t before = jiffies();
    sleep_jiffies(10);
    EXPECT_GE(jiffies() - before, 10u);
    EXPECT_LE(jiffies() - before, 11u);
    EXPECT_EQ(jiffies(), arch::now_ns() / kernel::ns_per_jiffy);
}

TEST(Jiffies, TicksLostWithInterruptsOffAreMadeUpFor) {
    const uint64_t before = jiffies();
    {
        arch::IrqGuard guard;
        hosted::advance_ns(20 * kernel::ns_per_jiffy);
        EXPECT_EQ(jiffies(), before);
    }
    EXPECT_GE(jiffies() - before, 20u);
}

TEST(Jiffies, MillisecondsRoundUp) {
    EXPECT_EQ(kernel::msecs_to_jiffies(0), 0u);
    EXPECT_EQ(kernel::msecs_to_jiffies(1), 1u);
    EXPECT_EQ(kernel::msecs_to_jiffies(2), 1u);
    EXPECT_EQ(kernel::msecs_to_jiffies(4), 1u);
    EXPECT_EQ(kernel::msecs_to_jiffies(5), 2u);
    EXPECT_EQ(kernel::msecs_to_jiffies(1000), kernel::hz);
}

TEST(Timer, RingsOnceWhenDue) {
    Recorder timer;
    const uint64_t due = jiffies() + 5;
    kernel::timer_arm(timer, due);
    sleep_jiffies(3);
    EXPECT_TRUE(timer.rang_at.empty());
    sleep_jiffies(20);
    EXPECT_EQ(timer.rang_at, std::vector{due});
}

TEST(Timer, RunsInSoftirqWithInterruptsOn) {
    static kernel::ExecutionContext context;
    static bool interrupts_on = false;
    TimerEvent timer;
    timer.function = [](void*) {
        context = kernel::execution_context();
        interrupts_on = arch::irqs_enabled();
    };
    kernel::timer_arm(timer, jiffies() + 1);
    sleep_jiffies(3);
    EXPECT_EQ(context, kernel::ExecutionContext::Softirq);
    EXPECT_TRUE(interrupts_on);
}

TEST(Timer, InOrderOfExpiryThenOfArming) {
    static std::vector<int> order;
    order.clear();
    struct Numbered : TimerEvent {
        int number = 0;
    };
    Numbered timers[4];
    const uint64_t offsets[4] = {7, 3, 7, 1};
    const uint64_t now = jiffies();
    for (int i = 0; i < 4; i++) {
        timers[i].number = i;
        timers[i].argument = &timers[i];
        timers[i].function = [](void* self) { order.push_back(static_cast<Numbered*>(self)->number); };
        kernel::timer_arm(timers[i], now + offsets[i]);
    }
    sleep_jiffies(10);
    EXPECT_EQ(order, (std::vector{3, 1, 0, 2}));
}

TEST(Timer, ArmingAnewMovesIt) {
    Recorder timer;
    const uint64_t now = jiffies();
    kernel::timer_arm(timer, now + 2);
    kernel::timer_arm(timer, now + 6);
    sleep_jiffies(12);
    EXPECT_EQ(timer.rang_at, std::vector{now + 6});
}

TEST(Timer, ACallbackMayArmItsTimer) {
    struct Periodic : TimerEvent {
        int rang = 0;
    } timer;
    timer.argument = &timer;
    timer.function = [](void* self) {
        auto& own = *static_cast<Periodic*>(self);
        own.rang++;
        kernel::timer_arm(own, own.expires + 2);
    };
    kernel::timer_arm(timer, jiffies() + 2);
    sleep_jiffies(20);
    kernel::timer_cancel(timer);
    EXPECT_GE(timer.rang, 9);
    EXPECT_LE(timer.rang, 10);
}

TEST(Timer, CancelledOnesDoNotRing) {
    Recorder timer, other;
    kernel::timer_arm(timer, jiffies() + 2);
    kernel::timer_arm(other, jiffies() + 2);
    kernel::timer_cancel(timer);
    kernel::timer_cancel(timer); // harmless
    sleep_jiffies(5);
    EXPECT_TRUE(timer.rang_at.empty());
    EXPECT_EQ(other.rang_at.size(), 1u);
}

TEST(Timer, WaitsWhileBottomHalvesAreDisabled) {
    Recorder timer;
    kernel::timer_arm(timer, jiffies() + 1);
    {
        kernel::BhGuard guard;
        guest_test::spend_until_tick();
        guest_test::spend_until_tick();
        EXPECT_TRUE(timer.rang_at.empty());
    }
    EXPECT_EQ(timer.rang_at.size(), 1u);
}

TEST(Timer, RingsOnTheCpuThatArmedIt) {
    Recorder timer;
    kernel::timer_arm(timer, jiffies() + 1);
    EXPECT_EQ(timer.cpu, 0u);
    hosted::pretend_cpu(1, 2);
    {
        kernel::BhGuard guard; // what another CPU does in this time
        hosted::advance_ns(3 * kernel::ns_per_jiffy);
        EXPECT_TRUE(timer.rang_at.empty());
    }
    hosted::pretend_cpu(0, 1);
    sleep_jiffies(2);
    EXPECT_EQ(timer.rang_at.size(), 1u);
}

} // namespace
