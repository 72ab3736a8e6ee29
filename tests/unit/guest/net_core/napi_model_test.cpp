// SPDX-License-Identifier: GPL-2.0-or-later
// The three generations of net_rx_action(): how many packets a run takes, who is next, and what all of them
// owe to the instances.
#include <gtest/gtest.h>

#include <list>

#include "arch/cpu.h"
#include "arch/hosted/machine.h"
#include "kernel/net_rx_action.h"
#include "kernel/print.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"
#include "kernel/timer.h"
#include "scripted_napi.h"

namespace {

using guest_test::interrupt;
using guest_test::let_others_run;
using guest_test::ScriptedNapi;
using kernel::NapiModel;

constexpr auto net_rx = static_cast<std::size_t>(kernel::Softirq::NetRx);
uint64_t runs() { return kernel::softirq_stats(0).executed[net_rx]; }
uint64_t squeezes() { return kernel::softnet_stats(0).time_squeeze; }

class NapiModels : public testing::Test {
  protected:
    NapiModels() : runs_before(runs()), squeezes_before(squeezes()) {}
    ~NapiModels() override {
        instances.clear();
        kernel::set_napi_model(NapiModel::Modern);
        kernel::netdev_budget = 300;
        hosted::timing().tick = true;
        let_others_run();
    }
    ScriptedNapi& add(int packets, int weight = 16) {
        ScriptedNapi& scripted = instances.emplace_back(weight);
        scripted.packets = packets;
        scripted.order = &order;
        scripted.in_poll = [this] { runs_of_polls.push_back(runs()); };
        return scripted;
    }
    void schedule_all() {
        interrupt([this] {
            for (ScriptedNapi& each : instances)
                each.interrupt_handler();
        });
    }
    /// How many polls the first run made.
    std::ptrdiff_t polls_of_first_run() const {
        return std::count(runs_of_polls.begin(), runs_of_polls.end(), runs_of_polls.front());
    }
    void expect_all_completed() {
        for (ScriptedNapi& each : instances) {
            EXPECT_EQ(each.packets, 0);
            EXPECT_EQ(each.rearmed, 1u);
            EXPECT_EQ(each.napi.stats.schedules, each.napi.stats.completes);
            EXPECT_FALSE(each.napi.state & kernel::napi_state::sched);
        }
    }

