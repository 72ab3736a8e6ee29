// SPDX-License-Identifier: GPL-2.0-or-later
// Receive flow steering: packets follow their readers and never overtake each other.
#include <random>

#include "kernel/smp.h"
#include "steering_bench.h"

namespace {

using guest_test::cpus;
using guest_test::StoppedCpu;
using guest_test::wait_for;

class Rfs : public guest_test::Steering {
  protected:
    Rfs() {
        EXPECT_TRUE(kernel::rps_set_sock_flow_entries(1024));
        EXPECT_TRUE(kernel::rps_set_flow_cnt(device, 1024));
    }
    /// Somebody on `cpu` reads the flow.
    static void read(uint16_t flow, unsigned cpu) {
        uint32_t flow_hash = hash(flow);
        kernel::call_on_cpu(
            cpu, [](void* cookie) { kernel::rps_record_flow(*static_cast<uint32_t*>(cookie)); }, &flow_hash);
    }
    unsigned cpu_of_next(uint16_t flow) {
        const std::size_t before = arrivals.size();
        receive_one(flow);
        wait_for_arrivals(before + 1);
        return arrivals.back().cpu;
    }
};

TEST_F(Rfs, AFlowGoesToItsReader) {
    device.steering.rps_cpus = 1 << 1;
    EXPECT_EQ(cpu_of_next(4), 1u) << "nobody has read it: by the mask";
    for (const unsigned reader : {2u, 3u, 0u, 1u, 3u}) {
        read(4, reader);
        EXPECT_EQ(cpu_of_next(4), reader);
    }
    EXPECT_EQ(cpu_of_next(5), 1u) << "another flow";
}

TEST_F(Rfs, WithoutAMaskOnlyReadFlowsMove) {
    EXPECT_EQ(cpu_of_next(4), 0u);
    read(4, 2);
    EXPECT_EQ(cpu_of_next(4), 2u);
    EXPECT_EQ(cpu_of_next(5), 0u);
}

TEST_F(Rfs, BothTablesAreNeeded) {
    read(4, 2);
    ASSERT_TRUE(kernel::rps_set_flow_cnt(device, 0));
    EXPECT_EQ(cpu_of_next(4), 0u);
    ASSERT_TRUE(kernel::rps_set_flow_cnt(device, 16));
    EXPECT_EQ(cpu_of_next(4), 2u);
    ASSERT_TRUE(kernel::rps_set_sock_flow_entries(0));
    EXPECT_EQ(cpu_of_next(4), 0u);
    ASSERT_TRUE(kernel::rps_set_sock_flow_entries(1024));
    EXPECT_EQ(cpu_of_next(4), 0u) << "a fresh table knows nobody";
}

TEST_F(Rfs, AFlowWaitsUntilItsPacketsHaveLeftTheOldCpu) {
    read(4, 1);
    EXPECT_EQ(cpu_of_next(4), 1u);
    {
        const StoppedCpu old(1);
        receive_one(4);
        read(4, 3);
        receive_one(4);
        EXPECT_EQ(kernel::backlog_lengths(1).input, 2u) << "the second must not overtake the first";
        EXPECT_EQ(kernel::backlog_lengths(3).input, 0u);
    }
    wait_until_empty();
    wait_for_arrivals(3);
    EXPECT_EQ(cpu_of_next(4), 3u);
    expect_in_order();
}

TEST_F(Rfs, APacketInItsProtocolHasNotLeft) {
    read(4, 1);
    std::atomic<bool> go = false, inside = false;
    in_protocol = [&] {
        inside = true;
        while (!go)
            arch::relax();
    };
    receive_one(4);
    wait_for([&] { return inside.load(); });
    read(4, 3);
    receive_one(4);
    EXPECT_EQ(kernel::backlog_lengths(1).input, 1u);
    go = true;
    wait_for_arrivals(2);
    expect_in_order();
}

TEST_F(Rfs, OrderIsKeptWhileReadersMoveAtRandom) { // R5
    device.steering.rps_cpus = 0xf;
    constexpr uint16_t flows = 12;
    std::mt19937 random(11), slowness(12);
    in_protocol = [&] {
        for (auto turns = slowness() % 4; turns > 0; turns--)
            arch::relax();
    };
    unsigned received = 0;
    for (unsigned round = 0; round < 3000; round++) {
        read(static_cast<uint16_t>(random() % flows), random() % cpus);
        std::vector<uint16_t> batch(random() % 6);
        for (uint16_t& flow : batch)
            flow = static_cast<uint16_t>(random() % flows);
        receive_all(batch);
        received += static_cast<unsigned>(batch.size());
        if (round % 100 == 0)
            wait_until_empty(); // nothing shall be dropped
    }
    wait_for_arrivals(received);
    expect_in_order();
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        EXPECT_GT(watch.of(cpu).processed, received / 20) << cpu;
}

TEST_F(Rfs, TablesAreRoundedUpAndBounded) {
    ASSERT_TRUE(kernel::rps_set_sock_flow_entries(1000));
    EXPECT_EQ(kernel::rps_sock_flow_entries(), 1024u);
    ASSERT_TRUE(kernel::rps_set_flow_cnt(device, 33));
    EXPECT_EQ(device.steering.rps_flow_cnt, 64u);
    EXPECT_FALSE(kernel::rps_set_sock_flow_entries(kernel::rps_most_flows + 1));
    EXPECT_FALSE(kernel::rps_set_flow_cnt(device, kernel::rps_most_flows + 1));
    EXPECT_EQ(kernel::rps_sock_flow_entries(), 1024u);
    EXPECT_EQ(device.steering.rps_flow_cnt, 64u);
}

} // namespace
