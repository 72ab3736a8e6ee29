// SPDX-License-Identifier: GPL-2.0-or-later
// ethtool in the guest: our card passes what Linux's driver tests; QEMU's own model cannot.
#include <gtest/gtest.h>

#include "network.h"

namespace guest_test {
namespace {

class UserNetworkEthtool : public testing::Test {
  protected:
    void SetUp() override {
        const std::string reason = missing_network();
        if (!reason.empty())
            GTEST_SKIP() << reason;
    }
};

TEST_F(UserNetworkEthtool, OfflineTestsAndTrafficAfterwards) {
    const bool ours = harness::device_model() == "e100";
    GuestMachine guest(with_card({}, "user"));
    auto& console = guest.console();
    guest.type("ethtool -t eth0 offline");
    // QEMU's i82559er ignores both loopback modes: the frame leaves for the network.
    const std::string loopback = ours ? "0" : "1";
    console.expect(ours ? "^The test result is PASS$" : "^The test result is FAIL$");
    console.expect("^Link test     \\(on/offline\\)\t 0$");
    console.expect("^Eeprom test   \\(on/offline\\)\t 0$");
    console.expect("^Self test        \\(offline\\)\t 0$");
    console.expect("^Mac loopback     \\(offline\\)\t " + loopback + "$");
    console.expect("^Phy loopback     \\(offline\\)\t " + loopback + "$");
    guest.type("ping -c 3 -i 0.1 10.0.2.2");
    console.expect("^3 packets transmitted, 3 received, 0% packet loss");
    guest.type("ip -s link");
    const auto line = console.expect("^ +[0-9]+ +[0-9]+ +([0-9]+) +([0-9]+) ");
    EXPECT_EQ(line.groups[0] + line.groups[1], "00") << "no error, no packet lost";
}

class WiredEthtool : public UserNetworkEthtool {};

TEST_F(WiredEthtool, TheLinkCanBeForcedAndDumped) {
    GuestMachine guest(with_card({}, "user", Link::Negotiated));
    auto& console = guest.console();
    guest.type("ethtool -s eth0 autoneg off speed 10 duplex half");
    guest.type("ping -c 20 -i 0.1 10.0.2.2"); // the first ones may find the link still down
    console.expect("^20 packets transmitted, [1-9][0-9]* received,");
    guest.type("ethtool eth0");
    console.expect("^\tSpeed: 10Mb/s$");
    console.expect("^\tDuplex: Half$");
    console.expect("^\tAuto-negotiation: off$");
    guest.type("ethtool -s eth0 autoneg on; ethtool -r eth0");
    guest.type("watch -n 0.2 ethtool eth0");
    console.expect("\tSpeed: 100Mb/s");
    console.expect("\tLink detected: yes");
    console.send("q");
    guest.type("ethtool -e eth0");
    console.expect("^0x0000:\t\t52 54 00 12 34 56 ");
    guest.type("ethtool -d eth0");
    console.expect("^      RU Status:               Ready$");
}

} // namespace
} // namespace guest_test
