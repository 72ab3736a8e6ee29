// SPDX-License-Identifier: GPL-2.0-or-later
// Receive bundling, from `ethtool -C` down to the interrupts that come.
#include "arch/clock.h"
#include "cosim.h"

namespace cosim {
namespace {

using i8255x::TraceEvent;

constexpr uint64_t us = 1'000;
constexpr uint64_t gap = 100 * us; ///< of a stream: long enough for the driver, too short for a bundle's end
constexpr int not_supported = -95, invalid = -22;

class Bundling : public Cosim {
  protected:
    Bundling() { e100::options().microcode = e100::Microcode::On; }
    /// Receive interrupts for 60 frames in a steady stream.
    uint64_t interrupts_of_60() {
        const Work before = work();
        const auto first = static_cast<uint32_t>(received.size());
        stream(60, gap, first);
        settle(50); // the longest delay there is
        expect_received_all(first + 60);
        return (work() - before).irq_rx;
    }
    /// Looks at things at an exact time, which a thread cannot.
    static void in(uint64_t ns, std::function<void()> look) {
        hosted::at(arch::now_ns() + ns, std::move(look));
    }
    int set(unsigned rx_usecs, unsigned rx_frames) {
        const int error = device().operations->set_coalesce(device(), {rx_usecs, rx_frames});
        settle();
        return error;
    }
    int get(kernel::CoalesceParameters& parameters) {
        return device().operations->coalesce(device(), parameters);
    }
};

TEST_F(Bundling, IsOffUnlessAskedFor) {
    e100::options() = {};
    open();
    EXPECT_EQ(card().count(TraceEvent::RxBundling), 0u);
    EXPECT_EQ(interrupts_of_60(), 60u);
    kernel::CoalesceParameters parameters{};
    EXPECT_EQ(get(parameters), 0);
    EXPECT_EQ(parameters.rx_usecs, 0u);
}

TEST_F(Bundling, BeginsAndEndsByOrderOfEthtool) {
    e100::options() = {};
    open();
    EXPECT_EQ(set(500, 3), 0);
    EXPECT_EQ(interrupts_of_60(), 20u);
    EXPECT_EQ(set(0, 3), 0);
    EXPECT_EQ(interrupts_of_60(), 60u);
    kernel::CoalesceParameters parameters{};
    EXPECT_EQ(get(parameters), 0);
    EXPECT_EQ(parameters.rx_usecs, 0u);
}

TEST_F(Bundling, SixFramesMakeOneInterrupt) {
    open();
    EXPECT_EQ(card().count(TraceEvent::RxBundling), 1u);
    EXPECT_EQ(interrupts_of_60(), 10u);
}

TEST_F(Bundling, ALoneFramesInterruptComesAfterTheDelay) {
    open();
    const uint64_t interrupts = work().irq_rx, completed = card().count(TraceEvent::RfdComplete);
    burst(1);
    EXPECT_EQ(card().count(TraceEvent::RfdComplete), completed + 1) << "the descriptor does not wait";
    uint64_t early = ~0u, late = ~0u;
    std::size_t received_early = ~0u;
    in(1'023 * us, [&] {
        early = work().irq_rx;
        received_early = received.size();
    });
    in(1'034 * us, [&] { late = work().irq_rx; });
    settle();
    EXPECT_EQ(early, interrupts);
    EXPECT_EQ(received_early, 0u);
    EXPECT_EQ(late, interrupts + 1);
    expect_received_all(1);
}

TEST_F(Bundling, APollSeesFramesWhoseInterruptIsStillOwed) {
    open();
    const Work before = work();
    burst(13); // FR with the sixth
    Work early{};
    std::size_t received_early = 0;
    in(500 * us, [&] {
        early = work() - before;
        received_early = received.size();
    });
    settle();
    EXPECT_EQ(received_early, 13u);
    EXPECT_EQ(early.irq_rx, 1u);
    expect_received_all(13);
    EXPECT_EQ((work() - before).irq_rx, 2u) << "for the thirteenth, which was taken long ago";
}

TEST_F(Bundling, ChangesWhileTheInterfaceIsUp) {
    open();
    EXPECT_EQ(set(300, 3), 0);
    EXPECT_TRUE(device().up);
    EXPECT_TRUE(device().carrier);
    EXPECT_EQ(interrupts_of_60(), 20u);
    EXPECT_EQ(set(300, 1), 0);
    EXPECT_EQ(interrupts_of_60(), 60u);
    EXPECT_EQ(set(50, 6), 0) << "shorter than the gap";
    EXPECT_EQ(interrupts_of_60(), 60u);
    EXPECT_EQ(set(300, 0), 0) << "no limit";
    EXPECT_EQ(interrupts_of_60(), 1u);
    kernel::CoalesceParameters parameters{};
    EXPECT_EQ(get(parameters), 0);
    EXPECT_EQ(parameters.rx_usecs, 300u);
    EXPECT_EQ(parameters.rx_frames, 0u);
}

TEST_F(Bundling, WhatTheChipCannotCountChangesNothing) {
    open();
    for (const auto& [rx_usecs, rx_frames] : {std::pair{50'000u, 6u}, {1024u, 70'000u}})
        EXPECT_EQ(set(rx_usecs, rx_frames), invalid);
    kernel::CoalesceParameters parameters{};
    EXPECT_EQ(get(parameters), 0);
    EXPECT_EQ(parameters.rx_usecs, 1024u);
    EXPECT_EQ(parameters.rx_frames, 6u);
    EXPECT_EQ(card().count(TraceEvent::RxBundling), 1u) << "not loaded again";
}

TEST_F(Bundling, IsSetWhileTheInterfaceIsDown) {
    open();
    close();
    EXPECT_EQ(set(300, 2), 0);
    EXPECT_EQ(card().count(TraceEvent::RxBundling), 1u);
    open();
    EXPECT_EQ(interrupts_of_60(), 30u);
}

TEST_F(Bundling, OptionCountsFromTheNextOpen) {
    e100::options().microcode = e100::Microcode::Off;
    open();
    e100::options().microcode = e100::Microcode::On;
    kernel::CoalesceParameters parameters{};
    EXPECT_EQ(get(parameters), 0);
    EXPECT_EQ(parameters.rx_usecs, 0u) << "nothing bundles yet";
    close();
    EXPECT_EQ(get(parameters), 0);
    EXPECT_EQ(parameters.rx_usecs, 1024u) << "it will";
    open();
    EXPECT_EQ(get(parameters), 0);
    EXPECT_EQ(interrupts_of_60(), 10u);
}

/// A ring that runs empty does not wait for the bundle: RNR interrupts at once.
TEST_F(Bundling, AnEmptyRingInterruptsAtOnce) {
    e100::options().rx_ring = 16;
    open();
    ASSERT_EQ(set(43'000, 0), 0);
    const Work before = work();
    burst(40);
    std::size_t received_early = 0;
    in(1'000 * us, [&] { received_early = received.size(); });
    settle(50);
    EXPECT_GE(received_early, 14u);
    EXPECT_GE((work() - before).irq_rnr, 1u);
    EXPECT_GE(card().count(TraceEvent::RfdComplete), received.size());
}

TEST_F(Bundling, AChipThatDoesNotTakeTheImageStaysClosed) {
    plug();
    ASSERT_EQ(e100::probe(card().address()), e100::Error::None);
    kernel::NetDevice& closed = *kernel::net_devices().back();
    card().command_unit_stuck = true;
    EXPECT_EQ(kernel::dev_open(closed), e100::error_number(e100::Error::CommandTimeout));
    EXPECT_FALSE(e100::adapter_of(closed).bundles);
    card().command_unit_stuck = false;
    EXPECT_EQ(kernel::dev_open(closed), 0);
    EXPECT_TRUE(e100::adapter_of(closed).bundles);
    settle();
    kernel::dev_close(closed);
}

struct Taker {
    const char* chip;
    bool takes;
};
class BundlingFamily : public Bundling, public testing::WithParamInterface<Taker> {};

TEST_P(BundlingFamily, IsForChipsWithAFrameLimit) {
    plug({.chip = GetParam().chip});
    open();
    kernel::CoalesceParameters parameters{};
    EXPECT_EQ(get(parameters), GetParam().takes ? 0 : not_supported);
    EXPECT_EQ(set(300, 4), GetParam().takes ? 0 : not_supported);
    EXPECT_EQ(interrupts_of_60(), GetParam().takes ? 15u : 60u);
}

INSTANTIATE_TEST_SUITE_P(Chips, BundlingFamily,
                         testing::Values(Taker{"82557b", false}, Taker{"82558b", false},
                                         Taker{"82559a", false}, Taker{"82559c", true},
                                         Taker{"82559er", true}, Taker{"82550", true}, Taker{"82551", true}),
                         [](const auto& info) { return std::string("I") + info.param.chip; });

} // namespace
} // namespace cosim
