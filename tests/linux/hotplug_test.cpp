// SPDX-License-Identifier: GPL-2.0-or-later
// The card is plugged into a running Linux and pulled out again where people do that: on pc's bus, and on q35
// in a root port or behind a bridge to conventional PCI.
#include <gtest/gtest.h>

#include "linux_guest.h"
#include "wire_end.h"
#include "wire_traffic.h"

namespace linux_test {

using harness::Arguments;
using namespace std::chrono_literals;

namespace {

constexpr const char* complaints =
    "dmesg -c | grep -E 'BUG|WARNING|Oops|nobody cared|NETDEV WATCHDOG|timed out'";

struct Place {
    const char* name;
    Machine machine;
    std::string address; ///< for device_add
    friend std::ostream& operator<<(std::ostream& out, const Place& place) { return out << place.name; }
};

const Place places[] = {
    {"pc", {"pc", 1}, R"("bus": "pci.0", "addr": "9")"},
    {"q35RootPort", {"q35", 2, {"-device", "pcie-root-port,id=slot0,chassis=1"}}, R"("bus": "slot0")"},
    {"q35Bridge",
     {"q35",
      1,
      {"-device", "pcie-root-port,id=slot0,chassis=1", "-device", "pcie-pci-bridge,id=bridge,bus=slot0"}},
     R"("bus": "bridge", "addr": "2")"},
};

void expect_exchange(LinuxGuest& guest) {
    ExchangePlan plan;
    plan.send = plan.expect = 500;
    auto findings = exchange_with_guest(guest, plan, 0);
    EXPECT_TRUE(findings.host_perfect) << "host: " << findings.host;
    EXPECT_TRUE(findings.guest_perfect) << "guest: " << findings.guest;
}

class LinuxHotplug : public ::testing::TestWithParam<Place> {
  protected:
    void plug() {
        guest_.plug(0, GetParam().address);
        ASSERT_TRUE(guest_.becomes("[ -e /sys/class/net/eth0 ] && echo there", "there\n"));
        guest_.must("ip link set eth0 up");
    }

    /// By IP: what is left of it on the wire is no frame of the next exchange.
    void send_without_end() {
        auto sent = [&] { return std::stoll(guest_.must("cat /sys/class/net/eth0/statistics/tx_packets")); };
        auto before = sent();
        guest_.must("ip addr add 10.9.0.1/24 dev eth0; arp -i eth0 -s 10.9.0.2 " +
                    to_string(LinuxGuest::wire_mac(0)));
        guest_.start_in_background("exec ping -i 0.001 -s 1400 10.9.0.2");
        ASSERT_TRUE(harness::wait_until([&] { return sent() > before + 100; }));
    }

    LinuxGuest guest_{GetParam().machine, {{.net = Net::Wire, .plugged = false}}};
};

} // namespace

TEST_P(LinuxHotplug, AgainAndAgainUnderTraffic) {
    for (int round = 0; round < 2; round++) {
        plug();
        expect_exchange(guest_);
        send_without_end();
        WireTraffic traffic(guest_, 0);
        ASSERT_TRUE(harness::wait_until([&] { return traffic.sent() > 100; }));
        guest_.unplug(0);
        EXPECT_EQ(guest_.must("ls -1 /sys/class/net"), "lo\n");
    }
    plug();
    expect_exchange(guest_);
    EXPECT_EQ(guest_.run(complaints).output, "");
}

INSTANTIATE_TEST_SUITE_P(Places, LinuxHotplug, ::testing::ValuesIn(places),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(LinuxDriver, IsRemovedAndLoadedFiftyTimesUnderTraffic) {
    LinuxGuest guest({"pc", 1}, {{.net = Net::Wire}});
    WireTraffic traffic(guest, 0);
    for (int round = 0; round < 50; round++) {
        guest.must("rmmod e100; modprobe e100; ip link set eth0 up");
        ASSERT_TRUE(guest.becomes(
            "[ $(cat /sys/class/net/eth0/statistics/rx_packets) -gt 0 ] && echo receives", "receives\n"))
            << "round " << round;
    }
    traffic.stop();
    EXPECT_EQ(guest.run(complaints).output, "");
    expect_exchange(guest);
}

} // namespace linux_test
