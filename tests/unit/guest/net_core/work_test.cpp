// SPDX-License-Identifier: GPL-2.0-or-later
// Work items and the lock that sleeps.
#include "kernel/work.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "../interrupts.h"
#include "kernel/mutex.h"

namespace {

using guest_test::let_others_run;

struct Item : kernel::Work {
    explicit Item(std::function<void()> what) : what_(std::move(what)) {
        function = [](void* item) { static_cast<Item*>(item)->what_(); };
        argument = this;
    }

  private:
    std::function<void()> what_;
};

class Work : public testing::Test {
  protected:
    void SetUp() override { kernel::work_init(); }
};

TEST_F(Work, RunsInTheWorkersThreadInOrder) {
    std::string order, who;
    Item first([&] { order += 'a', who = kernel::current_thread()->name; });
    Item second([&] { order += 'b'; });
    guest_test::interrupt([&] {
        kernel::schedule_work(first);
        kernel::schedule_work(second);
        kernel::schedule_work(first); // queued already
    });
    let_others_run();
    EXPECT_EQ(order, "ab");
    EXPECT_EQ(who, "kworker/0");
}

TEST_F(Work, MayBeQueuedAgainWhileItRuns) {
    int runs = 0;
    Item* self = nullptr;
    Item item([&] {
        if (++runs < 3)
            kernel::schedule_work(*self);
    });
    self = &item;
    kernel::schedule_work(item);
    let_others_run();
    EXPECT_EQ(runs, 3);
}

TEST_F(Work, CancelTakesItOffTheQueue) {
    int runs = 0;
    Item item([&] { runs++; });
    {
        kernel::PreemptGuard guard;
        kernel::schedule_work(item);
        kernel::cancel_work(item);
    }
    let_others_run();
    EXPECT_EQ(runs, 0);
}

TEST_F(Work, CancelWaitsForTheEnd) {
    bool ended = false;
    Item item([&] {
        kernel::sleep_ns(50'000'000);
        ended = true;
    });
    kernel::schedule_work(item);
    let_others_run(); // it sleeps now
    EXPECT_FALSE(ended);
    kernel::cancel_work(item);
    EXPECT_TRUE(ended);
}

TEST(Mutex, LetsOneInAtATime) {
    static kernel::Mutex mutex;
    static int inside, most, passed;
    inside = most = passed = 0;
    const auto enter = [](void*) {
        kernel::MutexGuard guard(mutex);
        most = std::max(most, ++inside);
        kernel::sleep_ns(10'000'000);
        inside--;
        passed++;
    };
    for (int i = 0; i < 4; i++)
        ASSERT_NE(kernel::thread_create("contender", 0, enter, nullptr), nullptr);
    kernel::sleep_ns(200'000'000);
    EXPECT_EQ(passed, 4);
    EXPECT_EQ(most, 1);
}

} // namespace
