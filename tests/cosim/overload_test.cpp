// SPDX-License-Identifier: GPL-2.0-or-later
// More frames than the driver can take: who drops, how often it is interrupted, and that it recovers.
#include "cosim.h"

namespace cosim {
namespace {

using e100::AckMode;
using e100::RnrPolicy;
using i8255x::Counter;
using i8255x::TraceEvent;

constexpr double ring_capacity = 254;

class Overload : public Cosim {
  protected:
    struct Result {
        double loss, interrupts_per_packet, rate;
    };
    /// Offers `load` times what a receiver can take that spends `service` on a packet.
    Result offer(double load, unsigned frames = 20'000, uint64_t service = 27'450) {
        service_ns = service;
        const Work before = work();
        const auto gap = static_cast<uint64_t>(static_cast<double>(service) / load);
        stream(frames, gap);
        service_ns = 0;
        const Work done = work() - before;
        const auto packets = static_cast<double>(done.rx_packets);
        const double seconds = static_cast<double>(frames) * static_cast<double>(gap) * 1e-9;
        return {1 - packets / frames, static_cast<double>(done.irq_rx + done.irq_rnr) / packets,
                packets / seconds};
    }
};

TEST_F(Overload, LossIsWhatIsTooMuchAndAllOfItIsInTheCard) {
    open();
    const Result result = offer(2.0);
    EXPECT_NEAR(result.loss, 0.5, 0.05);
    EXPECT_EQ(card().count(TraceEvent::RxDrop),
              card().dropped(Counter::RxResourceErrors)); // N10
    EXPECT_EQ(card().count(TraceEvent::RxDrop) + received.size(), 20'000u);
}

TEST_F(Overload, InterruptsPerPacketWithLinuxRestart) {
    open();
    for (const double load : {1.3, 2.4, 4.0}) {
        const Result result = offer(load);
        EXPECT_LE(result.interrupts_per_packet, 1.5 * 2 / ring_capacity * result.loss + 3e-3) << load;
        EXPECT_GE(result.interrupts_per_packet, 1e-3) << load << ": each full ring costs interrupts";
        received.clear();
    }
}

TEST_F(Overload, InterruptsVanishWithResume) {
    e100::options().rnr_policy = RnrPolicy::Resume;
    open();
    for (const double load : {1.3, 2.4, 4.0}) {
        const Result result = offer(load);
        EXPECT_LE(result.interrupts_per_packet, 1e-3) << load;
        EXPECT_NEAR(result.loss, 1 - 1 / load, 0.05) << load;
        received.clear();
    }
}

TEST_F(Overload, DeliveredRateStaysFlat) {
    open();
    const double peak = offer(1.05).rate;
    received.clear();
    for (const double load : {2.0, 4.0}) {
        EXPECT_NEAR(offer(load).rate / peak, 1.0, 0.1) << load; // N9
        received.clear();
    }
}

TEST_F(Overload, TheReceiverRunsOnAfterwards) {
    for (const RnrPolicy policy : {RnrPolicy::Linux, RnrPolicy::Resume})
        for (const AckMode ack : {AckMode::Isr, AckMode::Poll}) {
            e100::options().rnr_policy = policy;
            e100::options().ack_mode = ack;
            open();
            offer(3.0, 3000);
            received.clear();
            burst(10);
            settle();
            expect_received_all(10);
            received.clear();
            close();
        }
}

TEST_F(Overload, ChipStatisticsAgreeWithTheCard) {
    open();
    offer(3.0, 3000);
    std::array<kernel::EthtoolStat, i8255x::counter_count> lines;
    ASSERT_EQ(device().operations->chip_stats(device(), lines), lines.size());
    EXPECT_EQ(adapter().statistics.total(Counter::RxGoodFrames), device().stats.rx_packets);
    EXPECT_EQ(adapter().statistics.total(Counter::RxResourceErrors),
              card().dropped(Counter::RxResourceErrors));
    EXPECT_EQ(device().stats.rx_missed_errors, card().dropped(Counter::RxResourceErrors));
}

TEST_F(Overload, EveryRingSize) {
    for (const unsigned size : {16u, 17u, 64u, 255u, 256u}) {
        e100::options().rx_ring = size;
        open();
        burst(size - 2);
        settle();
        expect_received_all(size - 2);
        offer(3.0, 500);
        received.clear();
        close();
    }
}

TEST_F(Overload, KsoftirqdTakesOverAndTimeGoesOn) {
    open();
    const uint64_t wakeups = kernel::softirq_stats(0).ksoftirqd_wakeups;
    const uint64_t squeezed = kernel::softnet_stats(0).time_squeeze;
    offer(2.0, 2000);
    EXPECT_GT(kernel::softirq_stats(0).ksoftirqd_wakeups, wakeups);
    EXPECT_EQ(kernel::softnet_stats(0).time_squeeze, squeezed)
        << "one card of weight 16 never uses the budget up";
}

} // namespace
} // namespace cosim
