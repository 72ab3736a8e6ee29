// SPDX-License-Identifier: GPL-2.0-or-later
// High-resolution timers: exact to the nanosecond of the simulated clock, in hard-irq context.
#include "kernel/hrtimer.h"

#include <gtest/gtest.h>
#include <vector>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/hosted/machine.h"
#include "interrupts.h"
#include "kernel/context.h"

namespace {

/// Rings, notes when, and may arm itself again.
struct Bell {
    kernel::HrTimer timer;
    std::vector<uint64_t> rung;
    bool hardirq = true;
    uint64_t period = 0;
    unsigned repeats = 0;

    Bell() {
        timer.argument = this;
        timer.function = [](void* self) { static_cast<Bell*>(self)->ring(); };
    }
    ~Bell() { kernel::hrtimer_cancel(timer); }
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;
    void ring() {
        rung.push_back(arch::now_ns());
        hardirq &= kernel::in_hardirq() && !arch::irqs_enabled();
        if (repeats && repeats--)
            kernel::hrtimer_arm(timer, timer.expires_ns + period);
    }
};

/// What lies between a deadline and the callback's look at the clock: interrupt entry, and looks.
constexpr uint64_t latency_ns = 300;

class HrTimer : public testing::Test {
  protected:
    guest_test::WithoutTick only_the_alarm;
};

TEST_F(HrTimer, RingsAtItsTimeInHardIrqContext) {
    Bell bell;
    const uint64_t deadline = arch::now_ns() + 20'000;
    kernel::hrtimer_arm(bell.timer, deadline);
    hosted::advance_ns(19'000);
    EXPECT_TRUE(bell.rung.empty());
    hosted::advance_ns(2'000);
    ASSERT_EQ(bell.rung.size(), 1u);
    EXPECT_GE(bell.rung[0], deadline);
    EXPECT_LE(bell.rung[0], deadline + latency_ns);
    EXPECT_TRUE(bell.hardirq);
    hosted::advance_ns(1'000'000);
    EXPECT_EQ(bell.rung.size(), 1u) << "once";
}

TEST_F(HrTimer, InOrderOfExpiryWhateverTheOrderOfArming) {
    Bell late, early, middle;
    const uint64_t now = arch::now_ns();
    kernel::hrtimer_arm(late.timer, now + 30'000);
    kernel::hrtimer_arm(early.timer, now + 10'000);
    kernel::hrtimer_arm(middle.timer, now + 20'000);
    hosted::advance_ns(100'000);
    ASSERT_EQ(early.rung.size() + middle.rung.size() + late.rung.size(), 3u);
    EXPECT_LE(early.rung[0], now + 10'000 + latency_ns);
    EXPECT_LE(middle.rung[0], now + 20'000 + latency_ns);
    EXPECT_LE(late.rung[0], now + 30'000 + latency_ns);
}

TEST_F(HrTimer, CancelledNeverRings) {
    Bell first, second;
    kernel::hrtimer_arm(first.timer, arch::now_ns() + 10'000);
    kernel::hrtimer_arm(second.timer, arch::now_ns() + 20'000);
    kernel::hrtimer_cancel(first.timer);
    kernel::hrtimer_cancel(first.timer);
    hosted::advance_ns(100'000);
    EXPECT_TRUE(first.rung.empty());
    EXPECT_EQ(second.rung.size(), 1u) << "the alarm was the first one's";
}

TEST_F(HrTimer, ArmedAgainIsMoved) {
    Bell bell;
    const uint64_t now = arch::now_ns();
    kernel::hrtimer_arm(bell.timer, now + 10'000);
    kernel::hrtimer_arm(bell.timer, now + 50'000);
    hosted::advance_ns(40'000);
    EXPECT_TRUE(bell.rung.empty());
    hosted::advance_ns(20'000);
    EXPECT_EQ(bell.rung.size(), 1u);
}

TEST_F(HrTimer, MayArmItselfInItsCallback) {
    Bell bell;
    const uint64_t begin = arch::now_ns();
    bell.period = 5'000;
    bell.repeats = 9;
    kernel::hrtimer_arm(bell.timer, begin + 5'000);
    hosted::advance_ns(200'000);
    ASSERT_EQ(bell.rung.size(), 10u);
    for (std::size_t i = 0; i < 10; i++)
        EXPECT_LE(bell.rung[i], begin + (i + 1) * 5'000 + latency_ns) << i;
}

TEST_F(HrTimer, ThatHasExpiredWhenItIsArmedRingsAtOnce) {
    Bell bell;
    kernel::hrtimer_arm(bell.timer, arch::now_ns());
    hosted::advance_ns(latency_ns);
    EXPECT_EQ(bell.rung.size(), 1u);
}

TEST_F(HrTimer, WaitsForInterruptsToBeOn) {
    Bell bell;
    {
        arch::IrqGuard off;
        kernel::hrtimer_arm(bell.timer, arch::now_ns() + 1'000);
        hosted::advance_ns(50'000);
        EXPECT_TRUE(bell.rung.empty());
    }
    EXPECT_EQ(bell.rung.size(), 1u);
}

} // namespace
