// SPDX-License-Identifier: GPL-2.0-or-later
// Sleeping and waking.
#include <gtest/gtest.h>
#include <string>

#include "arch/clock.h"
#include "interrupts.h"
#include "kernel/thread.h"
#include "kernel/timer.h"

namespace {

using guest_test::let_others_run;

struct Gate {
    kernel::WaitQueue queue;
    bool open = false;
    void wait() {
        arch::IrqGuard guard;
        while (!open)
            queue.wait();
    }
};

TEST(WaitQueue, WakesOneAtATimeInOrder) {
    static kernel::WaitQueue queue;
    static int tickets = 0;
    static std::string order;
    for (const char* name : {"a", "b", "c"})
        kernel::thread_create(
            name, 0,
            [](void* own) {
                arch::IrqGuard guard;
                while (tickets == 0)
                    queue.wait();
                tickets--;
                order += static_cast<const char*>(own);
            },
            const_cast<char*>(name));
    let_others_run();
    for (const char* expected : {"a", "ab", "abc"}) {
        tickets++;
        queue.wake_one();
        let_others_run();
        EXPECT_EQ(order, expected);
    }
}

TEST(WaitQueue, WakesAll) {
    static Gate gate;
    static int through = 0;
    for (int i = 0; i < 3; i++)
        kernel::thread_create(
            "waiter", 0,
            [](void*) {
                gate.wait();
                through++;
            },
            nullptr);
    let_others_run();
    EXPECT_EQ(through, 0);
    gate.open = true;
    gate.queue.wake_all();
    let_others_run();
    EXPECT_EQ(through, 3);
}

TEST(WaitQueue, WakingNobodyIsHarmless) {
    kernel::WaitQueue queue;
    queue.wake_one();
    queue.wake_all();
}

TEST(WaitQueue, InterruptHandlersWake) {
    Gate gate;
    guest_test::interrupt_after(3 * kernel::ns_per_jiffy, [&] {
        gate.open = true;
        gate.queue.wake_one();
    });
    const uint64_t begin = arch::now_ns();
    gate.wait();
    EXPECT_GE(arch::now_ns() - begin, 3 * kernel::ns_per_jiffy);
    EXPECT_LT(arch::now_ns() - begin, 4 * kernel::ns_per_jiffy) << "the wake-up is not left to the next tick";
}

TEST(WaitQueue, WaitReturnsWithInterruptsOff) {
    Gate gate;
    guest_test::interrupt_after(kernel::ns_per_jiffy, [&] { gate.queue.wake_one(); });
    arch::IrqGuard guard;
    gate.queue.wait();
    EXPECT_FALSE(arch::irqs_enabled());
}

TEST(WaitQueue, TheDeadlinePasses) {
    kernel::WaitQueue queue;
    const uint64_t deadline = arch::now_ns() + 10 * kernel::ns_per_jiffy;
    arch::IrqGuard guard;
    EXPECT_FALSE(queue.wait_until(deadline));
    EXPECT_GE(arch::now_ns(), deadline);
    EXPECT_LT(arch::now_ns(), deadline + 2 * kernel::ns_per_jiffy);
    queue.wake_one(); // nobody is left in the queue
}

TEST(WaitQueue, WokenBeforeTheDeadline) {
    kernel::WaitQueue queue;
    const uint64_t begin = arch::now_ns();
    guest_test::interrupt_after(2 * kernel::ns_per_jiffy, [&] { queue.wake_one(); });
    arch::IrqGuard guard;
    EXPECT_TRUE(queue.wait_until(begin + 100 * kernel::ns_per_jiffy));
    EXPECT_LT(arch::now_ns(), begin + 4 * kernel::ns_per_jiffy);
}

TEST(WaitQueue, ADeadlineInThePastDoesNotSleep) {
    kernel::WaitQueue queue;
    const uint64_t begin = arch::now_ns();
    arch::IrqGuard guard;
    EXPECT_FALSE(queue.wait_until(begin));
    EXPECT_LT(arch::now_ns(), begin + 1000);
}

TEST(WaitQueue, TheLockIsFreeWhileTheWaiterSleeps) {
    static kernel::SpinLock lock;
    static kernel::WaitQueue queue;
    static bool ready = false;
    kernel::thread_create(
        "waker", 0,
        [](void*) {
            kernel::IrqSpinGuard guard(lock);
            ready = true;
            queue.wake_one();
        },
        nullptr);
    kernel::IrqSpinGuard guard(lock);
    while (!ready)
        queue.wait(lock);
    EXPECT_TRUE(lock.held());
}

TEST(WaitQueue, TheDeadlinePassesUnderALock) {
    kernel::SpinLock lock;
    kernel::WaitQueue queue;
    const uint64_t deadline = arch::now_ns() + 3 * kernel::ns_per_jiffy;
    kernel::IrqSpinGuard guard(lock);
    EXPECT_FALSE(queue.wait_until(lock, deadline));
    EXPECT_TRUE(lock.held());
    EXPECT_GE(arch::now_ns(), deadline);
}

TEST(Sleep, LastsAtLeastAsLongAsAsked) {
    for (const uint64_t ns : {uint64_t{1}, kernel::ns_per_jiffy / 2, 3 * kernel::ns_per_jiffy + 1}) {
        const uint64_t begin = arch::now_ns();
        kernel::sleep_ns(ns);
        EXPECT_GE(arch::now_ns() - begin, ns);
        EXPECT_LE(arch::now_ns() - begin, ns + 2 * kernel::ns_per_jiffy);
    }
}

} // namespace
