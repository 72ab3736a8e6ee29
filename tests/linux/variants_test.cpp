// SPDX-License-Identifier: GPL-2.0-or-later
// Each chip of the family, all in one machine, with the one driver that tells them apart: TCB format,
// statistics layout, configuration and PHY differ.
#include <gmock/gmock.h>

#include "linux_guest.h"
#include "offline_tests.h"
#include "wire_end.h"

namespace linux_test {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> chips = {
    "82557a",   "82557b",  "82557c",       "82557b,phy=82503", "82557b,phy=dp83840",
    "82558a",   "82558b",  "82559a",       "82559b",           "82559c",
    "82559er",  "82550",   "82559cardbus", "82550c",           "82801ba",
    "82801cam", "82801db", "82801eb",      "82801fb",          "82801gb"};
/// Linux does not open it without a microcode file that the image does not have.
const std::string chip_without_microcode = "82551";

class Variants : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        std::vector<Card> cards;
        for (const auto& chip : chips)
            cards.push_back({.net = Net::Wire, .properties = "chip=" + chip});
        cards.push_back({.net = Net::Wire, .properties = "chip=" + chip_without_microcode});
        guest_ = std::make_unique<LinuxGuest>(Machine{"pc", 2}, cards);
    }
    static void TearDownTestSuite() { guest_.reset(); }

    static std::unique_ptr<LinuxGuest> guest_;
};

std::unique_ptr<LinuxGuest> Variants::guest_;

std::string interface(size_t eth) { return "eth" + std::to_string(eth); }

} // namespace

TEST_F(Variants, ExchangeFrames) {
    for (unsigned eth = 0; eth < chips.size(); eth++) {
        ExchangePlan plan;
        plan.send = plan.expect = 1000;
        auto findings = exchange_with_guest(*guest_, plan, eth);
        EXPECT_TRUE(findings.host_perfect) << chips[eth] << ", host: " << findings.host;
        EXPECT_TRUE(findings.guest_perfect) << chips[eth] << ", guest: " << findings.guest;
    }
}

// The statistics end at byte 64, 76 or 80, by generation; only there does the driver look for the mark that
// they are complete (SDM 6.3.2.4).
TEST_F(Variants, CountWhatTheyMiss) {
    constexpr int most_rounds = 50;
    ExchangePlan plan;
    plan.send = 3000;
    plan.window = 0;
    std::vector<int64_t> received_before(chips.size());
    std::vector<unsigned> to_flood;
    for (unsigned eth = 0; eth < chips.size(); eth++) {
        guest_->must("ethtool -G " + interface(eth) + " rx 16");
        received_before[eth] = guest_->statistics(interface(eth))["rx_packets"];
        to_flood.push_back(eth);
    }
    // How fast the host sends depends on what else it does: once more, until the guest is too slow for it.
    for (int64_t round = 1; round <= most_rounds && !to_flood.empty(); round++) {
        for (unsigned eth : to_flood)
            flood(*guest_, plan, eth);
        std::erase_if(to_flood, [&](unsigned eth) {
            std::map<std::string, int64_t> now;
            auto accounted = [&] {
                now = guest_->statistics(interface(eth));
                return now["rx_packets"] - received_before[eth] + now["rx_missed_errors"] +
                       now["rx_fifo_errors"];
            };
            harness::wait_until([&] { return accounted() >= round * plan.send; }, 10s);
            EXPECT_EQ(accounted(), round * plan.send) << chips[eth] << ": missed " << now["rx_missed_errors"]
                                                      << ", overrun " << now["rx_fifo_errors"];
            return HasFailure() || now["rx_missed_errors"] > 0;
        });
    }
    for (unsigned eth : to_flood)
        ADD_FAILURE() << chips[eth] << " misses nothing";
}

// Linux sleeps four seconds in each.
TEST_F(Variants, PassTheOfflineTests) {
    for (size_t eth = 0; eth < chips.size(); eth++)
        if (!chips[eth].ends_with("phy=82503")) // has no registers to loop back with
            expect_offline_tests_pass(*guest_, interface(eth), chips[eth]);
}

// In half duplex, at 10 Mb/s, with the PHY's registers set by force.
TEST_F(Variants, TakeTheModeThatLinuxForces) {
    for (size_t eth = 0; eth < chips.size(); eth++) {
        if (chips[eth].ends_with("phy=82503"))
            continue; // has no registers
        const std::string name = interface(eth);
        const std::string show = "ethtool " + name + " | grep -E 'Speed|Duplex|detected' | tr -d '\\t'";
        guest_->must("ethtool -s " + name + " autoneg off speed 10 duplex half");
        EXPECT_TRUE(guest_->becomes(show, "Speed: 10Mb/s\nDuplex: Half\nLink detected: yes\n")) << chips[eth];
        guest_->must("ethtool -s " + name + " autoneg on");
        EXPECT_TRUE(guest_->becomes(show, "Speed: 100Mb/s\nDuplex: Full\nLink detected: yes\n"))
            << chips[eth];
    }
}

TEST_F(Variants, WithoutItsMicrocodeThe82551StaysClosed) {
    EXPECT_NE(guest_->run("ip link set " + interface(chips.size()) + " up").status, 0);
    EXPECT_THAT(guest_->must("dmesg"), HasSubstr("e100/d102e_ucode.bin"));
}

TEST_F(Variants, LeaveTheKernelContent) {
    EXPECT_EQ(guest_->run("dmesg | grep -E 'BUG|WARNING|Oops|nobody cared|NETDEV WATCHDOG|timed out'").output,
              "");
}

} // namespace linux_test
