// SPDX-License-Identifier: GPL-2.0-or-later
// The limits of the softirq loop: ten passes, two milliseconds in jiffies, need_resched; then ksoftirqd takes
// over.
#include <gtest/gtest.h>
#include <string_view>

#include "arch/clock.h"
#include "arch/hosted/machine.h"
#include "interrupts.h"
#include "kernel/context.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"
#include "kernel/timer.h"

namespace {

using guest_test::interrupt;
using guest_test::let_others_run;
using kernel::Softirq;

/// A softirq that raises itself again and again, each time after spending `ns_per_run`.
struct Flood {
    unsigned inline_runs = 0, ksoftirqd_runs = 0;
    uint64_t ns_per_run = 0;
    bool stopped = false, stop_in_ksoftirqd = true, resched = false;

    void run() {
        const bool in_ksoftirqd = std::string_view(kernel::current_thread()->name).starts_with("ksoftirqd");
        (in_ksoftirqd ? ksoftirqd_runs : inline_runs)++;
        if (ns_per_run > 0)
            hosted::advance_ns(ns_per_run);
        if (resched)
            kernel::set_need_resched();
        if (!stopped && !(in_ksoftirqd && stop_in_ksoftirqd))
            kernel::raise_softirq(Softirq::Block);
    }
};
Flood flood;

class SoftirqLimits : public testing::Test {
  protected:
    void SetUp() override {
        flood = {};
        kernel::open_softirq(Softirq::Block, [] { flood.run(); });
        let_others_run();
        before_ = kernel::softirq_stats(0);
    }
    void TearDown() override {
        flood.stopped = true;
        let_others_run();
        EXPECT_EQ(kernel::softirq_watch(0).broken, broken_before_);
    }
    static void start() {
        interrupt([] { kernel::raise_softirq_irqoff(Softirq::Block); });
    }
    kernel::SoftirqStats now() const { return kernel::softirq_stats(0); }
    kernel::SoftirqStats before_;

