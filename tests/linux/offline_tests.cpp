// SPDX-License-Identifier: GPL-2.0-or-later
#include "offline_tests.h"

#include <gmock/gmock.h>

namespace linux_test {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

void expect_offline_tests_pass(LinuxGuest& guest, const std::string& interface, const std::string& name) {
    const CommandResult result = guest.run("ethtool -t " + interface + " offline", 60s);
    EXPECT_EQ(result.status, 0) << name;
    EXPECT_THAT(result.output, HasSubstr("The test result is PASS")) << name;
    for (const char* part : {"Link test", "Eeprom test", "Self test", "Mac loopback", "Phy loopback"})
        EXPECT_THAT(result.output, ContainsRegex(std::string(part) + " +\\([a-z/]+\\)[ \t]+0\n")) << name;
}

} // namespace linux_test
