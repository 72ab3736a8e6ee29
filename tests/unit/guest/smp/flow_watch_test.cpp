// SPDX-License-Identifier: GPL-2.0-or-later
// The table of `flows`: the CPU of each step, only while somebody watches, and bounded.
#include "kernel/flow_watch.h"

#include <utility>

#include "../shell/capture.h"
#include "steering_bench.h"

namespace {

using guest_test::cpus;
using kernel::FlowStep;
using kernel::WatchedFlow;

class FlowWatch : public guest_test::Steering {
  protected:
    FlowWatch() {
        kernel::flow_watch_clear();
        kernel::flow_watch_on = true;
    }
    ~FlowWatch() override {
        kernel::flow_watch_on = false;
        kernel::flow_watch_clear();
    }

    static std::vector<WatchedFlow> watched() {
        std::vector<WatchedFlow> flows;
        kernel::flow_watch_for_each(
            [](const WatchedFlow& flow, void* list) {
                static_cast<std::vector<WatchedFlow>*>(list)->push_back(flow);
            },
            &flows);
        return flows;
    }
    static std::vector<uint32_t> counts(const WatchedFlow& flow, FlowStep step) {
        const auto& of = flow.packets[static_cast<unsigned>(step)];
        return {of.begin(), of.begin() + cpus};
    }
    /// A step is counted by the CPU that does it, after the packet may have arrived already.
    void arrive(const std::vector<uint16_t>& flows) {
        const size_t before = arrivals.size();
        receive_all(flows);
        wait_for_arrivals(before + flows.size());
        wait_until_empty();
    }
};

TEST_F(FlowWatch, KnowsTheCpuOfEachStep) {
    device.steering.rps_cpus = 0xe;
    const uint16_t flow = flow_to(0xe, 2);
    arrive({flow, flow, flow});
    const auto flows = watched();
    ASSERT_EQ(flows.size(), 1u) << "of two CPUs, but one row";
    EXPECT_TRUE(flows[0].keys == keys(flow));
    EXPECT_EQ(flows[0].hash, hash(flow));
    const std::vector<uint32_t> nobody(cpus), here = {3, 0, 0, 0}, there = {0, 0, 3, 0};
    EXPECT_EQ(counts(flows[0], FlowStep::Isr), here);
    EXPECT_EQ(counts(flows[0], FlowStep::Poll), here);
    EXPECT_EQ(counts(flows[0], FlowStep::Target), there);
    EXPECT_EQ(counts(flows[0], FlowStep::Protocol), there);
    EXPECT_EQ(counts(flows[0], FlowStep::Wake), nobody);
    EXPECT_EQ(counts(flows[0], FlowStep::Read), nobody);
}

TEST_F(FlowWatch, TellsFlowsApart) {
    arrive({1, 2, 2, 3, 3, 3});
    std::map<uint16_t, uint32_t> packets;
    for (const WatchedFlow& flow : watched())
        packets[static_cast<uint16_t>(flow.keys.source_port - 1024)] = counts(flow, FlowStep::Protocol)[0];
    EXPECT_EQ(packets, (std::map<uint16_t, uint32_t>{{1, 1}, {2, 2}, {3, 3}}));
}

TEST_F(FlowWatch, WithoutSteeringNobodyIsChosen) {
    arrive({7});
    const auto flows = watched();
    ASSERT_EQ(flows.size(), 1u);
    EXPECT_EQ(counts(flows[0], FlowStep::Target), std::vector<uint32_t>(cpus));
}

TEST_F(FlowWatch, OffCountsNothingAndKeepsWhatItHas) {
    arrive({1});
    kernel::flow_watch_on = false;
    arrive({1, 2});
    const auto flows = watched();
    ASSERT_EQ(flows.size(), 1u);
    EXPECT_EQ(counts(flows[0], FlowStep::Poll)[0], 1u);
}

TEST_F(FlowWatch, ClearForgetsOnAllCpus) {
    device.steering.rps_cpus = 0xf;
    std::vector<uint16_t> many(40);
    for (uint16_t i = 0; i < many.size(); i++)
        many[i] = i;
    arrive(many);
    EXPECT_EQ(watched().size(), many.size());
    kernel::flow_watch_clear();
    EXPECT_TRUE(watched().empty());
    arrive({5});
    ASSERT_EQ(watched().size(), 1u);
    EXPECT_EQ(counts(watched()[0], FlowStep::Poll)[0], 1u) << "counts begin anew";
}

TEST_F(FlowWatch, MoreFlowsThanItHasRoomForAreCountedAsLost) {
    std::vector<uint16_t> many(1000);
    for (uint16_t i = 0; i < many.size(); i++)
        many[i] = i;
    arrive(many);
    uint32_t steps = kernel::flow_watch_lost();
    EXPECT_GT(steps, 0u);
    const auto flows = watched();
    EXPECT_LE(flows.size(), 128u);
    for (const WatchedFlow& flow : flows)
        for (const FlowStep step : {FlowStep::Isr, FlowStep::Poll, FlowStep::Protocol})
            steps += counts(flow, step)[0];
    EXPECT_EQ(steps, 3 * many.size()) << "each step is in the table or counted as lost";
}

TEST_F(FlowWatch, AStepThatAllCpusDidIsPrintedWhole) {
    std::string all;
    kernel::PacketBuffer* packet = packet_of(3);
    for (unsigned cpu = 0; cpu < arch::max_cpus; cpu++) {
        for (unsigned i = 0; i < 10'000; i++)
            kernel::flow_watch(FlowStep::Read, cpu, *packet);
        all += (cpu ? "," : "") + std::to_string(cpu) + ":10000";
    }
    kernel::consume_packet(packet);
    const std::string text = shell_test::run("flows");
    EXPECT_NE(text.find("   17 10.0.2.2:1027         10.0.2.15:9           "), std::string::npos) << text;
    EXPECT_NE(text.find(" " + all + "\n"), std::string::npos) << text;
}

} // namespace
