// SPDX-License-Identifier: GPL-2.0-or-later
// The cable is pulled and put back: QEMU's set_link reaches the guest through the PHY's status register.
#include "linux_test.h"

namespace linux_test {

using namespace std::chrono_literals;

namespace {

class Link : public LinuxTest {
  protected:
    /// The driver's watchdog looks every two seconds.
    bool carrier_becomes(const char* interface, const char* value) {
        return guest().becomes(std::string("cat /sys/class/net/") + interface + "/carrier",
                               std::string(value) + "\n", 10s);
    }
};

} // namespace

TEST_F(Link, GoesDownAndUpAgain) {
    ASSERT_TRUE(carrier_becomes("eth0", "1"));
    guest().qmp().set_link("net0", false);
    EXPECT_TRUE(carrier_becomes("eth0", "0"));
    EXPECT_NE(guest().run("ethtool eth0").output.find("Link detected: no"), std::string::npos);
    guest().qmp().set_link("net0", true);
    EXPECT_TRUE(carrier_becomes("eth0", "1"));
    expect_ping();
}

TEST_F(Link, OfOneCardIsNotThatOfTheOther) {
    guest().qmp().set_link("net1", false);
    EXPECT_TRUE(carrier_becomes("eth1", "0"));
    EXPECT_TRUE(carrier_becomes("eth0", "1"));
    guest().qmp().set_link("net1", true);
    EXPECT_TRUE(carrier_becomes("eth1", "1"));
    expect_exchange(100, 100);
}

} // namespace linux_test
