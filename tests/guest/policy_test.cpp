// SPDX-License-Identifier: GPL-2.0-or-later
// The ways to poll on the real machine: chosen on the command line and at the prompt, with real timers and
// threads behind them. What each does is counted in tests/unit and tests/cosim; here it must work at all.
#include <gtest/gtest.h>

#include "network.h"

namespace guest_test {
namespace {

TEST(Choices, FromTheCommandLine) {
    GuestMachine guest({.command_line = "softirq_policy=threaded napi_model=v26"});
    guest.type("cat /proc/sys/kernel/softirq_policy /proc/sys/net/core/napi_model");
    guest.console().expect("^linux inline_always defer_if_ksoftirqd_runnable \\[threaded\\]$");
    guest.console().expect("^v2001 \\[v26\\] modern$");
    guest.type("softirq");
    guest.console().expect("^policy: threaded$");
}

/// It is in force when this returns; `shown` is what the file then says.
void set(WiredGuest& wired, const std::string& file, const std::string& value, const std::string& shown) {
    wired.guest().type("echo " + value + " > " + file);
    wired.guest().type("cat " + file);
    wired.console().expect("^" + shown + "$");
}
void choose(WiredGuest& wired, const std::string& file, const std::string& word) {
    set(wired, file, word, "(.* )?\\[" + word + "\\]( .*)?");
}

class Ways : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string reason = missing_network(); !reason.empty())
            GTEST_SKIP() << reason;
    }
};

TEST_F(Ways, EachPolicyAndModelAnswers) {
    WiredGuest wired;
    for (const char* policy : {"inline_always", "defer_if_ksoftirqd_runnable", "threaded", "linux"}) {
        choose(wired, "/proc/sys/kernel/softirq_policy", policy);
        for (const char* model : {"v2001", "v26", "modern"}) {
            choose(wired, "/proc/sys/net/core/napi_model", model);
            EXPECT_TRUE(wired.echo()) << policy << ' ' << model;
        }
    }
}

TEST_F(Ways, ThreadedAndBack) {
    WiredGuest wired;
    wired.guest().type("echo 1 > /sys/class/net/eth0/threaded");
    wired.guest().type("ps");
    wired.console().expect("napi/eth0-8193$");
    EXPECT_TRUE(wired.echo());
    wired.guest().type("napi");
    wired.console().expect("^eth0: id 8193, polled by napi/eth0-8193, weight 16,");
    wired.console().expect("used it up; [1-9][0-9]* by a thread,");
    set(wired, "/sys/class/net/eth0/threaded", "0", "0");
    EXPECT_TRUE(wired.echo());
    wired.guest().type("napi");
    wired.console().expect("polled by NET_RX,");
}

TEST_F(Ways, DeferredInterruptsAreTheTimers) {
    WiredGuest wired;
    set(wired, "/sys/class/net/eth0/gro_flush_timeout", "200000", "200000");
    set(wired, "/sys/class/net/eth0/napi_defer_hard_irqs", "3", "3");
    for (int i = 0; i < 5; i++)
        EXPECT_TRUE(wired.echo());
    // Each answer went out with the interrupt off for three timers at most; now nothing comes any more.
    uint64_t deferred = 0, by_timer = 1;
    harness::wait_until([&] {
        wired.guest().type("napi");
        const auto line = wired.console().expect(
            "^    interrupt left off ([0-9]+) times, scheduled by the timer ([0-9]+) times$");
        deferred = std::stoull(line.groups[0]);
        by_timer = std::stoull(line.groups[1]);
        return deferred >= 3 && deferred == by_timer;
    });
    EXPECT_GE(deferred, 3u);
    EXPECT_EQ(deferred, by_timer);
    EXPECT_TRUE(wired.echo());
}

} // namespace
} // namespace guest_test