    guest_test::WithoutTick without_tick;
    const uint64_t runs_before, squeezes_before;
    std::vector<ScriptedNapi*> order;
    std::vector<uint64_t> runs_of_polls;
    std::list<ScriptedNapi> instances;
};

// One instance, K packets: the golden counts of each generation.

TEST_F(NapiModels, ModernPollsOncePerRun) {
    add(400);
    schedule_all();
    EXPECT_EQ(order.size(), 26u);
    EXPECT_EQ(runs() - runs_before, 26u);
    EXPECT_EQ(squeezes(), squeezes_before);
    expect_all_completed();
}

TEST_F(NapiModels, V26PollsOnInTheSameRunUpTo304Packets) {
    kernel::set_napi_model(NapiModel::V26);
    add(400);
    schedule_all();
    EXPECT_EQ(order.size(), 26u);
    EXPECT_EQ(polls_of_first_run(), 19);
    EXPECT_EQ(squeezes() - squeezes_before, 1u);
    EXPECT_EQ(runs() - runs_before, 2u);
    expect_all_completed();
}

TEST_F(NapiModels, V26DoesNotSqueezeWhoIsJustDone) {
    kernel::set_napi_model(NapiModel::V26);
    add(303); // the nineteenth poll takes 15 and completes
    schedule_all();
    EXPECT_EQ(squeezes(), squeezes_before);
    EXPECT_EQ(runs() - runs_before, 1u);
    expect_all_completed();
}

TEST_F(NapiModels, V2001StopsAtExactly300Packets) {
    kernel::set_napi_model(NapiModel::V2001);
    ScriptedNapi& one = add(400);
    std::vector<int> budgets;
    one.in_poll = nullptr;
    one.poll_instead = [&](int budget) {
        runs_of_polls.push_back(runs());
        budgets.push_back(budget);
        const int work = std::min(budget, one.packets);
        one.packets -= work;
        if (work < budget)
            one.rearmed += kernel::napi_complete_done(one.napi, work);
        return work;
    };
    schedule_all();
    EXPECT_EQ(polls_of_first_run(), 19);
    EXPECT_EQ(budgets[17], 16);
    EXPECT_EQ(budgets[18], 12) << "what is left of the run's budget";
    EXPECT_EQ(budgets[19], 16) << "a new quota";
    EXPECT_EQ(budgets.size(), 26u); // 300 and 6 × 16, and 4
    EXPECT_EQ(squeezes() - squeezes_before, 1u);
    expect_all_completed();
}

TEST_F(NapiModels, V2001SubtractsWhatWasTakenTooMuch) {
    kernel::set_napi_model(NapiModel::V2001);
    ScriptedNapi& greedy = add(0);
    std::vector<int> budgets;
    greedy.in_poll = nullptr;
    greedy.poll_instead = [&](int budget) {
        budgets.push_back(budget);
        if (budgets.size() < 4)
            return budget + (budgets.size() == 1 ? 20 : 0);
        kernel::napi_complete_done(greedy.napi, 0);
        return 0;
    };
    hosted::take_console_output();
    schedule_all();
    // 16 - 36 = -20: the next quota is -4, which is none at all; the one after that 12.
    EXPECT_EQ(budgets, (std::vector<int>{16, 12, 16, 16}));
}

TEST_F(NapiModels, TheBudgetIsATunable) {
    kernel::set_napi_model(NapiModel::V26);
    kernel::netdev_budget = 64;
    add(400);
    schedule_all();
    EXPECT_EQ(polls_of_first_run(), 4);
}

TEST_F(NapiModels, AWeightChangesAtOnce) {
    ScriptedNapi& one = add(400);
    one.in_poll = [&] { one.napi.weight = 64; };
    schedule_all();
    EXPECT_EQ(order.size(), 8u) << "16, 6 × 64, and one that finds nothing";
    one.napi.weight = kernel::unlimited_weight;
    one.packets = 100'000;
    one.interrupt();
    EXPECT_EQ(order.size(), 9u);
    EXPECT_EQ(one.packets, 0);
}

struct TimeLimit {
    NapiModel model;
    std::ptrdiff_t polls; ///< of a quarter of a jiffy each, from a tick on
};
class NapiModelTime : public NapiModels, public testing::WithParamInterface<TimeLimit> {};

/// The old ones look at jiffies: more than one, more than two; the modern one at a clock, and polls once
/// anyway.
TEST_P(NapiModelTime, ARunEnds) {
    kernel::set_napi_model(GetParam().model);
    hosted::timing().tick = true;
    guest_test::spend_until_tick();
    ScriptedNapi& slow = add(1'000, 4);
    slow.in_poll = [this] {
        runs_of_polls.push_back(runs());
        hosted::advance_ns(kernel::ns_per_jiffy / 4);
    };
    schedule_all();
    while (slow.packets)
        let_others_run();
    EXPECT_EQ(polls_of_first_run(), GetParam().polls);
    expect_all_completed();
}

INSTANTIATE_TEST_SUITE_P(Each, NapiModelTime,
                         testing::Values(TimeLimit{NapiModel::V2001, 8}, TimeLimit{NapiModel::V26, 12},
                                         TimeLimit{NapiModel::Modern, 1}),
                         [](const auto& info) {
                             return std::string(
                                 kernel::napi_model_names[static_cast<std::size_t>(info.param.model)]);
                         });

// What all generations owe.

class EachNapiModel : public NapiModels, public testing::WithParamInterface<NapiModel> {
  protected:
    void SetUp() override { kernel::set_napi_model(GetParam()); }
};

TEST_P(EachNapiModel, TwoGreedyInstancesTakeTurns) {
    add(1'600);
    add(1'600);
    schedule_all(); // and ksoftirqd, which interrupts us, does the rest
    for (std::size_t i = 0; i + 2 < order.size(); i++)
        EXPECT_NE(order[i], order[i + 1]) << i << ": N5, at most one poll ahead";
    expect_all_completed();
}

TEST_P(EachNapiModel, ASlowInstanceIsNotStarved) {
    hosted::timing().tick = true;
    ScriptedNapi& flooded = add(0);
    unsigned polls = 0;
    flooded.in_poll = nullptr;
    flooded.poll_instead = [&](int budget) {
        hosted::advance_ns(1'000);
        if (++polls < 2'000)
            return budget;
        flooded.rearmed += kernel::napi_complete_done(flooded.napi, 0);
        return 0;
    };
    ScriptedNapi slow;
    unsigned longest_wait = 0, asked_at = 0;
    slow.in_poll = [&] { longest_wait = std::max(longest_wait, polls - asked_at); };
    constexpr unsigned times = 30;
    for (unsigned i = 1; i <= times; i++)
        guest_test::interrupt_after(i * 50'000, [&] {
            slow.packets++;
            asked_at = polls;
            slow.interrupt_handler();
        });
    schedule_all();
    while (polls < 2'000)
        let_others_run();
    EXPECT_EQ(slow.napi.stats.polls, times) << "each for itself: it is served before the next packet comes";
    EXPECT_EQ(slow.packets, 0);
    EXPECT_LE(longest_wait, 2u) << "N6: behind at most the poll that runs and the one that is queued";
}

TEST_P(EachNapiModel, MissedIsPolledOnceMore) {
    ScriptedNapi& one = add(3);
    bool first = true;
    one.in_poll = [&] {
        if (std::exchange(first, false))
            one.interrupt_handler();
    };
    schedule_all();
    EXPECT_EQ(one.napi.stats.polls, 2u);
    expect_all_completed();
}

TEST_P(EachNapiModel, AnInterruptDuringTheRunIsServedInIt) {
    ScriptedNapi& one = add(1);
    ScriptedNapi late;
    late.packets = 1;
    late.order = &order;
    one.in_poll = [&] { interrupt([&] { late.interrupt_handler(); }); };
    schedule_all();
    EXPECT_EQ(order, (std::vector<ScriptedNapi*>{&one, &late}));
    EXPECT_FALSE(kernel::local_softirq_pending());
}

TEST_P(EachNapiModel, DisableEndsASessionThatNeverDrains) {
    hosted::timing().tick = true;
    ScriptedNapi endless;
    endless.poll_instead = [](int budget) {
        hosted::advance_ns(100'000);
        return budget;
    };
    endless.interrupt();
    kernel::napi_disable(endless.napi);
    const uint64_t polls = endless.napi.stats.polls;
    let_others_run();
    EXPECT_EQ(endless.napi.stats.polls, polls);
    EXPECT_FALSE(endless.napi.linked());
    EXPECT_EQ(endless.rearmed, 0u) << "the core completed it; nothing was unmasked";
}

TEST_P(EachNapiModel, WhoBreaksTheContractIsLostAndHangsNobody) {
    ScriptedNapi broken(1);
    broken.poll_instead = [](int) { return 0; }; // neither completed nor used up
    ScriptedNapi& good = add(1);
    hosted::take_console_output();
    interrupt([&] {
        broken.interrupt_handler();
        good.interrupt_handler();
    });
    EXPECT_EQ(good.packets, 0);
    EXPECT_EQ(broken.napi.stats.polls, 1u);
    EXPECT_EQ(broken.napi.stats.contract_violations, 1u);
    kernel::napi_complete_done(broken.napi, 0);
}

INSTANTIATE_TEST_SUITE_P(Each, EachNapiModel,
                         testing::Values(NapiModel::V2001, NapiModel::V26, NapiModel::Modern),
                         [](const auto& info) {
                             return std::string(
                                 kernel::napi_model_names[static_cast<std::size_t>(info.param)]);
                         });

TEST_F(NapiModels, MayBeSwitchedInTheMiddleOfASession) {
    ScriptedNapi& one = add(5'000);
    add(5'000);
    unsigned polls = 0;
    one.in_poll = [&] { kernel::set_napi_model(static_cast<NapiModel>(polls++ % 3)); };
    schedule_all();
    hosted::timing().tick = true;
    while (one.packets)
        let_others_run();
    let_others_run();
    EXPECT_GT(polls, 100u);
    expect_all_completed();
    EXPECT_FALSE(kernel::local_softirq_pending());
}

} // namespace
