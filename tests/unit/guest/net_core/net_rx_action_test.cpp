// SPDX-License-Identifier: GPL-2.0-or-later
// The NET_RX softirq: budget, time, and whose turn it is.
#include <gtest/gtest.h>

#include <list>

#include "arch/cpu.h"
#include "arch/hosted/machine.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"
#include "scripted_napi.h"

namespace {

using guest_test::interrupt;
using guest_test::let_others_run;
using guest_test::ScriptedNapi;

constexpr auto net_rx = static_cast<std::size_t>(kernel::Softirq::NetRx);

uint64_t runs() { return kernel::softirq_stats(0).executed[net_rx]; }
uint64_t raises() { return kernel::softirq_stats(0).raised[net_rx]; }
uint64_t squeezes() { return kernel::softnet_stats(0).time_squeeze; }

class NetRxAction : public testing::Test {
  protected:
    guest_test::WithoutTick without_tick;
    std::list<ScriptedNapi> instances;
    std::vector<ScriptedNapi*> order;

    ScriptedNapi& add(int packets, int weight = 16) {
        ScriptedNapi& scripted = instances.emplace_back(weight);
        scripted.packets = packets;
        scripted.order = &order;
        return scripted;
    }
    /// One interrupt that schedules all.
    void schedule_all() {
        interrupt([this] {
            for (ScriptedNapi& each : instances)
                each.interrupt_handler();
        });
    }
};

TEST_F(NetRxAction, OneInstanceIsPolledOncePerRun) {
    add(100);
    const uint64_t runs_before = runs();
    schedule_all();
    EXPECT_EQ(order.size(), 100u / 16 + 1);
    EXPECT_EQ(runs() - runs_before, order.size());
}

TEST_F(NetRxAction, TenRunsAtInterruptExitThenKsoftirqd) {
    ScriptedNapi& busy = add(1000);
    const kernel::Thread* interrupted = kernel::current_thread();
    unsigned polls_there = 0;
    busy.in_poll = [&] { polls_there += kernel::current_thread() == interrupted; };
    schedule_all();
    EXPECT_EQ(polls_there, 10u) << "160 packets";
    EXPECT_EQ(busy.packets, 0) << "ksoftirqd had the rest";
}

TEST_F(NetRxAction, BudgetIsOverAfterNineteenInstancesOfSixteen) {
    for (int i = 0; i < 20; i++)
        add(16);
    const uint64_t squeezes_before = squeezes();
    schedule_all();
    EXPECT_EQ(squeezes() - squeezes_before, 1u) << "304 packets in the first run";
    for (ScriptedNapi& each : instances)
        EXPECT_EQ(each.rearmed, 1u);
}

TEST_F(NetRxAction, EighteenStayWithinIt) {
    for (int i = 0; i < 18; i++)
        add(16);
    const uint64_t squeezes_before = squeezes();
    schedule_all();
    EXPECT_EQ(squeezes(), squeezes_before);
}

TEST_F(NetRxAction, TimeIsOverAfterEightMilliseconds) {
    ScriptedNapi& slow = add(1);
    add(1);
    slow.in_poll = [] { hosted::advance_ns(kernel::netdev_budget_usecs * 1000); };
    const uint64_t squeezes_before = squeezes();
    schedule_all();
    EXPECT_EQ(squeezes() - squeezes_before, 1u);
    EXPECT_EQ(order.size(), 2u) << "the second one follows in the next run";
}

TEST_F(NetRxAction, WhoWasNotPolledComesBeforeNewOnesAndThoseBeforeTheGreedy) {
    ScriptedNapi& greedy = add(40);
    ScriptedNapi& waiting = add(1);
    ScriptedNapi late;
    late.packets = 1;
    late.order = &order;
    bool first = true;
    greedy.in_poll = [&] {
        if (!std::exchange(first, false))
            return;
        interrupt([&] { late.interrupt_handler(); });
        hosted::advance_ns(kernel::netdev_budget_usecs * 1000); // the run ends behind this poll
    };
    schedule_all();
    const std::vector<ScriptedNapi*> expected = {&greedy, &waiting, &late, &greedy, &greedy};
    EXPECT_EQ(order, expected);
}

TEST_F(NetRxAction, TwoGreedyInstancesTakeTurns) {
    ScriptedNapi& a = add(100);
    ScriptedNapi& b = add(100);
    schedule_all();
    for (std::size_t i = 0; i + 1 < order.size(); i++)
        EXPECT_NE(order[i], order[i + 1]) << i; // N5
    EXPECT_EQ(a.packets + b.packets, 0);
}

TEST_F(NetRxAction, ASlowInstanceIsServedInEveryRun) {
    ScriptedNapi& flooded = add(0);
    flooded.poll_instead = [&](int budget) {
        if (order.size() < 50)
            return budget;
        kernel::napi_complete_done(flooded.napi, 0);
        return 0;
    };
    ScriptedNapi& slow = add(16 * 8);
    schedule_all();
    EXPECT_EQ(slow.packets, 0) << "N6: its weight per run, whatever the other one does";
    hosted::timing().tick = true;
    let_others_run();
}

TEST_F(NetRxAction, WhatAPollSchedulesIsPolledInTheSameRunWithoutARaise) {
    ScriptedNapi& first = add(1);
    ScriptedNapi& second = add(1);
    first.in_poll = [&] {
        arch::IrqGuard guard;
        second.interrupt_handler();
    };
    const uint64_t runs_before = runs(), raises_before = raises();
    first.interrupt();
    const std::vector<ScriptedNapi*> expected = {&first, &second};
    EXPECT_EQ(order, expected);
    EXPECT_EQ(runs() - runs_before, 1u);
    EXPECT_EQ(raises() - raises_before, 1u);
}

TEST_F(NetRxAction, HandlersAreNeverCalledWithInterruptsOff) {
    ScriptedNapi& instance = add(1);
    bool interruptible = false;
    instance.in_poll = [&] { interruptible = arch::irqs_enabled(); };
    schedule_all();
    EXPECT_TRUE(interruptible);
}

} // namespace
