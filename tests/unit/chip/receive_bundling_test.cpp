// SPDX-License-Identifier: GPL-2.0-or-later
// Receive bundling: how many frames make how many interrupts, and when.
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t ring = 0x30000, slot_bytes = 0x800, slots = 64;
constexpr int64_t us = 1000;

/// 300 ticks are 200 us; a bundle has four frames; frames below 128 bytes are small.
struct ReceiveBundlingTest : testing::Test, UnitBench {
    static constexpr BundlingParameters parameters{.delay = 300, .frames = 4, .small_mask = 0xff80};
    static constexpr int64_t delay = 200 * us;

    ReceiveBundlingTest() { bundling.load(parameters); }

    void start_ring(uint16_t last_command = 0) {
        for (uint32_t i = 0; i < slots; i++)
            put_rfd(ring + i * slot_bytes, i + 1 == slots ? last_command : 0,
                    ring + (i + 1) % slots * slot_bytes, 1522);
        ru(RuCommand::Start, ring);
    }
    void frame(std::size_t bytes = 128) { receive(make_frame(station, ipv4, bytes)); }
    unsigned completed() const {
        unsigned count = 0;
        while (count < slots && (status(ring + count * slot_bytes) & rfd_status::complete) != 0)
            count++;
        return count;
    }
    bool waits() const { return host.deadline(Timer::ReceiveBundle) >= 0; }
};

TEST(WithoutMicrocode, EveryFrameInterruptsAtOnce) {
    UnitBench bench;
    bench.put_rfd(ring, 0, ring, 1522);
    bench.ru(RuCommand::Start, ring);
    for (int i = 0; i < 10; i++) {
        bench.receive(make_frame(station, ipv4, 1000));
        EXPECT_EQ(bench.take_stat(), stat::fr);
        EXPECT_EQ(bench.host.deadline(Timer::ReceiveBundle), -1);
    }
}

TEST_F(ReceiveBundlingTest, RfdsAreCompleteBeforeTheInterrupt) {
    start_ring();
    frame();
    EXPECT_EQ(status(ring), 0xa020);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 1u);
    EXPECT_EQ(scb.stat(), 0);
}

TEST_F(ReceiveBundlingTest, TheLastFrameOfABundleInterrupts) {
    start_ring();
    for (unsigned n = 1; n <= 12; n++) {
        frame();
        EXPECT_EQ(take_stat(), n % 4 == 0 ? unsigned{stat::fr} : 0u) << n;
        EXPECT_EQ(waits(), n % 4 != 0) << n;
    }
    host.advance(10 * delay);
    EXPECT_EQ(take_stat(), 0u);
    EXPECT_EQ(completed(), 12u);
}

TEST_F(ReceiveBundlingTest, ALoneFrameInterruptsAfterTheDelay) {
    start_ring();
    frame();
    host.advance(delay - 1);
    EXPECT_EQ(scb.stat(), 0);
    host.advance(1);
    EXPECT_EQ(take_stat(), stat::fr);
    host.advance(10 * delay);
    EXPECT_EQ(take_stat(), 0u) << "once";
}

TEST_F(ReceiveBundlingTest, EveryFrameStartsTheDelayAnew) {
    start_ring();
    for (int n = 0; n < 3; n++) {
        frame();
        host.advance(delay - 1);
        EXPECT_EQ(scb.stat(), 0);
    }
    host.advance(1);
    EXPECT_EQ(take_stat(), stat::fr);
}

TEST_F(ReceiveBundlingTest, TheTimerEndsTheBundle) {
    start_ring();
    for (int n = 0; n < 3; n++)
        frame();
    host.advance(delay);
    EXPECT_EQ(take_stat(), stat::fr);
    for (int n = 0; n < 3; n++)
        frame();
    EXPECT_EQ(take_stat(), 0u) << "they count from one";
    frame();
    EXPECT_EQ(take_stat(), stat::fr);
}

