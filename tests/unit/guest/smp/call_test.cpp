// SPDX-License-Identifier: GPL-2.0-or-later
// Functions called on other CPUs, and interrupt lines that move there.
#include "kernel/smp.h"

#include <gtest/gtest.h>
#include <vector>

#include "../interrupts.h"
#include "../net_core/scripted_napi.h"
#include "kernel/context.h"
#include "kernel/softirq.h"
#include "kernel/softnet.h"
#include "kernel/trace.h"
#include "shell/capture.h"
#include "shell/shell.h"
#include "smp_bench.h"

namespace {

using guest_test::cpus;
using guest_test::interrupts;
using guest_test::ThreadOn;
using guest_test::wait_for;
using kernel::RemoteCall;

struct Place {
    unsigned cpu = cpus;
    kernel::ExecutionContext context = kernel::ExecutionContext::Task;
    bool interrupts_on = true;
};

void note_place(void* cookie) {
    *static_cast<Place*>(cookie) = {arch::cpu_id(), kernel::execution_context(), arch::irqs_enabled()};
}

TEST(CallOnCpu, RunsThereInAnInterruptAndHasEndedAtTheReturn) {
    for (unsigned cpu = 1; cpu < cpus; cpu++) {
        const uint64_t before = interrupts("CAL", cpu);
        Place place;
        kernel::call_on_cpu(cpu, note_place, &place);
        EXPECT_EQ(place.cpu, cpu);
        EXPECT_EQ(place.context, kernel::ExecutionContext::Hardirq);
        EXPECT_FALSE(place.interrupts_on);
        EXPECT_EQ(interrupts("CAL", cpu) - before, 1u);
    }
}

TEST(CallOnCpu, OnItselfIsAnOrdinaryCallWithInterruptsOff) {
    const uint64_t before = interrupts("CAL", 0);
    Place place;
    kernel::call_on_cpu(0, note_place, &place);
    EXPECT_EQ(place.cpu, 0u);
    EXPECT_FALSE(place.interrupts_on);
    EXPECT_EQ(interrupts("CAL", 0), before);
    EXPECT_TRUE(arch::irqs_enabled());
}

TEST(CallOnCpu, TwoMayCallEachOther) {
    std::atomic<int> calls = 0;
    const auto call = [&](unsigned target) {
        for (int i = 0; i < 50; i++)
            kernel::call_on_cpu(
                target, [](void* count) { ++*static_cast<std::atomic<int>*>(count); }, &calls);
    };
    {
        ThreadOn a(1, [&] { call(2); }), b(2, [&] { call(1); });
    }
    EXPECT_EQ(calls, 100);
}

TEST(CallOnCpuDeathTest, WithInterruptsOffWouldNeverEnd) {
    EXPECT_DEATH(
        {
            arch::IrqGuard guard;
            kernel::call_on_cpu(
                1, [](void*) {}, nullptr);
        },
        "call_on_cpu with interrupts off");
}

std::vector<int> order;

struct Numbered : RemoteCall {
    explicit Numbered(int given) : number(given) {
        function = [](void* self) { order.push_back(static_cast<Numbered*>(self)->number); };
        argument = this;
    }
    int number;
};

TEST(CallAsync, SeveralComeInOrderByOneInterrupt) {
    order.clear();
    const uint64_t before = interrupts("CAL", 3);
    Numbered calls[3] = {Numbered(1), Numbered(2), Numbered(3)};
    for (Numbered& call : calls)
        EXPECT_TRUE(kernel::call_async(3, call));
    EXPECT_TRUE(order.empty()) << "the caller does not wait";
    wait_for([] { return order.size() == 3; });
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
    EXPECT_EQ(interrupts("CAL", 3) - before, 1u);
}

TEST(CallAsync, OneThatIsOnItsWayIsNotMadeTwice) {
    order.clear();
    Numbered call(7);
    EXPECT_TRUE(kernel::call_async(1, call));
    EXPECT_FALSE(kernel::call_async(1, call));
    EXPECT_FALSE(kernel::call_async(2, call));
    wait_for([] { return !order.empty(); });
    EXPECT_EQ(order, std::vector{7});
    EXPECT_TRUE(kernel::call_async(2, call));
    wait_for([] { return order.size() == 2; });
}

TEST(CallAsync, ItsFunctionMayMakeItAnew) {
    struct Round : RemoteCall {
        std::vector<unsigned> visited;
    } round;
    round.argument = &round;
    round.function = [](void* self) {
        auto& own = *static_cast<Round*>(self);
        own.visited.push_back(arch::cpu_id());
        if (own.visited.size() < 6)
            kernel::call_async((arch::cpu_id() + 1) % cpus, own);
    };
    kernel::call_async(1, round);
    wait_for([&] { return round.visited.size() == 6; });
    EXPECT_EQ(round.visited, (std::vector{1u, 2u, 3u, 0u, 1u, 2u}));
}

/// A softirq that a call raises runs where the call ran, at the end of its interrupt.
TEST(CallAsync, WhatItRaisesRunsThere) {
    static unsigned ran_on;
    ran_on = cpus;
    kernel::open_softirq(kernel::Softirq::Hi, [] { ran_on = arch::cpu_id(); });
    kernel::call_on_cpu(
        2, [](void*) { kernel::raise_softirq_irqoff(kernel::Softirq::Hi); }, nullptr);
    wait_for([] { return ran_on != cpus; });
    EXPECT_EQ(ran_on, 2u);
}

constexpr unsigned line = 7; // of guest_test::interrupt()

class MovedLine : public testing::Test {
  protected:
    MovedLine() {
        guest_test::interrupt([] {}); // the line is in use from here on
    }
    ~MovedLine() override { arch::set_irq_affinity(line, 0xf); }
    static unsigned cpu_of_an_interrupt() {
        std::atomic<unsigned> served_by = cpus;
        guest_test::interrupt([&] { served_by = arch::cpu_id(); });
        wait_for([&] { return served_by != cpus; });
        return served_by;
    }
};

TEST_F(MovedLine, ArrivesAtTheLowestOfTheMask) {
    EXPECT_EQ(arch::irq_affinity(line), 0xfu);
    EXPECT_EQ(cpu_of_an_interrupt(), 0u);
    for (const auto& [mask, cpu] : {std::pair{2u, 1u}, {0xcu, 2u}, {8u, 3u}, {1u, 0u}}) {
        ASSERT_EQ(arch::set_irq_affinity(line, mask), arch::IrqError::None);
        EXPECT_EQ(arch::irq_affinity(line), mask);
        const uint64_t before = interrupts("7", cpu);
        EXPECT_EQ(cpu_of_an_interrupt(), cpu);
        EXPECT_EQ(interrupts("7", cpu) - before, 1u);
    }
}

TEST_F(MovedLine, NotToNowhere) {
    EXPECT_EQ(arch::set_irq_affinity(line, 0), arch::IrqError::NoSuchCpu);
    EXPECT_EQ(arch::set_irq_affinity(line, 0x10), arch::IrqError::NoSuchCpu);
    EXPECT_EQ(arch::set_irq_affinity(9, 1), arch::IrqError::NoSuchLine);
    EXPECT_EQ(arch::set_irq_affinity(99, 1), arch::IrqError::NoSuchLine);
    EXPECT_EQ(arch::irq_affinity(9), 0u);
    EXPECT_EQ(arch::irq_affinity(line), 0xfu);
}

TEST_F(MovedLine, TakesThePollWithIt) {
    arch::set_irq_affinity(line, 1u << 2);
    std::atomic<unsigned> polled_on = cpus;
    guest_test::ScriptedNapi napi;
    napi.packets = 3;
    napi.in_poll = [&] { polled_on = arch::cpu_id(); };
    const auto runs = [](unsigned cpu) {
        return kernel::softirq_stats(cpu).executed[static_cast<unsigned>(kernel::Softirq::NetRx)];
    };
    const uint64_t before = runs(2);
    napi.interrupt();
    wait_for([&] { return polled_on != cpus; });
    wait_for([&] { return napi.rearmed > 0; });
    EXPECT_EQ(polled_on, 2u);
    EXPECT_EQ(napi.napi.owner_cpu, 2u);
    EXPECT_EQ(runs(2) - before, 1u);
}

TEST(SmpTrace, RecordsOfAllCpusAreMergedByTime) {
    kernel::trace_start();
    for (unsigned i = 0; i < 2 * cpus; i++)
        kernel::call_on_cpu(
            (i * 3 + 1) % cpus,
            [](void* number) { kernel::trace(kernel::Event::Drop, *static_cast<unsigned*>(number)); }, &i);
    kernel::trace_stop();
    std::vector<std::pair<uint32_t, unsigned>> seen;
    kernel::trace_for_each(
        [](const kernel::TraceRecord& record, void* cookie) {
            if (record.event == kernel::Event::Drop)
                static_cast<decltype(seen)*>(cookie)->emplace_back(record.a, record.cpu);
        },
        &seen);
    ASSERT_EQ(seen.size(), 2 * cpus);
    for (unsigned i = 0; i < seen.size(); i++)
        EXPECT_EQ(seen[i], std::pair(i, (i * 3 + 1) % cpus));
}

TEST(Torture, EveryCountIsRight) {
    const std::string text =
        shell_test::printed([](const shell::Output& output) { shell::run_line("torture 5", output); });
    EXPECT_NE(text.find("torture: every count is right\n"), std::string::npos) << text;
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        EXPECT_EQ(text.find("CPU" + std::to_string(cpu) + ": 0 rounds"), std::string::npos) << text;
}

} // namespace
