// SPDX-License-Identifier: GPL-2.0-or-later
// The backlog: its limit, what it drops and why, and the share of each flow.
#include <random>

#include "kernel/flow_limit.h"
#include "steering_bench.h"

namespace {

using guest_test::cpus;
using guest_test::StoppedCpu;
using guest_test::wait_for;
using kernel::DropReason;
using kernel::SoftnetStats;

class BacklogTest : public guest_test::Steering {
  protected:
    BacklogTest() { device.steering.rps_cpus = 1 << 1; }
};

TEST_F(BacklogTest, HoldsOneMoreThanItsLimit) { // R7
    const uint64_t reasons = kernel::drop_count(DropReason::CpuBacklog);
    {
        const StoppedCpu consumer(1);
        receive_all(std::vector<uint16_t>(1500, 1));
        EXPECT_EQ(kernel::backlog_lengths(1).input, 1001u);
        EXPECT_EQ(watch.of(1).dropped, 499u) << "counted where it would have gone";
        EXPECT_EQ(watch.of(0).dropped, 0u);
        EXPECT_EQ(device.stats.rx_dropped, 499u);
        EXPECT_EQ(kernel::drop_count(DropReason::CpuBacklog) - reasons, 499u);
    }
    wait_until_empty();
    EXPECT_EQ(arrivals.size(), 1001u);
    EXPECT_EQ(watch.of(1).processed, 1001u);
    expect_in_order();
}

TEST_F(BacklogTest, TheLimitCanBeChanged) {
    kernel::netdev_max_backlog = 10;
    {
        const StoppedCpu consumer(1);
        receive_all(std::vector<uint16_t>(20, 1));
        EXPECT_EQ(kernel::backlog_lengths(1).input, 11u);
        kernel::netdev_max_backlog = 0;
        receive_one(1);
        EXPECT_EQ(kernel::backlog_lengths(1).input, 11u);
    }
    wait_until_empty();
    const std::size_t arrived = arrivals.size();
    receive_one(1);
    wait_for_arrivals(arrived + 1);
}

/// What is being worked off is not in the queue that is limited.
TEST_F(BacklogTest, TwoQueues) {
    std::atomic<bool> go = false;
    in_protocol = [&] {
        while (!go)
            arch::relax();
    };
    receive_all(std::vector<uint16_t>(30, 1));
    wait_for([] { return kernel::backlog_lengths(1).process > 0; });
    EXPECT_EQ(kernel::backlog_lengths(1).process, 29u) << "and one in its protocol";
    EXPECT_EQ(kernel::backlog_lengths(1).input, 0u);
    receive_all(std::vector<uint16_t>(1500, 1));
    EXPECT_EQ(kernel::backlog_lengths(1).input, 1001u);
    EXPECT_EQ(kernel::backlog_most(1), 1001u);
    EXPECT_EQ(watch.of(1).received_rps, 1u) << "it was not idle";
    go = true;
    wait_until_empty();
    EXPECT_EQ(arrivals.size(), 30u + 1001u);
    EXPECT_EQ(watch.of(1).received_rps, 1u) << "it found the rest by itself";
    expect_in_order();
}

TEST_F(BacklogTest, AnInterfaceThatIsDownQueuesNothing) {
    const uint64_t reasons = kernel::drop_count(DropReason::DevReady);
    device.up = false;
    receive_one(1);
    EXPECT_EQ(kernel::drop_count(DropReason::DevReady) - reasons, 1u);
    EXPECT_EQ(device.stats.rx_dropped, 1u);
    EXPECT_EQ(watch.sum(&SoftnetStats::dropped), 0u) << "that is not the backlog's fault";
}

TEST_F(BacklogTest, AnInterfaceIsGoneOnlyWhenItsPacketsAre) {
    kernel::NetDevice other;
    other.up = true;
    ASSERT_TRUE(kernel::register_netdev(other));
    std::atomic<bool> go = false, gone = false;
    in_protocol = [&] {
        while (!go)
            arch::relax();
    };
    receive_all({1, 1, 1});
    guest_test::ThreadOn remover(2, [&] {
        kernel::unregister_netdev(other);
        EXPECT_EQ(arrivals.size(), 3u);
        gone = true;
    });
    kernel::sleep_ns(10'000'000);
    EXPECT_FALSE(gone);
    go = true;
    wait_for([&] { return gone.load(); });
}

/// One elephant and twenty mice, twice as much together as CPU 1 works off. Returns lost and sent of each
/// kind.
struct Loss {
    unsigned mice_sent = 0, mice_lost = 0, elephant_sent = 0, elephant_lost = 0;
};
class FlowLimit : public BacklogTest {
  protected:
    static constexpr uint16_t elephant = 500;
    static constexpr unsigned mice = 20, elephant_packets = 80, rounds = 200;

