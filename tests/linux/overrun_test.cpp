// SPDX-License-Identifier: GPL-2.0-or-later
// More frames than the guest can take: what is lost is counted, what is not lost is unharmed, and the card
// goes on.
#include "linux_test.h"
#include "wire_end.h"

namespace linux_test {

using namespace std::chrono_literals;

namespace {

class Overrun : public LinuxTest {
  protected:
    void SetUp() override { guest().must("ethtool -G eth1 rx 16"); }
    void TearDown() override {
        if (!HasFailure())
            guest().must("ethtool -G eth1 rx 256");
        LinuxTest::TearDown();
    }

    struct Counts {
        int64_t packets, missed, fifo;
        int64_t sum() const { return packets + missed + fifo; }
    };
    /// Frames handed up by the driver, and those for which the chip counted a resource error or an overrun.
    Counts counts() {
        auto all = guest().statistics("eth1");
        return {all.at("rx_packets"), all.at("rx_missed_errors"), all.at("rx_fifo_errors")};
    }
};

} // namespace

TEST_F(Overrun, IsCountedAndSurvived) {
    ExchangePlan plan;
    plan.send = 20'000;
    plan.window = 0;
    auto before = counts();
    start_framecheck(guest(), plan, 1);
    flood(guest(), plan);
    auto findings = guest().finish(60s).output;

    // The driver reads the counters every two seconds, and what it reads are those of the time before.
    Counts after{};
    bool balanced = harness::wait_until(
        [&] {
            after = counts();
            return after.sum() - before.sum() >= plan.send;
        },
        10s);
    auto describe = [&] {
        return "received " + std::to_string(after.packets - before.packets) + ", missed " +
               std::to_string(after.missed - before.missed) + ", overrun " +
               std::to_string(after.fifo - before.fifo) + "; " + findings;
    };
    EXPECT_TRUE(balanced) << describe();
    EXPECT_EQ(after.sum() - before.sum(), plan.send) << describe();
    EXPECT_GT(after.missed - before.missed, 0) << "no overrun: " << describe();
    EXPECT_GT(after.packets - before.packets, 0) << describe();
    for (const char* harm : {"altered", "duplicated", "out of order", "foreign"})
        EXPECT_EQ(findings.find(harm), std::string::npos) << findings;
    auto received = std::to_string(after.packets - before.packets) + " of 20000";
    EXPECT_NE(findings.find("received " + received), std::string::npos) << describe();

    expect_ping();
    expect_exchange(0, 1000, 8);
}

} // namespace linux_test
