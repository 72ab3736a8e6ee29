// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's clock goes as fast as QEMU's virtual clock, whether that follows the host's or counts
// instructions.
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

#include "guest_machine.h"

namespace guest_test {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

/// A look at the guest's clock, between two looks at the host's.
struct Reading {
    steady_clock::time_point before, after;
    double guest_seconds;
};

Reading read_clock(GuestMachine& guest) {
    guest.console().expect_text("e100# ", std::chrono::seconds(60));
    Reading reading{};
    reading.before = steady_clock::now();
    guest.console().send_line("cat /proc/uptime");
    const auto line = guest.console().expect("^([0-9]+\\.[0-9]+) [0-9]+\\.[0-9]+$");
    reading.after = steady_clock::now();
    reading.guest_seconds = std::stod(line.groups[0]);
    return reading;
}

TEST(Clock, FollowsTheHosts) {
    GuestMachine guest({});
    const Reading first = read_clock(guest);
    std::this_thread::sleep_until(first.after + std::chrono::seconds(3));
    const Reading second = read_clock(guest);
    const double passed = second.guest_seconds - first.guest_seconds;
    constexpr double printed_precision = 0.01, tolerated_drift = 0.001;
    EXPECT_GE(passed * (1 + tolerated_drift) + printed_precision,
              duration<double>(second.before - first.after).count());
    EXPECT_LE(passed * (1 - tolerated_drift) - printed_precision,
              duration<double>(second.after - first.before).count());
}

/// Two runs that count instructions are the same to the last bit of each register.
TEST(Clock, IsExactUnderIcount) {
    std::string reports[2];
    for (std::string& report : reports) {
        GuestMachine guest({.command_line = "crash=softirq",
                            .more = {"-icount", "shift=4,sleep=off"},
                            .debug_exit = false}); // QEMU stays, so that all it printed can be read
        guest.console().expect_text("the guest has stopped\n", std::chrono::seconds(60));
        report = guest.console().transcript();
    }
    EXPECT_EQ(reports[0], reports[1]);
    EXPECT_NE(reports[0].find("Backtrace:"), std::string::npos);
}

/// With sleep=off QEMU's virtual clock does not wait for idle time to pass: what the guest takes for seconds
/// is over at once. A TSC that only counted instructions would stand still.
TEST(Clock, GoesOnOverIdleTimeUnderIcount) {
    GuestMachine guest({.more = {"-icount", "shift=4,sleep=off"}});
    const Reading first = read_clock(guest);
    std::this_thread::sleep_until(first.after + std::chrono::milliseconds(300));
    const Reading second = read_clock(guest);
    EXPECT_GT(second.guest_seconds - first.guest_seconds,
              2 * duration<double>(second.after - first.before).count());
}

} // namespace
} // namespace guest_test
