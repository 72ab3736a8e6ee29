// SPDX-License-Identifier: GPL-2.0-or-later
// What the experiments stand on: the model against its closed forms, the laws against runs that break them,
// and a machine that does the same twice.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/qemu_process.h"
#include "harness/temp_dir.h"
#include "laws.h"
#include "napi_model.h"
#include "report.h"
#include "statistics.h"

namespace experiments {
namespace {

ModelInput at_load(double load, bool poisson) {
    ModelInput input;
    input.rate = static_cast<uint64_t>(load * 1e6 / input.packet_us);
    input.poisson = poisson;
    input.frames = 200'000;
    return input;
}

TEST(Model, AnInterruptForEachPacketThatComesAlone) {
    for (const double load : {0.1, 0.5, 0.9})
        EXPECT_DOUBLE_EQ(predict(at_load(load, false)).interrupts_per_packet(), 1) << load;
}

/// One session for each busy period; with acknowledgement in the handler only, another for those in which
/// more came.
TEST(Model, RandomArrivalsBelowCapacity) {
    for (const double load : {0.23, 0.33, 0.64}) {
        ModelInput input = at_load(load, true);
        EXPECT_NEAR(predict(input).interrupts_per_packet(), (1 - load) * (2 - std::exp(-load)), 0.03) << load;
        input.ack_in_poll = true;
        EXPECT_NEAR(predict(input).interrupts_per_packet(), 1 - load, 0.02) << load;
    }
}

TEST(Model, OverloadLosesWhatIsTooMuch) {
    for (const double load : {1.29, 2.44, 4.0})
        for (const bool resume : {false, true}) {
            ModelInput input = at_load(load, true);
            input.resume = resume;
            const ModelOutput output = predict(input);
            EXPECT_NEAR(output.loss(), 1 - 1 / load, 0.01) << load;
            EXPECT_EQ(output.received + output.lost, input.frames);
            if (resume)
                EXPECT_LT(output.interrupts_per_packet(), 1e-4) << load;
            else
                EXPECT_NEAR(output.interrupts_per_packet(), 2 / 254.0 * (1 - 1 / load), 2e-3) << load;
        }
}

TEST(Model, AFifoShortensTheGaps) {
    ModelInput input = at_load(2, false);
    const uint64_t without = predict(input).longest_loss;
    input.fifo_frames = 49;
    EXPECT_NEAR(static_cast<double>(without), 254 * 2, 40);
    EXPECT_NEAR(static_cast<double>(without - predict(input).longest_loss), 49, 5);
}

TEST(Statistics, ARatioIsOfOneTurn) {
    EXPECT_EQ(median({4, 1, 3}), 3);
    EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
    // The second turn was disturbed, and both of its values with it.
    EXPECT_EQ(median_ratio({20, 5, 22}, {10, 2.5, 11}), 2);
    EXPECT_EQ(median_ratio({2, 30, 8}, {1, 10, 2}), 3);
    // The host became slower from one to the next.
    EXPECT_EQ(ratio_beside(30, 10, 10), 2);
}

TEST(Report, NumbersAsPeopleReadThem) {
    EXPECT_EQ(text_of(uint64_t{0}), "0");
    EXPECT_EQ(text_of(uint64_t{1'000'003}), "1 000 003");
    EXPECT_EQ(text_of(36'412.4), "36 412");
    EXPECT_EQ(text_of(-36'412.4), "-36 412");
    EXPECT_EQ(text_of(0.5904), "0.59");
    EXPECT_EQ(percent(0.591), "59.1 %");
    EXPECT_EQ(spread_of({2000, 1, 3}), "3 (1–2 000)");
    EXPECT_EQ(spread_of({9, 1, 8, 4, 2}), "4 (2–8)");
    EXPECT_EQ(spread_of({2, 1}), "1.5");
}

TEST(Report, ATableIsDrawnAsBars) {
    const Table table{"Cars", {"", "red", "blue"}, {{"old", "1 000 (900–1 100)", "–"}, {"new", "2", "3"}}};
    const Bars bars = bars_of(table, {.unit = "n"});
    EXPECT_EQ(bars.names, (std::vector<std::string>{"red", "blue"}));
    EXPECT_EQ(bars.groups, (std::vector<std::string>{"old", "new"}));
    ASSERT_TRUE(bars.values[0][0]);
    EXPECT_EQ(bars.values[0][0]->value, 1000);
    EXPECT_EQ(bars.values[0][0]->low, 900);
    EXPECT_EQ(bars.values[0][0]->high, 1100);
    EXPECT_FALSE(bars.values[0][1]);
    EXPECT_EQ(bars.values[1][1]->high, 3);
    EXPECT_EQ(bars_of(table, {.unit = "n", .bars = 1}).names.size(), 1u);

    harness::TempDir directory;
    Report report;
    report.show(table, {.suffix = "-cars", .unit = "n", .log = true});
    report.write(directory.path(), "B0", "", "", "./bench");
    for (const char* file : {"B0-cars.svg", "B0-cars.png"})
        EXPECT_GT(std::filesystem::file_size(directory.file(file)), 1000u) << file;
    std::ostringstream page;
    page << std::ifstream(directory.file("B0.md")).rdbuf();
    EXPECT_NE(page.str().find("![Cars](B0-cars.svg)"), std::string::npos);
}

TEST(Report, OneCriterionThatFailsFailsAll) {
    Report report;
    report.judge({"a", "", "1", "1", "", true});
    EXPECT_TRUE(report.passed());
    report.judge({"b", "", "1", "2", "", false});
    EXPECT_FALSE(report.passed());
}

Run overloaded() {
    return perform({.name = "overload",
                    .options = {"pad_ns=20000"},
                    .left = {.rate = 90'000, .count = 3000, .arrivals = "poisson"}});
}

class Machine : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string reason = harness::missing_prerequisite(); !reason.empty())
            GTEST_SKIP() << reason;
    }
};

/// "name: 1, 2; " for each that is not the same.
std::string differences(const Counters& first, const Counters& second) {
    std::string text;
    for (const auto& [name, value] : first)
        if (!second.contains(name) || second.at(name) != value)
            text += name + ": " + std::to_string(value) + ", " +
                    (second.contains(name) ? std::to_string(second.at(name)) : "none") + "; ";
    return text;
}

TEST_F(Machine, DoesTheSameTwice) {
    const experiments::Run first = overloaded(), second = overloaded();
    EXPECT_EQ(differences(first.before, second.before), "");
    EXPECT_EQ(differences(first.after, second.after), "");
    EXPECT_EQ(differences(first.left, second.left), "");
    EXPECT_EQ(differences(first.right, second.right), "");
}

TEST_F(Machine, EachLawNoticesOneFrame) {
    const experiments::Run run = overloaded();
    EXPECT_EQ(broken_laws(run), std::vector<std::string>{});
    for (const char* name :
         {"eth0.rx_good_frames", "eth0.rx_resource_errors", "eth0.rx_packets", "eth0.ring_completed_now",
          "eth1.tx_good_frames", "eth1.tx_packets", "eth0.tx_timeouts", "eth0.napi_schedules",
          "eth0.napi_polls", "eth0.napi_contract_violations", "eth0.interrupts", "cpu0.processed",
          "cpu0.delivered", "ip.InReceives", "cpu0.backlog_dropped", "free.IP_CSUM", "packets.allocated",
          "dma.unmaps", "cpu0.received_rps"}) {
        experiments::Run wrong = run;
        wrong.after.at(name)++;
        EXPECT_NE(broken_laws(wrong), std::vector<std::string>{}) << name;
    }
    experiments::Run without_cause = run;
    without_cause.after.at("cpu0.NET_RX") = run.total("cpu0.NET_RX_raised") + 1;
    EXPECT_NE(broken_laws(without_cause), std::vector<std::string>{});
    for (const char* name : {"reordered", "duplicates", "stale", "received", "foreign"}) {
        experiments::Run wrong = run;
        wrong.right.at(name)++;
        EXPECT_NE(broken_laws(wrong), std::vector<std::string>{}) << name;
    }
}

} // namespace
} // namespace experiments