    ~FlowLimit() override {
        EXPECT_TRUE(kernel::set_flow_limit_cpus(0));
        EXPECT_TRUE(kernel::set_flow_limit_table_len(4096));
    }

    Loss overload() {
        std::atomic<unsigned> credits = 0;
        in_protocol = [&] {
            while (credits == 0)
                arch::relax();
            --credits;
        };
        std::vector<uint16_t> round(elephant_packets, elephant);
        for (uint16_t mouse = 0; mouse < mice; mouse++)
            round.push_back(mouse);
        std::mt19937 random(7);
        for (unsigned i = 0; i < rounds; i++) {
            std::shuffle(round.begin(), round.end(), random);
            receive_all(round);
            credits = static_cast<unsigned>(round.size() / 2);
            wait_for([&] { return credits == 0 || empty(); });
        }
        credits = 1'000'000;
        wait_until_empty();
        Loss loss{rounds * mice, rounds * mice, rounds * elephant_packets, rounds * elephant_packets};
        for (const Arrival& arrival : arrivals)
            (arrival.flow == elephant ? loss.elephant_lost : loss.mice_lost)--;
        in_protocol = nullptr;
        return loss;
    }
};

TEST_F(FlowLimit, SparesTheMice) { // R8
    ASSERT_TRUE(kernel::set_flow_limit_cpus(1));
    EXPECT_EQ(kernel::flow_limit_cpus(), 1u);
    const Loss loss = overload();
    EXPECT_LT(loss.mice_lost * 100, loss.mice_sent);
    EXPECT_GT(loss.elephant_lost * 100, loss.elephant_sent * 40);
    EXPECT_GT(watch.of(0).flow_limit, 0u) << "counted where it was decided";
    EXPECT_EQ(watch.of(1).flow_limit, 0u);
    EXPECT_EQ(watch.of(0).flow_limit, watch.of(1).dropped) << "each of them is dropped by the backlog";
}

TEST_F(FlowLimit, IsOffUnlessAskedFor) {
    ASSERT_TRUE(kernel::set_flow_limit_cpus(1 << 1)); // which enqueues nothing
    const Loss loss = overload();
    EXPECT_GT(loss.mice_lost * 100, loss.mice_sent * 20) << "everybody loses";
    EXPECT_EQ(watch.sum(&SoftnetStats::flow_limit), 0u);
}

TEST_F(FlowLimit, BeginsHalfFull) {
    ASSERT_TRUE(kernel::set_flow_limit_cpus(1));
    {
        const StoppedCpu consumer(1);
        receive_all(std::vector<uint16_t>(500, elephant));
        EXPECT_EQ(watch.of(1).dropped, 0u);
        receive_all(std::vector<uint16_t>(128, elephant));
        EXPECT_EQ(watch.of(1).dropped, 0u) << "half of the last 256";
        receive_one(elephant);
        EXPECT_EQ(watch.of(1).dropped, 1u);
        receive_one(3);
        EXPECT_EQ(watch.of(1).dropped, 1u);
    }
    wait_until_empty();
}

TEST_F(FlowLimit, TableLengthsArePowersOfTwo) {
    for (const uint32_t wrong : {0u, 3u, 4095u, 131072u})
        EXPECT_FALSE(kernel::set_flow_limit_table_len(wrong)) << wrong;
    for (const uint32_t right : {1u, 8192u, 65536u}) {
        EXPECT_TRUE(kernel::set_flow_limit_table_len(right));
        EXPECT_TRUE(kernel::set_flow_limit_cpus(0xf));
        EXPECT_TRUE(kernel::set_flow_limit_cpus(0));
    }
    EXPECT_EQ(kernel::flow_limit_table_len(), 65536u);
}

} // namespace
