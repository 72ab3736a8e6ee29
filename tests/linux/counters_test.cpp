// SPDX-License-Identifier: GPL-2.0-or-later
// The chip's own counters arrive in Linux: the driver has them dumped every two seconds and adds up what it
// finds, if the chip has marked the dump complete at the place that belongs to its generation (SDM 6.3.2.4).
#include "linux_test.h"

namespace linux_test {

using namespace std::chrono_literals;

namespace {

class Counters : public LinuxTest {
  protected:
    int64_t counter(const std::string& name) { return guest().statistics("eth1").at(name); }
    /// Sends `count` frames of `bytes` without FCS.
    void send(uint32_t count, size_t bytes) {
        harness::Pattern pattern(3, bytes - 14, bytes - 14);
        for (uint32_t i = 0; i < count; i++)
            guest().wire().send(pattern.frame(i, LinuxGuest::mac(1), LinuxGuest::wire_mac(1)));
    }
    bool grows_by(const std::string& name, int64_t before, int64_t growth) {
        bool reached = harness::wait_until([&] { return counter(name) >= before + growth; }, 10s);
        return reached && counter(name) == before + growth;
    }
};

} // namespace

// Whoever sends short frames on QEMU's wires leaves the padding out; the card must not take them for
// collision debris.
TEST_F(Counters, TakeUnpaddedFramesForGood) {
    auto before = guest().statistics("eth1");
    send(7, 34);
    EXPECT_TRUE(grows_by("rx_packets", before["rx_packets"], 7));
    EXPECT_EQ(counter("rx_bytes"), before["rx_bytes"] + 7 * 60);
    EXPECT_EQ(counter("rx_errors"), before["rx_errors"]);
}

// Configured to receive long frames (SDM 6.4.2.3 byte 18 bit 3), the chip stores them and the driver throws
// them away.
TEST_F(Counters, OfOverlongFrames) {
    auto before = guest().statistics("eth1");
    send(5, 1520);
    EXPECT_TRUE(grows_by("rx_over_length_errors", before["rx_over_length_errors"], 5));
    EXPECT_EQ(counter("rx_packets"), before["rx_packets"]);
}

// No RFD of the driver's has room for these; each may stop the receive unit, none may stop it for good.
TEST_F(Counters, GoOnAfterFramesBeyondAnyBuffer) {
    auto before = counter("rx_packets");
    send(5, 4000);
    expect_exchange(0, 200);
    EXPECT_EQ(counter("rx_packets"), before + 200);
}

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
