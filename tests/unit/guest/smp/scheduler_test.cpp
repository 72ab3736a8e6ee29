// SPDX-License-Identifier: GPL-2.0-or-later
// Threads, waiting and locks across CPUs.
#include <array>
#include <gtest/gtest.h>
#include <vector>

#include "arch/clock.h"
#include "arch/hosted/machine.h"
#include "kernel/mutex.h"
#include "kernel/timer.h"
#include "smp_bench.h"

namespace {

using guest_test::cpus;
using guest_test::interrupts;
using guest_test::ThreadOn;
using guest_test::wait_for;

TEST(Cpus, AllAreUpWithTheirOwnThreads) {
    EXPECT_EQ(arch::cpu_count(), cpus);
    EXPECT_EQ(arch::cpu_id(), 0u);
    std::array<unsigned, cpus> idle{}, ksoftirqd{};
    struct Seen {
        std::array<unsigned, cpus>&idle, &ksoftirqd;
    } seen{idle, ksoftirqd};
    kernel::thread_for_each(
        [](const kernel::Thread& thread, void* cookie) {
            auto& counts = *static_cast<Seen*>(cookie);
            counts.idle[thread.cpu] += std::string_view(thread.name) == "idle";
            counts.ksoftirqd[thread.cpu] += thread.name == "ksoftirqd/" + std::to_string(thread.cpu);
        },
        &seen);
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        EXPECT_EQ(idle[cpu], 1u) << cpu;
        EXPECT_EQ(ksoftirqd[cpu], 1u) << cpu;
    }
}

TEST(Cpus, TicksComeToAll) {
    std::array<uint64_t, cpus> before{};
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        before[cpu] = interrupts("LOC", cpu);
    kernel::sleep_ns(10 * kernel::ns_per_jiffy);
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        EXPECT_NEAR(static_cast<double>(interrupts("LOC", cpu) - before[cpu]), 10, 1) << cpu;
}

TEST(Cpus, IdleTimeIsCountedAlthoughNobodyElseRuns) {
    const auto idle_ns = [] {
        std::array<uint64_t, cpus> sums{};
        kernel::thread_for_each(
            [](const kernel::Thread& thread, void* cookie) {
                if (std::string_view(thread.name) == "idle")
                    (*static_cast<std::array<uint64_t, cpus>*>(cookie))[thread.cpu] = thread.run_ns;
            },
            &sums);
        return sums;
    };
    const auto before = idle_ns();
    kernel::sleep_ns(10 * kernel::ns_per_jiffy);
    const auto after = idle_ns();
    for (unsigned cpu = 1; cpu < cpus; cpu++)
        EXPECT_GE(after[cpu] - before[cpu], 9 * kernel::ns_per_jiffy) << cpu;
}

TEST(SmpThread, RunsWhereItBelongs) {
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        unsigned ran_on = cpus;
        ThreadOn(cpu, [&] { ran_on = arch::cpu_id(); }).join();
        EXPECT_EQ(ran_on, cpu);
    }
}

TEST(SmpThread, AnyCpuIsTheOneWithTheFewest) {
    std::atomic<bool> leave = false;
    const auto stay = [&] { wait_for([&] { return leave.load(); }); };
    {
        ThreadOn on_0(0, stay), on_1(1, stay), on_3(3, stay); // CPU 0 also has this test
        ThreadOn placed(kernel::any_cpu, stay);
        EXPECT_EQ(placed.thread().cpu, 2u);
        ThreadOn next(kernel::any_cpu, stay);
        EXPECT_EQ(next.thread().cpu, 1u);
        leave = true;
    }
}

TEST(SmpThread, WakingOnAnotherCpuSendsOneInterrupt) {
    kernel::SpinLock lock;
    kernel::WaitQueue queue;
    std::atomic<int> woken = 0;
    bool go = false;
    const auto sleep = [&] {
        kernel::IrqSpinGuard guard(lock);
        while (!go)
            queue.wait(lock);
        woken++;
    };
    ThreadOn first(2, sleep), second(2, sleep);
    kernel::sleep_ns(2 * kernel::ns_per_jiffy); // both sleep, and so does their CPU
    const uint64_t before = interrupts("RES", 2);
    {
        kernel::IrqSpinGuard guard(lock);
        go = true;
        queue.wake_all();
    }
    first.join();
    second.join();
    EXPECT_EQ(woken, 2);
    EXPECT_EQ(interrupts("RES", 2) - before, 1u) << "the second one finds it told already";
}

TEST(SmpThread, ADeadlinePassesOnTheSleepersCpu) {
    kernel::SpinLock lock;
    kernel::WaitQueue queue;
    bool in_time = true;
    ThreadOn(3, [&] {
        kernel::IrqSpinGuard guard(lock);
        in_time = queue.wait_until(lock, arch::now_ns() + 2 * kernel::ns_per_jiffy);
    }).join();
    EXPECT_FALSE(in_time);
}

TEST(SmpLock, SpinsUntilTheOtherCpuLetsGo) {
    kernel::SpinLock lock;
    std::vector<int> order;
    std::atomic<bool> held = false;
    ThreadOn holder(1, [&] {
        kernel::IrqSpinGuard guard(lock);
        held = true;
        for (int i = 0; i < 100; i++)
            arch::relax();
        order.push_back(1);
    });
    wait_for([&] { return held.load(); });
    {
        kernel::IrqSpinGuard guard(lock);
        order.push_back(0);
    }
    holder.join();
    EXPECT_EQ(order, (std::vector{1, 0}));
}

TEST(SmpLock, AMutexPassesFromCpuToCpu) {
    kernel::Mutex mutex;
    int inside = 0, most_inside = 0, turns = 0;
    const auto take_turns = [&] {
        for (int i = 0; i < 20; i++) {
            kernel::MutexGuard guard(mutex);
            most_inside = std::max(most_inside, ++inside);
            arch::relax(); // the others try
            turns++;
            inside--;
        }
    };
    { ThreadOn a(0, take_turns), b(1, take_turns), c(2, take_turns), d(3, take_turns); }
    EXPECT_EQ(turns, 80);
    EXPECT_EQ(most_inside, 1);
}

TEST(SmpTimer, RingsOnTheCpuThatArmedIt) {
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        static std::atomic<unsigned> rang_on;
        rang_on = cpus;
        kernel::TimerEvent timer;
        timer.function = [](void*) { rang_on = arch::cpu_id(); };
        ThreadOn(cpu, [&] { kernel::timer_arm(timer, kernel::jiffies() + 1); }).join();
        wait_for([] { return rang_on != cpus; });
        EXPECT_EQ(rang_on, cpu);
    }
}

TEST(SmpTimer, CancelWaitsForTheCallbackOnTheOtherCpu) {
    struct Slow : kernel::TimerEvent {
        std::atomic<bool> began = false, ended = false;
    } timer;
    timer.argument = &timer;
    timer.function = [](void* self) {
        auto& own = *static_cast<Slow*>(self);
        own.began = true;
        for (int i = 0; i < 100; i++)
            arch::relax();
        own.ended = true;
    };
    ThreadOn(2, [&] { kernel::timer_arm(timer, kernel::jiffies() + 1); }).join();
    wait_for([&] { return timer.began.load(); });
    ASSERT_FALSE(timer.ended) << "the test is too late";
    kernel::timer_cancel(timer);
    EXPECT_TRUE(timer.ended);
}

} // namespace
