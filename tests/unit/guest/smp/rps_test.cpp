// SPDX-License-Identifier: GPL-2.0-or-later
// Receive packet steering: who gets a packet, through which queue, by how many interrupts.
#include <random>

#include "../interrupts.h"
#include "arch/hosted/machine.h"
#include "kernel/smp.h"
#include "kernel/softirq.h"
#include "kernel/trace.h"
#include "steering_bench.h"

namespace {

using guest_test::cpus;
using guest_test::interrupts;
using guest_test::SoftnetWatch;
using guest_test::wait_for;
using kernel::SoftnetStats;

using Rps = guest_test::Steering;

uint64_t net_rx_runs(unsigned cpu) {
    return kernel::softirq_stats(cpu).executed[static_cast<unsigned>(kernel::Softirq::NetRx)];
}

TEST_F(Rps, OffMeansNoBacklogAndNoInterrupt) { // R3
    const uint64_t runs = net_rx_runs(0);
    kernel::BhGuard guard;
    for (uint16_t flow = 0; flow < 100; flow++)
        receive(flow);
    EXPECT_EQ(arrivals.size(), 100u) << "at once";
    EXPECT_EQ(watch.of(0).processed, 100u);
    EXPECT_EQ(watch.sum(&SoftnetStats::received_rps), 0u);
    EXPECT_EQ(net_rx_runs(0), runs);
}

TEST_F(Rps, TheHashChoosesAmongTheMask) { // R2
    std::mt19937 random(1);
    for (const uint32_t mask : {0xfu, 0xbu, 0x6u, 0x8u}) {
        device.steering.rps_cpus = mask;
        for (int i = 0; i < 1000; i++) {
            const auto flow = static_cast<uint16_t>(random() % 60000);
            arrivals.clear();
            receive_one(flow);
            wait_for_arrivals(1);
            EXPECT_EQ(arrivals[0].cpu, predicted(mask, hash(flow))) << mask;
        }
    }
    arrivals.resize(4000); // for the conservation law
}

TEST_F(Rps, EachOfTheMaskGetsItsShare) {
    device.steering.rps_cpus = 0xf;
    for (uint16_t flow = 0; flow < 1000; flow++)
        receive_one(flow);
    wait_for_arrivals(1000);
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        EXPECT_NEAR(static_cast<double>(watch.of(cpu).processed), 250, 60) << cpu;
}

TEST_F(Rps, TheOwnCpuGoesThroughItsBacklogToo) {
    device.steering.rps_cpus = 1;
    {
        kernel::BhGuard guard;
        receive(5);
        receive(5);
        EXPECT_TRUE(arrivals.empty());
        EXPECT_EQ(kernel::backlog_lengths(0).input, 2u);
    }
    EXPECT_EQ(arrivals.size(), 2u) << "at local_bh_enable";
    EXPECT_EQ(watch.of(0).processed, 2u);
    EXPECT_EQ(watch.of(0).received_rps, 0u);
}

TEST_F(Rps, WhatIsNotIpv4Stays) {
    device.steering.rps_cpus = 2;
    static unsigned seen_on;
    seen_on = cpus;
    kernel::dev_add_pack(0x88b6, [](kernel::PacketBuffer* packet) {
        seen_on = arch::cpu_id();
        kernel::consume_packet(packet);
    });
    kernel::PacketBuffer* packet = kernel::alloc_packet();
    packet->device = &device;
    packet->protocol = 0x88b6;
    {
        kernel::BhGuard guard;
        kernel::netif_receive_skb(packet);
    }
    kernel::dev_remove_pack(0x88b6);
    EXPECT_EQ(seen_on, 0u);
    device.stats.rx_packets++;
    arrivals.push_back({}); // for the conservation law
}

TEST_F(Rps, OneInterruptForEachPacketThatComesAlone) { // R6
    device.steering.rps_cpus = 1 << 1;
    const uint64_t before = interrupts("CAL", 1);
    for (unsigned i = 1; i <= 50; i++) {
        receive_one(1);
        wait_for_arrivals(i);
    }
    EXPECT_EQ(watch.of(1).received_rps, 50u);
    EXPECT_EQ(interrupts("CAL", 1) - before, 50u);
    EXPECT_EQ(watch.of(1).processed, 50u);
    EXPECT_EQ(watch.of(0).processed, 0u);
}

TEST_F(Rps, OneInterruptForEachCpuOfARun) { // R6
    device.steering.rps_cpus = 0xe;
    std::vector<uint16_t> flows(600);
    for (uint16_t flow = 0; flow < flows.size(); flow++)
        flows[flow] = flow;
    receive_all(flows);
    wait_for_arrivals(flows.size());
    for (unsigned cpu = 1; cpu < cpus; cpu++)
        EXPECT_EQ(watch.of(cpu).received_rps, 1u) << cpu;
}

TEST_F(Rps, AtSaturationHardlyAnyInterrupts) { // R6
    device.steering.rps_cpus = 1 << 1;
    in_protocol = [] { arch::relax(); }; // the other CPU produces meanwhile
    constexpr unsigned rounds = 500;
    for (unsigned i = 0; i < rounds; i++) {
        receive_all({1, 2, 3, 4});
        arch::relax();
    }
    wait_until_empty();
    const uint64_t handled = watch.of(1).processed;
    EXPECT_GT(handled, rounds) << "and much of it was not dropped";
    EXPECT_LT(static_cast<double>(watch.of(1).received_rps), 0.05 * static_cast<double>(handled));
}

/// While a poll of this CPU queues, the others are told at the end of its run, not before.
TEST_F(Rps, TheInterruptIsSentAtTheEndOfTheRun) {
    device.steering.rps_cpus = 1 << 2;
    const uint64_t before = interrupts("CAL", 2);
    {
        kernel::BhGuard guard;
        receive(1);
        for (int i = 0; i < 100; i++)
            arch::relax();
        EXPECT_EQ(interrupts("CAL", 2), before);
        EXPECT_EQ(kernel::backlog_lengths(2).input, 1u);
    }
    wait_for_arrivals(1);
    EXPECT_EQ(interrupts("CAL", 2) - before, 1u);
}

TEST_F(Rps, ABacklogPollTakesItsWeight) {
    device.steering.rps_cpus = 1 << 1;
    const auto runs_for = [&](unsigned packets) {
        const uint64_t before = net_rx_runs(1);
        const std::size_t arrived = arrivals.size();
        receive_all(std::vector<uint16_t>(packets, 1));
        wait_for_arrivals(arrived + packets);
        wait_for([] { return kernel::backlog_lengths(1).process == 0; });
        arch::relax();
        return net_rx_runs(1) - before;
    };
    EXPECT_EQ(runs_for(200), 4u) << "64, 64, 64, 8";
    kernel::dev_weight = 16;
    runs_for(1); // a poll that has begun keeps its weight
    EXPECT_EQ(runs_for(40), 3u);
    kernel::dev_weight = 64;
    runs_for(1);
}

TEST_F(Rps, AnOfflineTargetFallsBack) { // R9
    device.steering.rps_cpus = 0xf;
    hosted::pretend_cpu(0, 2);
    {
        kernel::BhGuard guard;
        for (uint16_t flow = 0; flow < 200; flow++)
            receive(flow);
    }
    wait_for_arrivals(200);
    hosted::pretend_cpu(0, cpus);
    for (const auto& arrival : arrivals) {
        const unsigned chosen = predicted(0xf, hash(arrival.flow));
        EXPECT_EQ(arrival.cpu, chosen < 2 ? chosen : 0) << arrival.flow;
    }
    EXPECT_GT(watch.of(1).processed, 0u);
    EXPECT_EQ(watch.sum(&SoftnetStats::dropped), 0u);
}

TEST_F(Rps, AMaskOfNobodyFallsBack) {
    device.steering.rps_cpus = 0xf0;
    kernel::BhGuard guard;
    receive(1);
    EXPECT_EQ(arrivals.size(), 1u);
}

TEST_F(Rps, EveryCpuSteersToEveryOther) { // R4
    device.steering.rps_cpus = 0xf;
    constexpr unsigned each = 300;
    {
        std::vector<std::unique_ptr<guest_test::ThreadOn>> threads;
        for (unsigned cpu = 0; cpu < cpus; cpu++)
            threads.push_back(std::make_unique<guest_test::ThreadOn>(cpu, [this, cpu] {
                for (unsigned i = 0; i < each; i++) {
                    receive_all(
                        {static_cast<uint16_t>(cpu * 1000 + i % 7), static_cast<uint16_t>(cpu * 1000 + i)});
                    arch::relax();
                }
            }));
    }
    wait_until_empty();
    EXPECT_EQ(arrivals.size(), cpus * each * 2);
    expect_in_order();
}

TEST_F(Rps, IsTraced) {
    device.steering.rps_cpus = 1 << 3;
    kernel::trace_start();
    receive_one(7);
    wait_for_arrivals(1);
    kernel::trace_stop();
    std::vector<kernel::TraceRecord> seen;
    kernel::trace_for_each(
        [](const kernel::TraceRecord& record, void* cookie) {
            if (record.event == kernel::Event::RpsSteer || record.event == kernel::Event::RpsIpi ||
                record.event == kernel::Event::BacklogEnqueue || record.event == kernel::Event::NetDeliver)
                static_cast<decltype(seen)*>(cookie)->push_back(record);
        },
        &seen);
    ASSERT_EQ(seen.size(), 4u);
    EXPECT_EQ(seen[0].event, kernel::Event::RpsSteer);
    EXPECT_EQ(seen[0].a, hash(7));
    EXPECT_EQ(seen[0].b, 3u);
    EXPECT_EQ(seen[1].event, kernel::Event::BacklogEnqueue);
    EXPECT_EQ(seen[1].a, 3u);
    EXPECT_EQ(seen[1].b, 1u);
    EXPECT_EQ(seen[2].event, kernel::Event::RpsIpi);
    EXPECT_EQ(seen[2].b, 3u);
    EXPECT_EQ(seen[3].event, kernel::Event::NetDeliver);
    EXPECT_EQ(seen[3].cpu, 3u);
}

TEST_F(Rps, NewInterfacesGetTheDefaultMask) {
    kernel::NetDevice late;
    kernel::rps_default_mask = 0x6;
    EXPECT_EQ(device.steering.rps_cpus, 0u);
    ASSERT_TRUE(kernel::register_netdev(late));
    EXPECT_EQ(late.steering.rps_cpus, 0x6u);
    kernel::unregister_netdev(late);
    kernel::rps_default_mask = 0;
}

} // namespace
