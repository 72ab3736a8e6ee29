// SPDX-License-Identifier: GPL-2.0-or-later
// Softirqs: where they run, that every raise is followed by a run, and that ksoftirqd is woken when nobody
// else would come by. The rules are those of Linux 6.12's kernel/softirq.c.
#include "kernel/softirq.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "arch/cpu.h"
#include "arch/hosted/machine.h"
#include "interrupts.h"
#include "kernel/context.h"
#include "kernel/thread.h"
#include "kernel/timer.h"
#include "kernel/trace.h"

namespace {

using guest_test::interrupt;
using guest_test::let_others_run;
using kernel::Softirq;

uint64_t executed(Softirq vector, unsigned cpu = 0) {
    return kernel::softirq_stats(cpu).executed[static_cast<unsigned>(vector)];
}
uint64_t raised(Softirq vector) { return kernel::softirq_stats(0).raised[static_cast<unsigned>(vector)]; }
uint64_t wakeups() { return kernel::softirq_stats(0).ksoftirqd_wakeups; }

std::string who() { return kernel::current_thread()->name; }

// No handler runs with CPU interrupts disabled, in hard-irq context, or inside another one of its CPU.

struct Surroundings {
    unsigned inside = 0, deepest = 0, runs = 0;
    bool always_interruptible = true, never_hardirq = true, always_serving = true;
    void visit() {
        runs++;
        inside++;
        deepest = std::max(deepest, inside);
        always_interruptible &= arch::irqs_enabled();
        never_hardirq &= !kernel::in_hardirq();
        always_serving &= kernel::in_serving_softirq();
        // An interrupt now, which raises the softirq of highest priority: it must wait for this handler's
        // end.
        if (runs < 5)
            interrupt([] { kernel::raise_softirq_irqoff(Softirq::Hi); });
        inside--;
    }
    void expect_good() const {
        EXPECT_GT(runs, 1u);
        EXPECT_EQ(deepest, 1u) << "nested";
        EXPECT_TRUE(always_interruptible);
        EXPECT_TRUE(never_hardirq);
        EXPECT_TRUE(always_serving);
    }
};
Surroundings surroundings;

class SoftirqSurroundings : public testing::Test {
  protected:
    void SetUp() override {
        surroundings = {};
        for (Softirq vector : {Softirq::Hi, Softirq::Tasklet})
            kernel::open_softirq(vector, [] { surroundings.visit(); });
    }
    void TearDown() override { surroundings.expect_good(); }
};

TEST_F(SoftirqSurroundings, AtInterruptExit) {
    interrupt([] { kernel::raise_softirq_irqoff(Softirq::Tasklet); });
    EXPECT_GE(surroundings.runs, 2u) << "done when the interrupt returns";
}

TEST_F(SoftirqSurroundings, AtBhEnable) {
    {
        kernel::BhGuard guard;
        kernel::raise_softirq(Softirq::Tasklet);
        EXPECT_EQ(surroundings.runs, 0u);
    }
    EXPECT_GE(surroundings.runs, 2u);
}

TEST_F(SoftirqSurroundings, AtBhEnableWithInterruptsOff) {
    arch::IrqGuard guard;
    kernel::local_bh_disable();
    kernel::raise_softirq_irqoff(Softirq::Tasklet);
    kernel::local_bh_enable();
    EXPECT_FALSE(arch::irqs_enabled());
}

TEST_F(SoftirqSurroundings, InKsoftirqd) {
    kernel::raise_softirq(Softirq::Tasklet);
    EXPECT_EQ(surroundings.runs, 0u) << "a raise runs nothing by itself";
    let_others_run();
}

// Every raise is followed by an execution on the same CPU.

class SoftirqRaise : public testing::Test {
  protected:
    void SetUp() override {
        kernel::open_softirq(Softirq::Tasklet, [] {});
        before_ = executed(Softirq::Tasklet);
    }
    void expect_executions(uint64_t n) {
        let_others_run();
        EXPECT_EQ(executed(Softirq::Tasklet) - before_, n);
        EXPECT_FALSE(kernel::local_softirq_pending());
    }
    uint64_t before_ = 0;
};

TEST_F(SoftirqRaise, InAHandler) {
    interrupt([] { kernel::raise_softirq_irqoff(Softirq::Tasklet); });
    expect_executions(1);
}

TEST_F(SoftirqRaise, InATask) {
    kernel::raise_softirq(Softirq::Tasklet);
    expect_executions(1);
}

TEST_F(SoftirqRaise, WithBottomHalvesDisabled) {
    {
        kernel::BhGuard guard;
        kernel::raise_softirq(Softirq::Tasklet);
    }
    expect_executions(1);
}

TEST_F(SoftirqRaise, BitsDoNotCount) {
    const uint64_t raised_before = raised(Softirq::Tasklet);
    interrupt([] {
        for (int i = 0; i < 3; i++)
            kernel::raise_softirq_irqoff(Softirq::Tasklet);
    });
    expect_executions(1);
    EXPECT_EQ(raised(Softirq::Tasklet) - raised_before, 3u);
}

TEST_F(SoftirqRaise, InItsOwnHandlerBySomebodyWhoInterrupts) {
    static int interrupts = 0;
    interrupts = 0;
    // Pending was cleared before the handler began: what comes meanwhile is not taken for done.
    kernel::open_softirq(Softirq::Tasklet, [] {
        if (interrupts++ == 0)
            interrupt([] { kernel::raise_softirq_irqoff(Softirq::Tasklet); });
    });
    interrupt([] { kernel::raise_softirq_irqoff(Softirq::Tasklet); });
    expect_executions(2);
}

TEST_F(SoftirqRaise, OnlyTheBitNeedsAnExitPoint) {
    {
        arch::IrqGuard guard;
        const uint64_t wakeups_before = wakeups();
        kernel::__raise_softirq_irqoff(Softirq::Tasklet);
        EXPECT_EQ(wakeups(), wakeups_before);
        EXPECT_TRUE(kernel::local_softirq_pending());
    }
    interrupt([] {}); // any interrupt's exit will do
    expect_executions(1);
}

// Vectors of one pass run in ascending order; what is raised meanwhile waits for the next pass.

std::string order;

class SoftirqOrder : public testing::Test {
  protected:
    void SetUp() override {
        order.clear();
        kernel::open_softirq(Softirq::Hi, [] { order += "0"; });
        kernel::open_softirq(Softirq::Block, [] { order += "4"; });
        kernel::open_softirq(Softirq::IrqPoll, [] { order += "5"; });
        kernel::open_softirq(Softirq::Tasklet, [] { order += "6"; });
    }
};

TEST_F(SoftirqOrder, AscendingWhateverTheOrderOfRaising) {
    interrupt([] {
        for (Softirq vector : {Softirq::Tasklet, Softirq::Hi, Softirq::IrqPoll, Softirq::Block})
            kernel::raise_softirq_irqoff(vector);
    });
    EXPECT_EQ(order, "0456");
}

TEST_F(SoftirqOrder, RaisedInAHandlerWaitsForTheNextPass) {
    kernel::open_softirq(Softirq::IrqPoll, [] {
        order += "5";
        if (order.size() < 3) {
            kernel::raise_softirq(Softirq::Hi);
            kernel::raise_softirq(Softirq::IrqPoll);
            kernel::raise_softirq(Softirq::Tasklet);
        }
    });
    interrupt([] {
        kernel::raise_softirq_irqoff(Softirq::IrqPoll);
        kernel::raise_softirq_irqoff(Softirq::Tasklet);
    });
    EXPECT_EQ(order, "56056") << "5 and 6, then in the next pass 0, 5 and 6";
}

// Raising outside of interrupt context wakes ksoftirqd, otherwise nobody does.

class SoftirqWake : public testing::Test {
  protected:
    void SetUp() override {
        runner.clear();
        kernel::open_softirq(Softirq::Tasklet, [] { runner = who(); });
        let_others_run(); // ksoftirqd sleeps
        before_ = wakeups();
    }
    static inline std::string runner;
    uint64_t before_ = 0;
};

TEST_F(SoftirqWake, ATasksRaiseWakesKsoftirqd) {
    {
        guest_test::WithoutTick no_interrupt_comes_by;
        kernel::raise_softirq(Softirq::Tasklet);
        EXPECT_EQ(wakeups(), before_ + 1);
        EXPECT_TRUE(kernel::need_resched());
        kernel::yield();
        EXPECT_EQ(runner, "ksoftirqd/0");
    }
}

TEST_F(SoftirqWake, AHandlersRaiseDoesNot) {
    interrupt([] { kernel::raise_softirq_irqoff(Softirq::Tasklet); });
    EXPECT_EQ(wakeups(), before_);
    EXPECT_EQ(runner, "test") << "run at the interrupt's exit, over the interrupted thread";
}

TEST_F(SoftirqWake, ARaiseWithBottomHalvesDisabledDoesNot) {
    {
        kernel::BhGuard guard;
        kernel::raise_softirq(Softirq::Tasklet);
    }
    EXPECT_EQ(wakeups(), before_);
    EXPECT_EQ(runner, "test");
}

TEST_F(SoftirqWake, ARaiseInASoftirqDoesNot) {
    kernel::open_softirq(Softirq::Hi, [] { kernel::raise_softirq(Softirq::Tasklet); });
    interrupt([] { kernel::raise_softirq_irqoff(Softirq::Hi); });
    EXPECT_EQ(wakeups(), before_);
    EXPECT_EQ(runner, "test");
}

// ksoftirqd/N serves CPU N only.

TEST(SoftirqPerCpu, EachCpusKsoftirqdServesItsCpu) {
    static std::vector<std::string> runs;
    runs.clear();
    kernel::open_softirq(Softirq::Tasklet,
                         [] { runs.push_back(who() + " on " + std::to_string(arch::cpu_id())); });

    hosted::pretend_cpu(1, 2);
    arch::irqs_disable();
    static const bool started = [] { // the second CPU comes up once
        kernel::threads_init("test/1");
        kernel::softirq_init();
        return true;
    }();
    ASSERT_TRUE(started);
    arch::irqs_enable();
    {
        guest_test::WithoutTick quiet;
        kernel::yield(); // ksoftirqd/1 goes to sleep
        kernel::raise_softirq(Softirq::Tasklet);
        hosted::pretend_cpu(0, 2);
        EXPECT_FALSE(kernel::local_softirq_pending()) << "pending on the CPU that raised it, nowhere else";
        kernel::raise_softirq(Softirq::Tasklet);
        kernel::yield();
        EXPECT_EQ(runs, std::vector<std::string>{"ksoftirqd/0 on 0"});
        hosted::pretend_cpu(1, 2);
        kernel::yield();
        EXPECT_EQ(runs, (std::vector<std::string>{"ksoftirqd/0 on 0", "ksoftirqd/1 on 1"}));
    }
    EXPECT_EQ(executed(Softirq::Tasklet, 1), 1u);
    hosted::pretend_cpu(0, 1);
}

// The trace tells of every raise, entry and exit, and from where the softirq ran.

TEST(SoftirqTrace, RaiseEntryExit) {
    kernel::open_softirq(Softirq::Tasklet, [] {});
    let_others_run();
    kernel::trace_start();
    interrupt([] { kernel::raise_softirq_irqoff(Softirq::Tasklet); });
    {
        kernel::BhGuard guard;
        kernel::raise_softirq(Softirq::Tasklet);
    }
    {
        guest_test::WithoutTick quiet;
        kernel::raise_softirq(Softirq::Tasklet);
        kernel::yield();
    }
    kernel::trace_stop();
    std::vector<std::string> seen;
    kernel::trace_for_each(
        [](const kernel::TraceRecord& record, void* into) {
            const std::string name = kernel::event_name(record.event);
            if (name.starts_with("softirq.") && record.a == static_cast<uint32_t>(Softirq::Tasklet))
                static_cast<std::vector<std::string>*>(into)->push_back(name + " " +
                                                                        std::to_string(record.b));
        },
        &seen);
    EXPECT_EQ(seen, (std::vector<std::string>{"softirq.raise 0", "softirq.entry 0", "softirq.exit 0",
                                              "softirq.raise 0", "softirq.entry 2", "softirq.exit 0",
                                              "softirq.raise 0", "softirq.entry 1", "softirq.exit 0"}));
}

TEST(SoftirqHandler, UnbalancedCountIsRepairedAndSaid) {
    hosted::take_console_output();
    kernel::open_softirq(Softirq::Tasklet, [] { kernel::local_bh_disable(); });
    interrupt([] { kernel::raise_softirq_irqoff(Softirq::Tasklet); });
    EXPECT_EQ(kernel::execution_context(), kernel::ExecutionContext::Task);
    EXPECT_NE(hosted::take_console_output().find("softirq TASKLET: entered with preempt count"),
              std::string::npos);
}

} // namespace
