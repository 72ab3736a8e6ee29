// SPDX-License-Identifier: GPL-2.0-or-later
// The ways to poll, with the real chip: generations of NAPI, policies of the softirq loop, deferred
// interrupts, threads, busy readers, and weights. Whichever is in force, no frame is lost or goes unaccounted
// for.
#include "arch/clock.h"
#include "arch/cpu.h"
#include "cosim.h"
#include "kernel/net_rx_action.h"
#include "kernel/thread.h"

namespace cosim {
namespace {

using e100::AckMode;
using kernel::NapiModel;
using kernel::SoftirqPolicy;

class Policies : public Cosim {
  protected:
    ~Policies() override {
        kernel::set_napi_model(NapiModel::Modern);
        kernel::set_softirq_policy(SoftirqPolicy::Linux);
    }
    kernel::NapiStats& stats() { return adapter().napi.stats; }
    /// All complete when the handler looks.
    Work masked_burst(unsigned frames) {
        const Work before = work();
        {
            arch::IrqGuard guard;
            burst(frames);
        }
        settle();
        return work() - before;
    }
    /// As stream(), but returns at once.
    void begin_stream(unsigned count, uint64_t gap_ns) {
        const uint64_t start = arch::now_ns();
        for (uint32_t i = 0; i < count; i++)
            hosted::at(start + i * gap_ns, [this, i] { card().receive(numbered_frame(i)); });
    }
};

// ---- Generations ----

class ModelBurst : public Policies,
                   public testing::WithParamInterface<std::tuple<NapiModel, unsigned, AckMode>> {};

TEST_P(ModelBurst, GoldenCounts) {
    const auto [model, frames, ack] = GetParam();
    kernel::set_napi_model(model);
    e100::options().ack_mode = ack;
    open();
    const uint64_t squeezed = kernel::softnet_stats(0).time_squeeze;
    const Work done = masked_burst(frames);
    EXPECT_EQ(done.interrupts, 1u);
    EXPECT_EQ(done.polls, frames / 16 + 1);
    EXPECT_EQ(done.ndone, frames / 16);
    EXPECT_EQ(done.net_rx_runs, model == NapiModel::Modern ? done.polls : 1)
        << "the old generations poll on in the same run";
    EXPECT_EQ(kernel::softnet_stats(0).time_squeeze, squeezed);
    expect_received_all(frames);
}

INSTANTIATE_TEST_SUITE_P(K, ModelBurst,
                         testing::Combine(testing::Values(NapiModel::V2001, NapiModel::V26,
                                                          NapiModel::Modern),
                                          testing::Values(1, 15, 16, 17, 32, 160, 161, 253, 254),
                                          testing::Values(AckMode::Isr, AckMode::Poll)));

class EachModel : public Policies, public testing::WithParamInterface<NapiModel> {
  protected:
    EachModel() { kernel::set_napi_model(GetParam()); }
};

TEST_P(EachModel, OverloadIsDroppedInTheCardAndNothingIsStranded) {
    open();
    const uint64_t squeezed = kernel::softnet_stats(0).time_squeeze;
    service_ns = 27'000;
    stream(4'000, 13'500);
    service_ns = 0;
    const uint64_t dropped = card().dropped(i8255x::Counter::RxResourceErrors);
    EXPECT_EQ(received.size() + dropped, 4'000u);
    EXPECT_GT(dropped, 1'000u);
    EXPECT_EQ(kernel::softnet_stats(0).time_squeeze > squeezed, GetParam() != NapiModel::Modern);
    received.clear();
    burst(10);
    settle();
    expect_received_all(10);
}

TEST_P(EachModel, ASlowCardLosesNothingBesideAFloodedOne) { // N6
    open();
    Card slow({.slot = 4, .irq = 10, .mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x57}});
    ASSERT_EQ(e100::probe(slow.address()), e100::Error::None);
    kernel::NetDevice& slow_device = *kernel::net_devices().back();
    ASSERT_EQ(kernel::dev_open(slow_device), 0);
    settle();
    service_ns = 27'000;
    constexpr unsigned slow_frames = 50;
    const uint64_t start = arch::now_ns();
    for (uint32_t i = 0; i < slow_frames; i++)
        hosted::at(start + i * 1'000'000, [&slow, i] {
            slow.receive(numbered_frame(1'000'000 + i, min_frame, {0x52, 0x54, 0x00, 0x12, 0x34, 0x57}));
        });
    stream(4'000, 13'500);
    service_ns = 0;
    EXPECT_GT(card().dropped(i8255x::Counter::RxResourceErrors), 1'000u) << "flooded";
    EXPECT_EQ(slow_device.stats.rx_packets, slow_frames);
    EXPECT_EQ(slow.dropped(i8255x::Counter::RxResourceErrors), 0u);
    received.clear();
    kernel::dev_close(slow_device);
    e100::remove(e100::adapter_of(slow_device));
    kernel::trace_start(); // two cards' steps are mixed in it
}

INSTANTIATE_TEST_SUITE_P(Generations, EachModel,
                         testing::Values(NapiModel::V2001, NapiModel::V26, NapiModel::Modern),
                         [](const auto& info) {
                             return kernel::napi_model_names[static_cast<std::size_t>(info.param)];
                         });

// ---- Softirq policies ----

class EachPolicy : public Policies, public testing::WithParamInterface<SoftirqPolicy> {
  protected:
    EachPolicy() { kernel::set_softirq_policy(GetParam()); }
};

TEST_P(EachPolicy, NoFrameIsLostThatFits) {
    open();
    for (const unsigned frames : {1u, 100u, 254u}) {
        masked_burst(frames);
        expect_received_all(frames);
        received.clear();
    }
}

TEST_P(EachPolicy, OverloadIsSurvived) {
    open();
    service_ns = 27'000;
    stream(3'000, 13'500);
    service_ns = 0;
    EXPECT_EQ(received.size() + card().dropped(i8255x::Counter::RxResourceErrors), 3'000u);
    received.clear();
    burst(10);
    settle();
    expect_received_all(10);
}

INSTANTIATE_TEST_SUITE_P(Softirq, EachPolicy,
                         testing::Values(SoftirqPolicy::Linux, SoftirqPolicy::InlineAlways,
                                         SoftirqPolicy::DeferIfKsoftirqdRunnable, SoftirqPolicy::Threaded),
                         [](const auto& info) {
                             return kernel::softirq_policy_names[static_cast<std::size_t>(info.param)];
                         });

// ---- Deferral ----

TEST_F(Policies, DeferralSavesTheInterrupts) {
    constexpr unsigned frames = 300;
    constexpr uint64_t gap_ns = 50'000;
    open();
    const Work at_once = [&] {
        const Work before = work();
        stream(frames, gap_ns);
        return work() - before;
    }();
    EXPECT_NEAR(static_cast<double>(at_once.irq_rx), frames, 2);
    received.clear();

    device().napi_defer_hard_irqs = 10;
    device().gro_flush_timeout = 20'000;
    const Work before = work();
    stream(frames, gap_ns);
    const Work deferred = work() - before;
    EXPECT_LE(deferred.irq_rx, 3u) << "the timer finds what the interrupt would tell";
    EXPECT_GE(deferred.polls, frames * gap_ns / 22'000) << "every 20 us";
    EXPECT_GT(stats().timer_schedules, 500u);
    expect_received_all(frames);
    EXPECT_EQ(card().chip().csr_read(i8255x::csr::interrupt_control, 1) & 1, 0u) << "unmasked in the end";
}

TEST_F(Policies, AFrameWhileTheInterruptIsOffWaitsForTheTimerAtMost) {
    open();
    device().napi_defer_hard_irqs = 1;
    device().gro_flush_timeout = 300'000;
    burst(1);
    while (received.empty())
        hosted::advance_ns(1'000);
    hosted::advance_ns(100'000);
    burst(1, 1);
    hosted::advance_ns(150'000);
    EXPECT_EQ(received.size(), 1u) << "masked";
    hosted::advance_ns(100'000);
    EXPECT_EQ(received.size(), 2u);
}

TEST_F(Policies, CloseWhileTheInterruptIsOff) {
    open();
    device().napi_defer_hard_irqs = 1'000;
    device().gro_flush_timeout = 50'000;
    burst(5);
    settle(1);
    close();
    settle();
    device().napi_defer_hard_irqs = 0;
    open();
    received.clear();
    burst(5);
    settle();
    expect_received_all(5);
}

// ---- Threads ----

TEST_F(Policies, AThreadPollsWhatTheSoftirqPolled) {
    open();
    ASSERT_TRUE(kernel::dev_set_threaded(device(), true));
    const Work done = masked_burst(200);
    EXPECT_EQ(done.interrupts, 1u);
    EXPECT_EQ(done.polls, 200 / 16 + 1);
    EXPECT_EQ(stats().threaded_polls, done.polls);
    EXPECT_EQ(done.net_rx_runs, 0u);
    expect_received_all(200);
}

TEST_F(Policies, ThreadedIsSwitchedUnderTraffic) {
    open();
    service_ns = 10'000;
    begin_stream(3'000, 20'000);
    for (unsigned i = 0; i < 20; i++) {
        ASSERT_TRUE(kernel::dev_set_threaded(device(), i % 2 == 0));
        kernel::sleep_ns(3'000'000);
    }
    settle(40);
    service_ns = 0;
    expect_received_all(3'000);
    EXPECT_GT(stats().threaded_polls, 300u);
    EXPECT_GT(stats().polls - stats().threaded_polls, 300u);
}

TEST_F(Policies, ThreadedOverCloseAndOpenUnderFlood) { // N11
    open();
    kernel::dev_set_threaded(device(), true);
    service_ns = 27'000;
    for (unsigned i = 0; i < 5; i++) {
        begin_stream(1'000, 13'500);
        kernel::sleep_ns(5'000'000);
        kernel::dev_close(device());
        const uint64_t polls = stats().polls;
        kernel::sleep_ns(10'000'000);
        EXPECT_EQ(stats().polls, polls) << "polled while disabled";
        received.clear();
        open();
        received.clear();
    }
    service_ns = 0;
    settle();
    received.clear();
    kernel::trace_start();
}

// ---- Readers ----

TEST_F(Policies, ABusyReaderNeedsNoInterruptPerFrame) {
    open();
    const Work before = work();
    begin_stream(100, 50'000);
    kernel::napi_busy_loop(
        adapter().napi.id,
        [](void* numbers) { return static_cast<std::vector<uint32_t>*>(numbers)->size() >= 100; }, &received,
        arch::now_ns() + 50'000'000);
    expect_received_all(100);
    const Work done = work() - before;
    EXPECT_LE(done.irq_rx, 10u) << "one per turn of the reader: it finds SCHED set and masks";
    EXPECT_GT(stats().busy_polls, 100u);
    settle();
    burst(3, 100);
    settle();
    expect_received_all(103);
    kernel::trace_start(); // the interrupt that comes while a reader polls is meant to
}

// ---- Weights ----

TEST_F(Policies, TheWeightOfARunningInterface) {
    open();
    for (const auto& [value, polls] :
         {std::pair{"1", 161u}, {"4", 41u}, {"60", 3u}, {"64", 3u}, {"256", 1u}}) {
        ASSERT_TRUE(e100::set_option("weight", value));
        EXPECT_EQ(masked_burst(160).polls, polls) << value;
        received.clear();
    }
    ASSERT_TRUE(e100::set_option("weight", "unlimited"));
    EXPECT_EQ(masked_burst(254).polls, 1u);
    expect_received_all(254);
}

TEST_F(Policies, UnlimitedPollsForeverUnderOverload) { // E2's question
    e100::set_option("weight", "unlimited");
    open();
    service_ns = 27'000;
    const Work before = work();
    stream(3'000, 13'500);
    service_ns = 0;
    EXPECT_LE((work() - before).polls, 30u) << "a poll ends when the ring is empty, and it never is";
    received.clear();
}

} // namespace
} // namespace cosim