  private:
    const decltype(kernel::SoftirqWatch::broken) broken_before_ = kernel::softirq_watch(0).broken;
};

TEST_F(SoftirqLimits, TenPassesThenKsoftirqd) {
    guest_test::WithoutTick no_other_limit;
    start();
    EXPECT_EQ(flood.inline_runs, 10u);
    EXPECT_EQ(flood.ksoftirqd_runs, 1u) << "what was left pending";
    EXPECT_EQ(now().pass_limit - before_.pass_limit, 1u);
    EXPECT_EQ(now().time_limit, before_.time_limit);
    EXPECT_EQ(now().resched_limit, before_.resched_limit);
    EXPECT_EQ(now().passes[10] - before_.passes[10], 1u);
    EXPECT_EQ(now().ksoftirqd_wakeups - before_.ksoftirqd_wakeups, 1u);
}

TEST_F(SoftirqLimits, TheSameAtBhEnable) {
    guest_test::WithoutTick no_other_limit;
    kernel::local_bh_disable();
    kernel::raise_softirq(Softirq::Block);
    kernel::local_bh_enable();
    EXPECT_EQ(flood.inline_runs, 10u);
    EXPECT_EQ(flood.ksoftirqd_runs, 1u);
}

TEST_F(SoftirqLimits, ALongHandlerEndsTheRunByTime) {
    flood.ns_per_run = 3 * kernel::ns_per_jiffy;
    start();
    EXPECT_EQ(flood.inline_runs, 1u);
    EXPECT_EQ(now().time_limit - before_.time_limit, 1u);
    EXPECT_EQ(now().passes[1] - before_.passes[1], 2u) << "inline, then ksoftirqd";
    EXPECT_GE(now().longest_run_ns, flood.ns_per_run);
}

TEST_F(SoftirqLimits, TimeIsMeasuredInJiffies) {
    flood.ns_per_run = kernel::ns_per_jiffy / 4;
    guest_test::spend_until_tick();
    start();
    // 2 ms are one jiffy at HZ = 250; it passes with the fourth run.
    EXPECT_EQ(flood.inline_runs, 4u);
    EXPECT_EQ(now().time_limit - before_.time_limit, 1u);
}

TEST_F(SoftirqLimits, NeedReschedEndsTheRunInTheFirstPass) {
    guest_test::WithoutTick no_other_limit;
    flood.resched = true;
    start();
    EXPECT_EQ(flood.inline_runs, 1u);
    EXPECT_EQ(now().resched_limit - before_.resched_limit, 1u);
    EXPECT_EQ(now().pass_limit, before_.pass_limit);
}

TEST_F(SoftirqLimits, ARunThatEndsByItselfWakesNobody) {
    guest_test::WithoutTick no_other_limit;
    flood.stopped = true;
    start();
    EXPECT_EQ(flood.inline_runs, 1u);
    EXPECT_EQ(now().ksoftirqd_wakeups, before_.ksoftirqd_wakeups);
    EXPECT_EQ(now().passes[1] - before_.passes[1], 1u);
}

TEST_F(SoftirqLimits, WhatRunsInlineIsNotTheThreadsTime) {
    guest_test::WithoutTick no_other_limit;
    flood.ns_per_run = 300'000;
    const uint64_t begin = kernel::thread_cpu_ns();
    start();
    hosted::advance_ns(70'000);
    const uint64_t own = kernel::thread_cpu_ns() - begin;
    EXPECT_GE(now().inline_ns - before_.inline_ns, 10 * flood.ns_per_run);
    EXPECT_GE(own, 70'000u);
    EXPECT_LT(own, flood.ns_per_run);
}

TEST_F(SoftirqLimits, KsoftirqdSharesTheCpu) {
    flood.stop_in_ksoftirqd = false;
    flood.ns_per_run = 100'000;
    const uint64_t begin = kernel::current_thread()->run_ns;
    start();
    for (const uint64_t end = arch::now_ns() + 200 * kernel::ns_per_jiffy; arch::now_ns() < end;)
        hosted::advance_ns(100'000);
    kernel::yield();
    const uint64_t own = kernel::current_thread()->run_ns - begin;
    EXPECT_GT(own, 80 * kernel::ns_per_jiffy);
    EXPECT_LT(own, 120 * kernel::ns_per_jiffy);
    EXPECT_GT(flood.ksoftirqd_runs, 1000u);
}

TEST_F(SoftirqLimits, TimersRunWhileAnotherVectorFloods) {
    struct Periodic : kernel::TimerEvent {
        unsigned rang = 0;
    } timer;
    timer.argument = &timer;
    timer.function = [](void* self) {
        auto& own = *static_cast<Periodic*>(self);
        own.rang++;
        kernel::timer_arm(own, kernel::jiffies() + 1);
    };
    flood.stop_in_ksoftirqd = false;
    flood.ns_per_run = kernel::ns_per_jiffy / 8;
    kernel::timer_arm(timer, kernel::jiffies() + 1);
    start();
    const uint64_t begin = kernel::jiffies();
    while (kernel::jiffies() < begin + 100)
        hosted::advance_ns(10'000);
    kernel::timer_cancel(timer);
    // When ksoftirqd's turn ends with the timer pending, that waits for the next interrupt's exit: one tick.
    EXPECT_GE(timer.rang, 45u);
    EXPECT_GT(flood.ksoftirqd_runs, 100u);
}

TEST_F(SoftirqLimits, TimersRunBeforeTheFloodInEachPass) {
    // The flood's handler lets a tick pass; the timer's turn is the next pass, not after the flood.
    static unsigned flood_runs_at_ring;
    kernel::TimerEvent timer;
    timer.function = [](void*) { flood_runs_at_ring = flood.inline_runs + flood.ksoftirqd_runs; };
    flood.stop_in_ksoftirqd = false;
    flood.ns_per_run = kernel::ns_per_jiffy / 2;
    guest_test::spend_until_tick();
    kernel::timer_arm(timer, kernel::jiffies() + 1);
    start();
    flood.stopped = true;
    let_others_run();
    EXPECT_EQ(flood_runs_at_ring, 2u);
}

} // namespace
