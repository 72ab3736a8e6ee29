// SPDX-License-Identifier: GPL-2.0-or-later
// Other ways to a poll than an interrupt and its softirq: a timer while the interrupt stays off, a thread, a
// reader that is waiting.
#include <gtest/gtest.h>

#include <string>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/hosted/machine.h"
#include "kernel/context.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"
#include "kernel/timer.h"
#include "scripted_napi.h"

namespace {

using guest_test::let_others_run;
using guest_test::ScriptedNapi;
namespace napi_state = kernel::napi_state;

// ---- Deferral: napi_defer_hard_irqs and gro_flush_timeout ----

class NapiDeferral : public testing::Test {
  protected:
    static constexpr uint32_t timeout = 20'000;
    void defer(uint32_t times, uint32_t ns = timeout) {
        scripted.device.napi_defer_hard_irqs = times;
        scripted.device.gro_flush_timeout = ns;
    }
    const kernel::NapiStats& stats() const { return scripted.napi.stats; }
    void expect_idle() {
        EXPECT_EQ(stats().schedules, stats().completes);
        EXPECT_FALSE(scripted.napi.state & napi_state::sched);
    }
    guest_test::WithoutTick only_the_alarm;
    ScriptedNapi scripted;
};

TEST_F(NapiDeferral, TheInterruptStaysOffForSoManyEmptyPolls) {
    defer(2);
    scripted.packets = 3;
    scripted.interrupt();
    EXPECT_EQ(stats().polls, 1u);
    EXPECT_EQ(scripted.rearmed, 0u);
    expect_idle();
    hosted::advance_ns(timeout - 1'000);
    EXPECT_EQ(stats().polls, 1u);
    hosted::advance_ns(2'000);
    EXPECT_EQ(stats().polls, 2u) << "the timer's";
    EXPECT_EQ(scripted.rearmed, 0u);
    hosted::advance_ns(timeout + 2'000);
    EXPECT_EQ(stats().polls, 3u);
    EXPECT_EQ(scripted.rearmed, 1u) << "nothing came: interrupts again";
    hosted::advance_ns(10 * timeout);
    EXPECT_EQ(stats().polls, 3u);
    EXPECT_EQ(stats().deferred, 2u);
    EXPECT_EQ(stats().timer_schedules, 2u);
    expect_idle();
}

TEST_F(NapiDeferral, APacketBeginsTheCountAnew) {
    defer(2);
    scripted.packets = 1;
    scripted.interrupt();
    for (int i = 0; i < 10; i++) {
        scripted.packets = 1; // no interrupt: it is off
        hosted::advance_ns(timeout + 2'000);
        EXPECT_EQ(scripted.packets, 0);
    }
    EXPECT_EQ(scripted.rearmed, 0u);
    hosted::advance_ns(3 * timeout);
    EXPECT_EQ(scripted.rearmed, 1u);
}

TEST_F(NapiDeferral, NeedsBothNumbers) {
    for (const auto& [times, ns] : {std::pair{2u, 0u}, {0u, timeout}, {0u, 0u}}) {
        defer(times, ns);
        const unsigned before = scripted.rearmed;
        scripted.packets = 1;
        scripted.interrupt();
        EXPECT_EQ(scripted.rearmed, before + 1) << times << ' ' << ns;
    }
    EXPECT_EQ(stats().timer_schedules, 0u);
}

TEST_F(NapiDeferral, AnEmptyPollAloneDefersNothing) {
    defer(2);
    scripted.interrupt(); // the software interrupt of a watchdog, for example
    EXPECT_EQ(scripted.rearmed, 1u);
    EXPECT_EQ(stats().deferred, 0u);
}

TEST_F(NapiDeferral, TheTimerIsNoMissedClaim) {
    defer(1, 5'000);
    scripted.packets = 1;
    scripted.interrupt();
    bool first = true;
    scripted.in_poll = [&] {
        if (std::exchange(first, false))
            hosted::advance_ns(10'000); // the timer of the first session expires in the middle of the second
    };
    scripted.packets = 1;
    scripted.interrupt();
    EXPECT_EQ(stats().missed, 0u);
    EXPECT_EQ(stats().polls, 2u);
    hosted::advance_ns(10'000);
    EXPECT_EQ(scripted.rearmed, 1u);
}

TEST_F(NapiDeferral, DisableForgetsTheTimer) {
    defer(5);
    scripted.packets = 1;
    scripted.interrupt();
    kernel::napi_disable(scripted.napi);
    kernel::napi_enable(scripted.napi);
    hosted::advance_ns(10 * timeout);
    EXPECT_EQ(stats().polls, 1u) << "the timer was of the time before";
}

// ---- Threads ----

class NapiThread : public testing::Test {
  protected:
    NapiThread() {
        scripted.in_poll = [this] {
            pollers.emplace_back(kernel::current_thread()->name);
            contexts.push_back(kernel::execution_context());
        };
    }
    ~NapiThread() override {
        if (!(scripted.napi.state & napi_state::npsvc))
            kernel::napi_disable(scripted.napi);
        kernel::netif_napi_del(scripted.napi);
        EXPECT_EQ(threads_called(thread_name()), 0u) << "it ended";
    }
    std::string thread_name() const { return "napi/scripted-" + std::to_string(scripted.napi.id); }
    static unsigned threads_called(const std::string& name) {
        struct Search {
            const std::string& name;
            unsigned found;
        } search{name, 0};
        kernel::thread_for_each(
            [](const kernel::Thread& thread, void* cookie) {
                auto& wanted = *static_cast<Search*>(cookie);
                wanted.found += wanted.name == thread.name;
            },
            &search);
        return search.found;
    }
    ScriptedNapi scripted;
    std::vector<std::string> pollers;
    std::vector<kernel::ExecutionContext> contexts;
};

TEST_F(NapiThread, PollsInPlaceOfTheSoftirq) {
    ASSERT_TRUE(kernel::dev_set_threaded(scripted.device, true));
    EXPECT_EQ(threads_called(thread_name()), 1u);
    scripted.packets = 40;
    scripted.interrupt();
    let_others_run();
    EXPECT_EQ(pollers, std::vector<std::string>(3, thread_name()));
    EXPECT_EQ(contexts.front(), kernel::ExecutionContext::BhDisabled);
    EXPECT_EQ(scripted.rearmed, 1u);
    EXPECT_EQ(scripted.napi.stats.threaded_polls, 3u);
    EXPECT_FALSE(scripted.napi.state & (napi_state::sched | napi_state::sched_threaded));
}

TEST_F(NapiThread, AndBackAgain) {
    kernel::dev_set_threaded(scripted.device, true);
    kernel::dev_set_threaded(scripted.device, false);
    scripted.packets = 1;
    scripted.interrupt();
    EXPECT_EQ(pollers.size(), 1u) << "at the interrupt's exit";
    kernel::dev_set_threaded(scripted.device, true);
    EXPECT_EQ(threads_called(thread_name()), 1u) << "the same thread";
    scripted.packets = 1;
    scripted.interrupt();
    let_others_run();
    EXPECT_EQ(pollers.back(), thread_name());
}

TEST_F(NapiThread, SwitchingDuringASessionLosesNothing) {
    unsigned polls = 0;
    scripted.in_poll = [&] {
        hosted::advance_ns(50'000);
        kernel::dev_set_threaded(scripted.device, ++polls % 2);
        if (polls % 3 == 0)
            scripted
                .interrupt_handler(); // a claim that is missed: the next session begins where we switched to
    };
    kernel::dev_set_threaded(scripted.device, true); // the thread is made here, and not in a poll
    for (int session = 0; session < 50; session++) {
        scripted.packets += 100;
        scripted.interrupt();
        let_others_run();
    }
    for (int i = 0; i < 100 && scripted.packets; i++)
        let_others_run();
    EXPECT_EQ(scripted.packets, 0);
    EXPECT_GT(scripted.napi.stats.threaded_polls, 10u);
    EXPECT_GT(scripted.napi.stats.polls - scripted.napi.stats.threaded_polls, 10u);
    EXPECT_EQ(scripted.napi.stats.schedules, scripted.napi.stats.completes);
    EXPECT_EQ(scripted.napi.stats.contract_violations, 0u);
}

TEST_F(NapiThread, SharesTheCpuWithOtherThreads) {
    kernel::dev_set_threaded(scripted.device, true);
    unsigned polls = 0;
    scripted.poll_instead = [&](int budget) {
        hosted::advance_ns(100'000);
        if (++polls < 2'000)
            return budget;
        kernel::napi_complete_done(scripted.napi, 0);
        return 0;
    };
    scripted.interrupt();
    unsigned turns = 0;
    for (const uint64_t end = kernel::jiffies() + 20; kernel::jiffies() < end; turns++)
        hosted::advance_ns(100'000);
    EXPECT_GT(turns, 50u) << "this thread";
    EXPECT_GT(polls, 50u) << "and that one";
    while (polls < 2'000)
        let_others_run();
    let_others_run();
}

TEST_F(NapiThread, StaysConfiguredOverDisableAndEnable) {
    kernel::dev_set_threaded(scripted.device, true);
    kernel::napi_disable(scripted.napi);
    EXPECT_FALSE(scripted.napi.state & napi_state::threaded);
    scripted.interrupt();
    let_others_run();
    EXPECT_TRUE(pollers.empty());
    kernel::napi_enable(scripted.napi);
    scripted.packets = 1;
    scripted.interrupt();
    let_others_run();
    EXPECT_EQ(pollers.at(0), thread_name());
}

TEST_F(NapiThread, DisableEndsASessionThatNeverDrains) {
    kernel::dev_set_threaded(scripted.device, true);
    scripted.poll_instead = [](int budget) {
        hosted::advance_ns(100'000);
        return budget;
    };
    scripted.interrupt();
    let_others_run();
    kernel::napi_disable(scripted.napi);
    const uint64_t polls = scripted.napi.stats.polls;
    let_others_run();
    EXPECT_EQ(scripted.napi.stats.polls, polls);
}

TEST(NapiThreadless, ADeviceWithoutNapiHasNone) {
    kernel::NetDevice device;
    EXPECT_FALSE(kernel::dev_set_threaded(device, true));
}

// ---- Readers ----

class BusyPoll : public testing::Test {
  protected:
    BusyPoll() {
        scripted.device.name = "scripted";
        EXPECT_TRUE(kernel::register_netdev(scripted.device));
        let_others_run();
    }
    ~BusyPoll() override { kernel::unregister_netdev(scripted.device); }
    /// Until `enough` packets were taken or the time is over.
    void poll_for(uint64_t ns, int enough) {
        goal = scripted.packets - enough;
        kernel::napi_busy_loop(
            scripted.napi.id,
            [](void* self) {
                auto& test = *static_cast<BusyPoll*>(self);
                return test.scripted.packets <= test.goal;
            },
            this, arch::now_ns() + ns);
    }
    const kernel::NapiStats& stats() const { return scripted.napi.stats; }
    void expect_idle() {
        EXPECT_EQ(stats().schedules, stats().completes);
        EXPECT_EQ(stats().polls, stats().done + stats().ndone);
        EXPECT_EQ(stats().contract_violations, 0u);
        EXPECT_FALSE(scripted.napi.state &
                     (napi_state::sched | napi_state::missed | napi_state::in_busy_poll));
    }
    ScriptedNapi scripted;
    int goal = 0;
};

TEST_F(BusyPoll, TheReaderTakesPacketsWithoutAnInterrupt) {
    int budget_seen = 0;
    scripted.poll_instead = [&](int budget) {
        budget_seen = budget;
        const int work = std::min(budget, scripted.packets);
        scripted.packets -= work;
        if (work < budget)
            scripted.rearmed += kernel::napi_complete_done(scripted.napi, work);
        return work;
    };
    scripted.packets = 3;
    poll_for(1'000'000, 3);
    EXPECT_EQ(scripted.packets, 0);
    EXPECT_EQ(budget_seen, 8);
    EXPECT_EQ(stats().busy_polls, 2u) << "one, and one more that lets complete unmask";
    EXPECT_EQ(scripted.rearmed, 1u);
    expect_idle();
}

TEST_F(BusyPoll, InterruptsMeanwhileFindItClaimed) {
    bool first = true;
    scripted.in_poll = [&] {
        if (!std::exchange(first, false))
            return;
        guest_test::interrupt([&] {
            EXPECT_FALSE(kernel::napi_schedule_prep(scripted.napi));
            EXPECT_TRUE(scripted.napi.state & napi_state::missed);
        });
    };
    scripted.packets = 1;
    poll_for(1'000'000, 1);
    EXPECT_EQ(stats().missed, 0u) << "cleared: the last poll is the one more";
    EXPECT_EQ(stats().polls, stats().busy_polls);
    EXPECT_EQ(scripted.rearmed, 1u);
    expect_idle();
}

TEST_F(BusyPoll, EndsWithItsTime) {
    const uint64_t begin = arch::now_ns();
    poll_for(50'000, 1);
    EXPECT_GE(arch::now_ns() - begin, 50'000u);
    EXPECT_LE(arch::now_ns() - begin, 60'000u);
    EXPECT_GT(stats().busy_polls, 2u);
    EXPECT_EQ(scripted.rearmed, 1u);
    expect_idle();
}

TEST_F(BusyPoll, WhatIsTooMuchForTheLastPollGoesToTheSoftirq) {
    scripted.packets = 100;
    poll_for(1'000'000, 1);
    let_others_run();
    EXPECT_EQ(scripted.packets, 0);
    EXPECT_EQ(stats().busy_polls, 2u);
    EXPECT_GT(stats().polls, stats().busy_polls);
    EXPECT_EQ(scripted.rearmed, 1u);
    expect_idle();
}

TEST_F(BusyPoll, WhoeverOwnsTheInstanceKeepsIt) {
    ASSERT_TRUE(kernel::napi_schedule_prep(scripted.napi)); // another CPU's softirq, say
    poll_for(20'000, 1);
    EXPECT_EQ(stats().polls, 0u);
    EXPECT_TRUE(kernel::napi_complete_done(scripted.napi, 0));
}

TEST_F(BusyPoll, OtherThreadsGetTheirTurn) {
    static unsigned turns;
    turns = 0;
    kernel::thread_create(
        "other", 0,
        [](void*) {
            while (turns++ < 5)
                kernel::yield();
        },
        nullptr);
    poll_for(10 * kernel::ns_per_jiffy, 1);
    EXPECT_GE(turns, 5u);
    expect_idle();
}

TEST_F(BusyPoll, NoSuchInstance) {
    scripted.packets = 1;
    const uint64_t begin = arch::now_ns();
    kernel::napi_busy_loop(
        scripted.napi.id + 1'000, [](void*) { return false; }, nullptr, begin + 1'000'000);
    EXPECT_LE(arch::now_ns() - begin, 100u);
}

} // namespace
