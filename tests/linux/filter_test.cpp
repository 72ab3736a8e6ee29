// SPDX-License-Identifier: GPL-2.0-or-later
// The address filter as Linux sets it up: own address, broadcast, multicast groups by the chip's hash, all
// multicast, promiscuous.
#include "linux_test.h"

namespace linux_test {

namespace {

constexpr MacAddress stranger = {0x52, 0x54, 0x00, 0x99, 0x99, 0x99};
constexpr MacAddress broadcast = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr MacAddress group = {0x01, 0x00, 0x5e, 0x01, 0x02, 0x03};       // 224.1.2.3
constexpr MacAddress other_group = {0x01, 0x00, 0x5e, 0x04, 0x05, 0x06}; // 224.4.5.6
constexpr int burst = 10;

class Filter : public LinuxTest {
  protected:
    void TearDown() override {
        if (!HasFailure())
            guest().must("ifconfig eth1 -promisc -allmulti");
        LinuxTest::TearDown();
    }

    int64_t packets() { return std::stoll(guest().must("cat /sys/class/net/eth1/statistics/rx_packets")); }

    /// How many of `burst` frames to `destination` are received. One frame to the card's own address follows
    /// them: when it is there, those before it had their chance.
    int64_t received_of_burst(const MacAddress& destination, const std::string& options = "") {
        harness::Pattern pattern(5, 60, 200);
        const std::string framecheck =
            "timeout 20 framecheck eth1 --peer 52:54:00:e1:ff:01 --expect 1 --peer-seed 6 ";
        auto before = packets();
        guest().start(framecheck + options);
        guest().console().expect_text("framecheck: ready");
        for (uint32_t i = 0; i < burst; i++)
            guest().wire().send(pattern.frame(i, destination, LinuxGuest::wire_mac(1)));
        harness::Pattern last(6, 46, 1500);
        guest().wire().send(last.frame(0, LinuxGuest::mac(1), LinuxGuest::wire_mac(1)));
        guest().finish();
        return packets() - before - 1;
    }
};

} // namespace

TEST_F(Filter, TakesOwnAndBroadcastFramesAlone) {
    EXPECT_EQ(received_of_burst(LinuxGuest::mac(1)), burst);
    EXPECT_EQ(received_of_burst(broadcast), burst);
    EXPECT_EQ(received_of_burst(stranger), 0);
    EXPECT_EQ(received_of_burst(group), 0);
}

TEST_F(Filter, TakesTheGroupsThatWereJoined) {
    EXPECT_EQ(received_of_burst(group, "--group 01:00:5e:01:02:03"), burst);
    EXPECT_EQ(received_of_burst(other_group, "--group 01:00:5e:01:02:03"), 0);
    EXPECT_EQ(received_of_burst(group), 0) << "after it was left";
}

TEST_F(Filter, TakesEverythingInPromiscuousMode) {
    guest().must("ifconfig eth1 promisc");
    EXPECT_EQ(received_of_burst(stranger), burst);
    EXPECT_EQ(received_of_burst(group), burst);
    guest().must("ifconfig eth1 -promisc");
    EXPECT_EQ(received_of_burst(stranger), 0);
}

TEST_F(Filter, TakesAllGroupsWhenAsked) {
    guest().must("ifconfig eth1 allmulti");
    EXPECT_EQ(received_of_burst(group), burst);
    EXPECT_EQ(received_of_burst(stranger), 0);
}

} // namespace linux_test
