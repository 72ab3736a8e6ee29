// SPDX-License-Identifier: GPL-2.0-or-later
// The interface is closed and opened, the driver removed and loaded, the machine put to sleep and reset,
// while frames keep coming.
#include "linux_test.h"
#include "wire_end.h"
#include "wire_traffic.h"

namespace linux_test {

using namespace std::chrono_literals;

namespace {

class Restart : public LinuxTest {
  protected:
    int64_t received() { return std::stoll(guest().must("cat /sys/class/net/eth1/statistics/rx_packets")); }
    /// Frames come in again after whatever was done to the card.
    bool receives() {
        auto before = received();
        return harness::wait_until([&] { return received() > before; });
    }
};

} // namespace

TEST_F(Restart, ClosingAndOpeningUnderTraffic) {
    WireTraffic traffic(guest());
    for (int round = 0; round < 10; round++) {
        guest().must("for i in 1 2 3 4 5; do ip link set eth1 down; ip link set eth1 up; done");
        EXPECT_TRUE(receives()) << "round " << round;
    }
    traffic.stop();
    EXPECT_GT(traffic.sent(), 0u);
    expect_exchange(1000, 1000);
}

TEST_F(Restart, RemovingAndLoadingTheDriverUnderTraffic) {
    WireTraffic traffic(guest());
    for (int round = 0; round < 3; round++) {
        guest().must("rmmod " + driver_module());
        guest().must("modprobe " + driver_module());
        guest().must("ip link set eth1 up");
        EXPECT_TRUE(receives()) << "round " << round;
    }
    traffic.stop();
    guest().must("udhcpc -i eth0 -s /etc/udhcpc.script -n -q -t 20 -T 1");
    expect_ping();
    expect_exchange(1000, 1000);
}

// All of suspending but the processor's stop, which would need somebody to wake it: the driver puts the card
// into D3 and takes it out again (SDM 4.1.18).
TEST_F(Restart, SleepingUnderTraffic) {
    WireTraffic traffic(guest());
    guest().must(
        "echo 1 >/sys/module/suspend/parameters/pm_test_delay && echo platform >/sys/power/pm_test && "
        "echo freeze >/sys/power/state && echo none >/sys/power/pm_test");
    EXPECT_TRUE(receives());
    traffic.stop();
    expect_ping();
    expect_exchange(1000, 1000);
}

TEST_F(Restart, MachineResetUnderTraffic) {
    WireTraffic traffic(guest());
    EXPECT_TRUE(receives());
    guest().reset();
    EXPECT_TRUE(receives());
    traffic.stop();
    expect_ping();
    expect_exchange(1000, 1000);
}

} // namespace linux_test