TEST_F(ReceiveBundlingTest, ATickIsTwoThirdsOfAMicrosecond) {
    for (const auto& [ticks, ns] : {std::pair{0x0600u, 1'024'000}, {1u, 666}, {0xffffu, 43'690'000}, {0u, 0}})
        EXPECT_EQ(bundling_delay_ns(static_cast<uint16_t>(ticks)), ns);
    bundling.load({.delay = 0x0600, .frames = 6, .small_mask = 0xffff});
    start_ring();
    frame();
    EXPECT_EQ(host.deadline(Timer::ReceiveBundle), host.now + 1'024 * us);
}

TEST_F(ReceiveBundlingTest, ASmallFrameInterruptsAloneAndLeavesTheBundle) {
    start_ring();
    frame(128);
    const int64_t deadline = host.deadline(Timer::ReceiveBundle);
    host.advance(50 * us);
    frame(127);
    EXPECT_EQ(take_stat(), stat::fr);
    EXPECT_EQ(host.deadline(Timer::ReceiveBundle), deadline);
    frame(128);
    frame(128);
    EXPECT_EQ(take_stat(), 0u) << "three wait";
    frame(128);
    EXPECT_EQ(take_stat(), stat::fr);
}

TEST_F(ReceiveBundlingTest, ASmallFrameIsMeasuredWithoutItsFcs) {
    set(config::crc_transfer);
    start_ring();
    frame(127);
    EXPECT_EQ(data_of(ring).size(), 131u);
    EXPECT_EQ(take_stat(), stat::fr);
}

TEST_F(ReceiveBundlingTest, MasksAtTheirEnds) {
    start_ring();
    bundling.load({.delay = 300, .frames = 100, .small_mask = 0xf800});
    frame(1514);
    EXPECT_EQ(take_stat(), stat::fr) << "all are small";
    bundling.load({.delay = 300, .frames = 100, .small_mask = 0xffff});
    frame(60);
    EXPECT_EQ(take_stat(), 0u) << "none is";
}

TEST_F(ReceiveBundlingTest, LimitsAtTheirEnds) {
    start_ring();
    for (const uint16_t limit : {uint16_t{0}, uint16_t{1}}) {
        bundling.load({.delay = 300, .frames = limit, .small_mask = 0xffff});
        frame();
        EXPECT_EQ(take_stat(), stat::fr) << limit;
        EXPECT_FALSE(waits());
    }
    bundling.load({.delay = 300, .frames = BundlingParameters::no_limit, .small_mask = 0xffff});
    frame();
    ReceiveBundling::State many = bundling.state();
    many.waiting = 0xfffe;
    bundling.restore(many);
    for (int n = 0; n < 2; n++) {
        frame();
        EXPECT_EQ(take_stat(), 0u);
        EXPECT_TRUE(ReceiveBundling::valid(bundling.state()));
    }
    host.advance(delay);
    EXPECT_EQ(take_stat(), stat::fr);
}

TEST_F(ReceiveBundlingTest, RnrTakesTheBundleAlong) {
    put_rfd(ring, 0, ring + slot_bytes, 1522);
    put_rfd(ring + slot_bytes, rfd_command::end_of_list, 0, 1522);
    ru(RuCommand::Start, ring);
    frame();
    EXPECT_EQ(take_stat(), 0u);
    frame();
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::rnr});
    EXPECT_FALSE(waits());
}

TEST_F(ReceiveBundlingTest, RnrOfAStopperTakesTheBundleAlong) {
    put_rfd(ring, 0, ring + slot_bytes, 1522);
    put_rfd(ring + slot_bytes, rfd_command::end_of_list, 0, 0);
    ru(RuCommand::Start, ring);
    frame();
    EXPECT_EQ(take_stat(), 0u);
    frame();
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::rnr});
}

TEST_F(ReceiveBundlingTest, RnrWithoutFramesIsAlone) {
    put_rfd(ring, rfd_command::end_of_list, 0, 0);
    ru(RuCommand::Start, ring);
    frame();
    EXPECT_EQ(take_stat(), stat::rnr);
}

TEST_F(ReceiveBundlingTest, SuspensionTakesTheBundleAlong) {
    put_rfd(ring, rfd_command::suspend, ring, 1522);
    ru(RuCommand::Start, ring);
    frame();
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::rnr});
}

TEST_F(ReceiveBundlingTest, FramesFromTheFifoAreBundledToo) {
    put_rfd(ring, rfd_command::end_of_list, 0, 1522);
    ru(RuCommand::Start, ring);
    for (int n = 0; n < 4; n++)
        frame(); // three wait in the FIFO
    take_stat();
    start_ring();
    EXPECT_EQ(completed(), 3u);
    EXPECT_EQ(take_stat(), 0u);
    frame();
    EXPECT_EQ(take_stat(), stat::fr);
}

TEST_F(ReceiveBundlingTest, OtherCausesNeitherWaitNorEndTheBundle) {
    start_ring();
    frame();
    const int64_t deadline = host.deadline(Timer::ReceiveBundle);
    put_block(0x10000, cb_command::suspend | cb_command::interrupt, 0);
    execute(0x10000);
    EXPECT_EQ(take_stat(), unsigned{stat::cx | stat::cna});
    EXPECT_EQ(host.deadline(Timer::ReceiveBundle), deadline);
}

/// The delayed CNA waits for a receive interrupt, not for a frame; at the latest it comes by itself.
TEST_F(ReceiveBundlingTest, ADelayedCnaGoesWithTheInterrupt) {
    set(config::standard_tcb);
    start_ring();
    const auto transmit = [&] {
        put_transmit(0x10000, static_cast<uint16_t>(cb_command::suspend | 31u << cb_command::cid_shift), 0,
                     make_frame(stranger, ipv4, 60));
        execute(0x10000);
    };
    transmit();
    frame();
    EXPECT_EQ(take_stat(), 0u);
    host.advance(delay);
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::cna}) << "by the timer";
    transmit();
    for (int n = 0; n < 4; n++)
        frame();
    EXPECT_EQ(take_stat(), unsigned{stat::fr | stat::cna}) << "by a full bundle";
    EXPECT_EQ(host.deadline(Timer::CnaDelay), -1);
}

