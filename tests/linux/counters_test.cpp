// SPDX-License-Identifier: GPL-2.0-or-later
// The chip's own counters arrive in Linux: the driver has them dumped every two seconds and adds up what it
// finds, if the chip has marked the dump complete at the place that belongs to its generation (SDM 6.3.2.4).
#include "linux_test.h"

namespace linux_test {

using namespace std::chrono_literals;

namespace {

constexpr int runts = 7;

class Counters : public LinuxTest {
  protected:
    int64_t counter(const std::string& name) { return guest().statistics("eth1").at(name); }
    void send_runts() {
        harness::Pattern pattern(3, 20, 20);
        for (uint32_t i = 0; i < runts; i++)
            guest().wire().send(pattern.frame(i, LinuxGuest::mac1, LinuxGuest::wire_mac));
    }
};

} // namespace

// Configured to discard them (SDM 6.4.2.3 byte 7 bit 0), the chip counts frames below 64 bytes and stores
// none.
TEST_F(Counters, OfRuntsAreReadFromTheChip) {
    auto runts_before = counter("rx_short_frame_errors");
    auto packets_before = counter("rx_packets");
    send_runts();
    EXPECT_TRUE(
        harness::wait_until([&] { return counter("rx_short_frame_errors") >= runts_before + runts; }, 10s));
    EXPECT_EQ(counter("rx_short_frame_errors"), runts_before + runts);
    EXPECT_EQ(counter("rx_packets"), packets_before);
}

// Read again later, a counter is never lower: each dump starts the chip's from zero and the driver adds.
TEST_F(Counters, NeverFall) {
    auto before = guest().statistics("eth1");
    expect_exchange(200, 200);
    guest().must("ip link set eth1 down; ip link set eth1 up");
    auto after = guest().statistics("eth1");
    EXPECT_EQ(before.size(), after.size());
    for (const auto& [name, value] : before)
        EXPECT_GE(after[name], value) << name;
    EXPECT_GE(after["rx_packets"], before["rx_packets"] + 200);
    EXPECT_GE(after["tx_packets"], before["tx_packets"] + 200);
}

} // namespace linux_test
