// SPDX-License-Identifier: GPL-2.0-or-later
// What the cases of this folder share.
#include "linux_test.h"

#include "wire_end.h"

namespace linux_test {

using namespace std::chrono_literals;

void LinuxTest::TearDown() {
    if (!HasFailure()) {
        // Crashes, locking errors, interrupts that nobody acknowledged, transmit timeouts: none belongs to a
        // passing case.
        auto complaints =
            guest().run("dmesg -c | grep -E 'BUG|WARNING|Oops|nobody cared|NETDEV WATCHDOG|timed out'");
        EXPECT_EQ(complaints.output, "") << "in the kernel's log";
    }
    if (HasFailure())
        LinuxGuest::spoil();
}

void LinuxTest::expect_ping(unsigned payload, unsigned count) {
    auto number = std::to_string(count);
    auto result = guest().run("ping -c " + number + " -i 0.1 -s " + std::to_string(payload) + " 10.0.2.2");
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.output.find(number + " packets received, 0% packet loss"), std::string::npos)
        << result.output;
}

void LinuxTest::expect_exchange(uint32_t guest_sends, uint32_t host_sends, uint32_t window) {
    ExchangePlan plan;
    plan.send = host_sends;
    plan.expect = guest_sends;
    plan.window = window;
    auto findings = exchange_with_guest(guest(), plan);
    EXPECT_TRUE(findings.host_perfect) << "host: " << findings.host;
    EXPECT_TRUE(findings.guest_perfect) << "guest: " << findings.guest;
}

} // namespace linux_test
