// SPDX-License-Identifier: GPL-2.0-or-later
// Drivers before NAPI: the interrupt handler receives. And what was added to NAPI for experiments: polling
// without a quota, and input that a consumer holds.
#include <algorithm>

#include "cosim.h"
#include "kernel/input_feedback.h"
#include "kernel/padding.h"
#include "kernel/thread.h"

namespace cosim {
namespace {

using e100::DriverKind;

class Legacy : public Cosim {
  protected:
    void SetUp() override { e100::options().driver = DriverKind::Legacy; }
    void TearDown() override {
        service_ns = 0;
        e100::options() = {};
        kernel::padding.irq_ns = 0;
        kernel::padding.packet_ns = 0;
        kernel::input_feedback = false;
    }
    static unsigned steps(const std::vector<Step>& trace, const std::string& name) {
        return static_cast<unsigned>(std::ranges::count(trace, name, &Step::name));
    }
};

TEST_F(Legacy, AnInterruptForEachPacketAndNoPoll) {
    open();
    const Work before = work();
    stream(100, 200'000);
    const Work done = work() - before;
    expect_received_all(100);
    EXPECT_EQ(done.irq_rx, 100u);
    EXPECT_EQ(done.polls, 0u) << "the card's own instance; the backlog's is another";
    close();
}

TEST_F(Legacy, IsNeverMasked) {
    open();
    start_joint_trace();
    stream(5, 200'000);
    const auto trace = joint_trace();
    EXPECT_EQ(steps(trace, "drv.isr"), 5u);
    EXPECT_EQ(steps(trace, "drv.mask"), 0u);
    EXPECT_EQ(steps(trace, "drv.unmask"), 0u);
}

TEST_F(Legacy, ABurstIsReceivedInOrder) {
    open();
    burst(254);
    settle();
    expect_received_all(254);
    close();
}

/// More than the protocols can take: the backlog fills up, the rest dies there, after the work in the
/// handler.
TEST_F(Legacy, OverloadIsDroppedInTheBacklog) {
    open();
    service_ns = 100'000;
    const uint64_t dropped = kernel::softnet_stats(0).dropped;
    stream(3000, 20'000);
    settle(200); // a backlog of 1000 takes 100 ms
    const uint64_t lost = kernel::softnet_stats(0).dropped - dropped;
    EXPECT_GT(lost, 500u);
    EXPECT_EQ(received.size() + lost + card().dropped(i8255x::Counter::RxResourceErrors), 3000u);
    EXPECT_TRUE(std::ranges::is_sorted(received));
}

TEST_F(Legacy, EachPacketPaysInTheHandler) {
    kernel::padding.irq_ns = 30'000;
    open();
    start_joint_trace();
    burst(3);
    settle();
    const auto trace = joint_trace();
    std::vector<uint64_t> unmapped;
    for (const Step& step : trace)
        if (step.name == "dma.unmap")
            unmapped.push_back(step.time_ns);
    ASSERT_EQ(unmapped.size(), 3u);
    EXPECT_GE(unmapped[1] - unmapped[0], 30'000u);
    EXPECT_GE(unmapped[2] - unmapped[1], 30'000u);
    EXPECT_LT(unmapped[2] - unmapped[1], 40'000u);
}

TEST_F(Legacy, TheDriverChangesAtTheNextOpen) {
    open();
    e100::options().driver = DriverKind::Napi;
    burst(2);
    settle();
    EXPECT_EQ(work().rx_packets, 2u);
    const uint64_t polls = work().polls;
    close();
    received.clear();
    kernel::trace_start(); // what is in it was no NAPI
    open();
    burst(2);
    settle();
    expect_received_all(2);
    EXPECT_GT(work().polls, polls);
    close();
}

class Quota : public Legacy {
  protected:
    void SetUp() override {}
};

/// Arrivals faster than the service: a poll without a quota does not end before they do.
TEST_F(Quota, WithoutOneAPollLastsAsLongAsTheLoad) {
    e100::options().weight = kernel::unlimited_weight;
    e100::options().rnr_policy = e100::RnrPolicy::Resume;
    open();
    service_ns = 30'000;
    const Work before = work();
    stream(3000, 20'000);
    EXPECT_LE((work() - before).polls, 5u);
    EXPECT_GT((work() - before).rx_packets, 1900u);
    close();
}

TEST_F(Quota, EndsEachPollOtherwise) {
    e100::options().rnr_policy = e100::RnrPolicy::Resume;
    open();
    service_ns = 30'000;
    const Work before = work();
    stream(3000, 20'000);
    EXPECT_GE((work() - before).polls, 1900u / 16);
    close();
}

TEST_F(Quota, InputThatIsHeldStaysInTheRingUntilItIsReleased) {
    open();
    kernel::input_feedback = true;
    kernel::input_feedback_note(75, 100);
    burst(20);
    hosted::advance_ns(100'000);
    EXPECT_EQ(received.size(), 0u);
    kernel::input_feedback_note(26, 100);
    hosted::advance_ns(100'000);
    EXPECT_EQ(received.size(), 0u) << "above 25 %";
    kernel::input_feedback_note(25, 100);
    kernel::yield(); // to ksoftirqd; a tick would release it, too, but none has come
    expect_received_all(20);
    close();
}

TEST_F(Quota, InputIsReleasedByATickIfTheConsumerHangs) {
    open();
    kernel::input_feedback = true;
    kernel::input_feedback_note(100, 100);
    burst(20);
    settle();
    expect_received_all(20);
    close();
}

} // namespace
} // namespace cosim
