// SPDX-License-Identifier: GPL-2.0-or-later
// ethtool against the card: the driver's self-tests, dumps and settings.
#include <gmock/gmock.h>

#include "linux_test.h"
#include "offline_tests.h"

namespace linux_test {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

namespace {

class Ethtool : public LinuxTest {};

} // namespace

TEST_F(Ethtool, OfflineTestPassesAllFive) {
    expect_offline_tests_pass(guest(), "eth0", "eth0");
    expect_ping();
}

TEST_F(Ethtool, NamesDriverAndSlot) {
    auto output = guest().must("ethtool -i eth1");
    EXPECT_THAT(output, HasSubstr("driver: e100\n"));
    EXPECT_THAT(output, HasSubstr("bus-info: 0000:00:05.0\n"));
}

TEST_F(Ethtool, ShowsRingSizes) {
    auto output = guest().must("ethtool -g eth0");
    EXPECT_THAT(output, ::testing::ContainsRegex("RX:[ \t]+256\n"));
    EXPECT_THAT(output, ::testing::ContainsRegex("TX:[ \t]+128\n"));
}

TEST_F(Ethtool, ShowsTheNegotiatedLink) {
    auto output = guest().must("ethtool eth0");
    EXPECT_THAT(output, HasSubstr("Speed: 100Mb/s"));
    EXPECT_THAT(output, HasSubstr("Duplex: Full"));
    EXPECT_THAT(output, HasSubstr("Link detected: yes"));
}

// An idle, open card: receive unit ready, command unit suspended behind the driver's last command, nothing
// masked.
TEST_F(Ethtool, DumpsRegisters) {
    auto output = guest().must("ethtool -d eth1");
    EXPECT_THAT(output, ::testing::ContainsRegex("RU Status: +Ready"));
    EXPECT_THAT(output, ::testing::ContainsRegex("CU Status: +Suspended"));
    EXPECT_THAT(output, ::testing::ContainsRegex("ALL Interrupts: +no"));
}

// The Dump command (SDM 6.4.2.7) writes the chip's inside to memory, the individual address among it.
TEST_F(Ethtool, DumpsTheChipsInside) {
    auto dump = guest().must("ethtool -d eth1 raw on | xxd -p | tr -d '\\n'");
    EXPECT_THAT(dump, HasSubstr("525400e10001"));
}

TEST_F(Ethtool, ReadsTheEeprom) {
    auto dump = guest().must("ethtool -e eth0 raw on | xxd -p | tr -d '\\n'");
    ASSERT_GE(dump.size(), 128u * 2);
    EXPECT_EQ(dump.substr(0, 12), "525400e10000");
    unsigned sum = 0;
    for (size_t i = 0; i + 4 <= dump.size(); i += 4)
        sum += std::stoul(dump.substr(i + 2, 2) + dump.substr(i, 2), nullptr, 16);
    EXPECT_EQ(sum & 0xffff, 0xbabau);
}

// What is written is there for the next driver, with its checksum (SDM 5), and the address in it is the
// card's.
TEST_F(Ethtool, GivesTheCardAnotherAddress) {
    auto give_address = [&](const char* last_byte) {
        guest().must("ethtool -E eth0 magic 0x1234 offset 5 value " + std::string(last_byte) + "; rmmod " +
                     driver_module() + "; modprobe " + driver_module() + "; dmesg >/tmp/log");
        EXPECT_THAT(guest().must("cat /tmp/log"), ::testing::Not(HasSubstr("EEPROM")));
        return guest().must("cat /sys/class/net/eth0/address");
    };
    EXPECT_EQ(give_address("0x77"), "52:54:00:e1:00:77\n");
    EXPECT_EQ(give_address("0x00"), "52:54:00:e1:00:00\n");
    guest().must("ip link set eth1 up; ip link set eth0 up; "
                 "udhcpc -i eth0 -s /etc/udhcpc.script -n -q -t 20 -T 1");
    expect_ping();
}

TEST_F(Ethtool, TurnsWakeUpOnAndOff) {
    auto wake = [&] { return guest().must("ethtool eth1 | grep -i wake-on"); };
    EXPECT_THAT(wake(), HasSubstr("Supports Wake-on: g"));
    guest().must("ethtool -s eth1 wol d");
    EXPECT_THAT(wake(), HasSubstr("\tWake-on: d"));
    guest().must("ethtool -s eth1 wol g");
    EXPECT_THAT(wake(), HasSubstr("\tWake-on: g"));
    expect_exchange(100, 100);
}

TEST_F(Ethtool, ChangesRingSizesAndWorksOn) {
    guest().must("ethtool -G eth0 rx 16 tx 64");
    expect_ping();
    guest().must("ethtool -G eth0 rx 256 tx 128");
    expect_ping();
}

TEST_F(Ethtool, RestartsNegotiation) {
    guest().must("ethtool -r eth0");
    const auto negotiated = [&] {
        return guest().run("ethtool eth0").output.find("Link detected: yes") != std::string::npos;
    };
    EXPECT_TRUE(harness::wait_until(negotiated, std::chrono::seconds(20)));
    EXPECT_TRUE(guest().becomes("cat /sys/class/net/eth0/carrier", "1\n", std::chrono::seconds(20)));
    expect_ping();
}

/// Linux blinks with register 27 of the PHY; people at the host see it in a property of the device.
TEST_F(Ethtool, BlinksTheLeds) {
    const auto leds = [&] {
        return guest().qmp().execute("qom-get", R"({"path": "/machine/peripheral/eth0", "property": "led"})");
    };
    EXPECT_EQ(leds(), "\"activity,link\"");
    const auto blinker = guest().start_in_background("exec ethtool -p eth0");
    EXPECT_TRUE(harness::wait_until([&] { return leds() == "\"off,on\""; }));
    EXPECT_TRUE(harness::wait_until([&] { return leds() == "\"off,off\""; }));
    guest().must("kill " + blinker);
    EXPECT_TRUE(harness::wait_until([&] { return leds() == "\"activity,link\""; }));
}

/// One byte is written, Linux repairs the checksum, and everything reads back.
TEST_F(Ethtool, WritesTheEeprom) {
    guest().must("ethtool -E eth1 magic 0x1234 offset 64 value 0x5a");
    const auto dump = guest().must("ethtool -e eth1 raw on | xxd -p | tr -d '\\n'");
    EXPECT_EQ(dump.substr(128, 2), "5a");
    unsigned sum = 0;
    for (size_t i = 0; i + 4 <= dump.size(); i += 4)
        sum += std::stoul(dump.substr(i + 2, 2) + dump.substr(i, 2), nullptr, 16);
    EXPECT_EQ(sum & 0xffff, 0xbabau);
}

TEST_F(Ethtool, ShowsTheStatisticsOfTheDriver) {
    auto before = guest().statistics("eth0");
    expect_ping(56, 5);
    auto after = guest().statistics("eth0");
    EXPECT_GE(after["rx_packets"] - before["rx_packets"], 5);
    EXPECT_GE(after["tx_packets"] - before["tx_packets"], 5);
    for (const char* name :
         {"rx_errors", "tx_errors", "rx_dropped", "tx_dropped", "collisions", "tx_deferred"})
        EXPECT_EQ(after.at(name), 0) << name;
}

} // namespace linux_test
