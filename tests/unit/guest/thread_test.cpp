// SPDX-License-Identifier: GPL-2.0-or-later
// Threads and the scheduler of one CPU.
#include "kernel/thread.h"

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "arch/clock.h"
#include "arch/hosted/machine.h"
#include "interrupts.h"
#include "kernel/context.h"
#include "kernel/page_alloc.h"
#include "kernel/timer.h"

namespace {

using guest_test::let_others_run;
using guest_test::spend_until_tick;

std::string order;

TEST(Thread, RunsWithItsArgumentAndEndsAtReturn) {
    static int value = 0;
    int argument = 42;
    ASSERT_NE(kernel::thread_create(
                  "t", 0, [](void* given) { value = *static_cast<int*>(given); }, &argument),
              nullptr);
    EXPECT_EQ(value, 0) << "not before the creator gives the CPU away";
    let_others_run();
    EXPECT_EQ(value, 42);
}

TEST(Thread, KnowsItself) {
    static kernel::Thread* seen = nullptr;
    kernel::Thread* created = kernel::thread_create(
        "me", 0, [](void*) { seen = kernel::current_thread(); }, nullptr);
    EXPECT_STREQ(created->name, "me");
    let_others_run();
    EXPECT_EQ(seen, created);
    EXPECT_STREQ(kernel::current_thread()->name, "test");
}

TEST(Thread, YieldGoesRoundInOrder) {
    order.clear();
    for (const char* letter : {"a", "b", "c"})
        kernel::thread_create(
            letter, 0,
            [](void* own) {
                for (int i = 0; i < 3; i++) {
                    order += static_cast<const char*>(own);
                    kernel::yield();
                }
            },
            const_cast<char*>(letter));
    let_others_run();
    EXPECT_EQ(order, "abcabcabc");
}

TEST(Thread, TheTickTakesTheCpuFromASpinner) {
    static bool other_ran = false;
    other_ran = false;
    kernel::thread_create(
        "other", 0, [](void*) { other_ran = true; }, nullptr);
    spend_until_tick();
    spend_until_tick();
    EXPECT_TRUE(other_ran);
}

TEST(Thread, TwoSpinnersShareTheCpu) {
    static std::array<uint64_t, 2> spent;
    static uint64_t end;
    spent = {};
    end = arch::now_ns() + 100 * kernel::ns_per_jiffy;
    std::array<kernel::Thread*, 2> threads;
    for (std::size_t i = 0; i < 2; i++)
        threads[i] = kernel::thread_create(
            "spinner", 0,
            [](void* own) {
                while (arch::now_ns() < end) {
                    hosted::advance_ns(100'000);
                    ++*static_cast<uint64_t*>(own);
                }
            },
            &spent[i]);
    kernel::sleep_ns(101 * kernel::ns_per_jiffy);
    EXPECT_NEAR(static_cast<double>(spent[0]), static_cast<double>(spent[1]), 45.0);
    EXPECT_GT(spent[0] + spent[1], 2000u);
    EXPECT_NEAR(static_cast<double>(threads[0]->run_ns), static_cast<double>(spent[0]) * 100'000, 5e6);
}

TEST(Thread, ALookAtAllShowsTheCallersTimeUpToNow) {
    const auto look = [] {
        uint64_t all = 0;
        kernel::thread_for_each(
            [](const kernel::Thread& thread, void* sum) { *static_cast<uint64_t*>(sum) += thread.run_ns; },
            &all);
        return all;
    };
    const uint64_t begin = arch::now_ns(), before = look();
    hosted::advance_ns(100'000); // without a switch
    EXPECT_EQ(look() - before, arch::now_ns() - begin);
}

TEST(Thread, PreemptGuardKeepsTheCpu) {
    static bool other_ran = false;
    other_ran = false;
    kernel::thread_create(
        "other", 0, [](void*) { other_ran = true; }, nullptr);
    {
        kernel::PreemptGuard guard;
        for (int i = 0; i < 3; i++)
            spend_until_tick();
        EXPECT_FALSE(other_ran);
    }
    EXPECT_TRUE(other_ran) << "the end of the guard makes up for it";
}

TEST(Thread, InterruptsOffKeepTheCpu) {
    static bool other_ran = false;
    other_ran = false;
    kernel::thread_create(
        "other", 0, [](void*) { other_ran = true; }, nullptr);
    {
        arch::IrqGuard guard;
        hosted::advance_ns(3 * kernel::ns_per_jiffy);
        EXPECT_FALSE(other_ran);
    }
    EXPECT_TRUE(other_ran);
}

TEST(Thread, WakingAReadyThreadIsNoWakeUp) {
    order.clear();
    kernel::Thread* thread = kernel::thread_create(
        "t", 0, [](void*) { order += "t"; }, nullptr);
    kernel::thread_wake(thread);
    kernel::thread_wake(thread);
    let_others_run();
    EXPECT_EQ(order, "t");
}

TEST(Thread, WakeSetsNeedResched) {
    static kernel::WaitQueue queue;
    static bool go = false;
    kernel::thread_create(
        "sleeper", 0,
        [](void*) {
            arch::IrqGuard guard;
            while (!go)
                queue.wait();
        },
        nullptr);
    let_others_run();
    EXPECT_FALSE(kernel::need_resched());
    go = true;
    queue.wake_one();
    EXPECT_TRUE(kernel::need_resched());
    let_others_run();
    EXPECT_FALSE(kernel::need_resched());
}

TEST(Thread, SlotsAndStacksAreUsedAgain) {
    static int ended = 0;
    ended = 0;
    for (unsigned i = 0; i < 5 * kernel::max_threads; i++) {
        ASSERT_NE(kernel::thread_create(
                      "short", 0, [](void*) { ended++; }, nullptr),
                  nullptr);
        let_others_run();
    }
    EXPECT_EQ(ended, static_cast<int>(5 * kernel::max_threads));
}

TEST(Thread, NoMoreThanThereAreSlots) {
    static bool leave = false;
    leave = false;
    unsigned created = 0;
    while (kernel::thread_create(
        "filler", 0,
        [](void*) {
            while (!leave)
                let_others_run();
        },
        nullptr))
        created++;
    EXPECT_LT(created, kernel::max_threads);
    EXPECT_GT(created, kernel::max_threads - 8);
    leave = true;
    let_others_run();
    let_others_run();
    EXPECT_NE(kernel::thread_create(
                  "again", 0, [](void*) {}, nullptr),
              nullptr);
    let_others_run();
}

bool is_listed(std::string_view name) {
    struct Search {
        std::string_view name;
        bool found;
    } search{name, false};
    kernel::thread_for_each(
        [](const kernel::Thread& thread, void* cookie) {
            auto& wanted = *static_cast<Search*>(cookie);
            wanted.found |= thread.name == wanted.name;
        },
        &search);
    return search.found;
}

TEST(Thread, ForEachNamesTheLiving) {
    for (const char* name : {"test", "idle", "ksoftirqd/0"})
        EXPECT_TRUE(is_listed(name)) << name;
    kernel::thread_create(
        "mayfly", 0, [](void*) {}, nullptr);
    EXPECT_TRUE(is_listed("mayfly"));
    let_others_run();
    EXPECT_FALSE(is_listed("mayfly"));
}

/// Uses at least `kib` KiB of stack.
unsigned use_stack(unsigned kib) {
    volatile char here[1024];
    here[0] = static_cast<char>(kib);
    return kib > 1 ? use_stack(kib - 1) + static_cast<unsigned>(here[0]) : 0;
}

TEST(ThreadDeathTest, TheEndOfAStackIsGuarded) {
    EXPECT_DEATH(
        {
            // Far enough to reach what lies below the stack, not so far that the host has nothing there.
            constexpr unsigned kib = (kernel::page_size << kernel::thread_stack_order) / 1024 + 8;
            kernel::thread_create(
                "deep", 0, [](void*) { use_stack(kib); }, nullptr);
            let_others_run();
        },
        "");
}

} // namespace