TEST_F(ReceiveBundlingTest, AbortAndResetForgetTheBundleAndKeepTheMicrocode) {
    for (const bool reset : {false, true}) {
        start_ring();
        frame();
        reset ? receive_unit.selective_reset() : ru(RuCommand::Abort);
        EXPECT_FALSE(waits());
        take_stat();
        host.advance(10 * delay);
        EXPECT_EQ(take_stat(), 0u);
        start_ring();
        for (int n = 0; n < 3; n++)
            frame();
        EXPECT_EQ(take_stat(), 0u) << "they count from one";
        frame();
        EXPECT_EQ(take_stat(), stat::fr);
        receive_unit.selective_reset();
    }
}

TEST_F(ReceiveBundlingTest, NewMicrocodeLeavesNoFrameWithoutItsInterrupt) {
    start_ring();
    frame();
    bundling.load(parameters);
    EXPECT_EQ(take_stat(), stat::fr);
    frame();
    bundling.unload();
    EXPECT_EQ(take_stat(), stat::fr);
    frame();
    EXPECT_EQ(take_stat(), stat::fr);
    EXPECT_FALSE(waits());
}

TEST_F(ReceiveBundlingTest, ATimerThatFiresUnaskedDoesNothing) {
    bundling.timer_fired();
    EXPECT_EQ(take_stat(), 0u);
    start_ring();
    for (int n = 0; n < 4; n++)
        frame();
    EXPECT_EQ(take_stat(), stat::fr);
    bundling.timer_fired();
    EXPECT_EQ(take_stat(), 0u);
}

/// However frames and pauses fall: no stored frame stays without a later FR, and FR never comes without one.
TEST_F(ReceiveBundlingTest, NoFrameIsForgotten) {
    start_ring();
    uint32_t dice = 1;
    unsigned waiting = 0, interrupts = 0;
    for (unsigned n = 0; n < 5'000; n++) {
        dice = dice * 1664525 + 1013904223;
        host.memory.write16(ring + n % slots * slot_bytes, 0);
        frame(60 + (dice >> 8) % 200);
        waiting++;
        host.advance((dice >> 16) % 300 * us);
        host.forget();
        if (take_stat() != 0) {
            interrupts++;
            waiting = waits() ? waiting : 0;
        }
        EXPECT_EQ(waits(), bundling.state().waiting != 0);
        EXPECT_LT(bundling.state().waiting, 4u);
        EXPECT_TRUE(waits() || waiting == 0) << n;
    }
    EXPECT_GT(interrupts, 1000u);
    EXPECT_LT(interrupts, 5000u);
}

TEST_F(ReceiveBundlingTest, GoesOnFromARestoredState) {
    start_ring();
    frame();
    frame();
    UnitBench other;
    ASSERT_TRUE(ReceiveBundling::valid(bundling.state()));
    other.bundling.restore(bundling.state());
    EXPECT_EQ(other.host.deadline(Timer::ReceiveBundle), host.deadline(Timer::ReceiveBundle));
    other.put_rfd(ring, 0, ring, 1522);
    other.ru(RuCommand::Start, ring);
    other.receive(make_frame(station, ipv4, 500));
    EXPECT_EQ(other.take_stat(), 0u);
    other.receive(make_frame(station, ipv4, 500));
    EXPECT_EQ(other.take_stat(), stat::fr) << "the fourth";
    bundling.restore({});
    EXPECT_FALSE(waits()) << "what was waiting no longer is";
}

TEST_F(ReceiveBundlingTest, StatesThatCannotBe) {
    const ReceiveBundling::State good{
        .loaded = true, .parameters = parameters, .waiting = 3, .deadline_ns = 5};
    EXPECT_TRUE(ReceiveBundling::valid(good));
    const auto bad = [&](auto change) {
        ReceiveBundling::State state = good;
        change(state);
        return !ReceiveBundling::valid(state);
    };
    EXPECT_TRUE(bad([](auto& state) { state.loaded = false; }));
    EXPECT_TRUE(bad([](auto& state) { state.waiting = 0; }));
    EXPECT_TRUE(bad([](auto& state) { state.waiting = 4; }));
    EXPECT_TRUE(bad([](auto& state) { state.deadline_ns = -1; }));
    EXPECT_TRUE(bad([](auto& state) { state.waiting = 0, state.deadline_ns = -2; }));
}

/// No microcode knows of headers that come early.
TEST_F(ReceiveBundlingTest, AHeaderInterruptsAtOnceAndTakesTheBundleAlong) {
    put_rfd(ring, 0, ring + slot_bytes, 1522);
    put_rfd(ring + slot_bytes, rfd_command::header, ring, 1522);
    ru(RuCommand::LoadHeaderDataSize, 54);
    ru(RuCommand::Start, ring);
    frame();
    EXPECT_EQ(take_stat(), 0u);
    frame(250);
    EXPECT_EQ(take_stat(), stat::fr);
    EXPECT_FALSE(waits());
    host.advance(1'000'000); // the frame's end, and its bundle's
    EXPECT_EQ(take_stat(), stat::fr);
    EXPECT_EQ(status(ring + slot_bytes), 0xa020);
}

} // namespace
} // namespace i8255x
