// SPDX-License-Identifier: GPL-2.0-or-later
// A frame at the worst moment: between any two register accesses and between any two ordered stores of a
// session.
#include "cosim.h"
#include "kernel/net_rx_action.h"

namespace cosim {
namespace {

using e100::AckMode;
using e100::RnrPolicy;

struct Policy {
    RnrPolicy rnr;
    AckMode ack;
    kernel::NapiModel model = kernel::NapiModel::Modern;
    bool threaded = false;
    uint32_t defer_hard_irqs = 0;
};

class Race : public Cosim, public testing::WithParamInterface<Policy> {
  protected:
    void SetUp() override {
        e100::options().rnr_policy = GetParam().rnr;
        e100::options().ack_mode = GetParam().ack;
        kernel::set_napi_model(GetParam().model);
    }
    void TearDown() override { kernel::set_napi_model(kernel::NapiModel::Modern); }
    void open_by_policy() {
        open();
        device().napi_defer_hard_irqs = GetParam().defer_hard_irqs;
        device().gro_flush_timeout = 50'000;
        ASSERT_TRUE(kernel::dev_set_threaded(device(), GetParam().threaded));
    }

    using SetHook = void (*)(std::function<void()>);

    /// Lets a burst of `frames` be received once for every point at which `set_hook` calls back, with one
    /// more frame injected there, and expects that none is stranded ten milliseconds later without further
    /// traffic.
    void inject_everywhere(unsigned frames, SetHook set_hook) {
        open_by_policy();
        const unsigned points = count_points(frames, set_hook);
        ASSERT_GT(points, 3u);
        for (unsigned point = 0; point < points; point++) {
            received.clear();
            inject_at(point, frames, set_hook);
            settle(10);
            ASSERT_FALSE(received.empty());
            ASSERT_EQ(received.back(), frames) << "the injected frame is stranded: point " << point;
            ASSERT_EQ(device().operations->ring_state(device()).rx_completed, 0u) << point;
            ASSERT_EQ(received.size(), frames + 1) << point;
        }
    }

  private:
    unsigned count_points(unsigned frames, SetHook set_hook) {
        unsigned points = 0;
        set_hook([&] { points++; });
        burst(frames);
        settle(10);
        set_hook(nullptr);
        return points;
    }
    void inject_at(unsigned point, unsigned frames, SetHook set_hook) {
        unsigned now = 0;
        set_hook([&, point, frames] {
            if (now++ == point)
                card().receive(numbered_frame(frames));
        });
        burst(frames);
        settle(10);
        set_hook(nullptr);
        if (now <= point) // the session was shorter this time
            card().receive(numbered_frame(frames));
    }
};

TEST_P(Race, BetweenAnyTwoRegisterAccesses) { inject_everywhere(1, hosted::on_access); }
TEST_P(Race, BetweenAnyTwoRegisterAccessesOfAFullPoll) { inject_everywhere(16, hosted::on_access); }
TEST_P(Race, BetweenAnyTwoRegisterAccessesOfTwoPolls) { inject_everywhere(17, hosted::on_access); }
TEST_P(Race, BetweenAnyTwoRegisterAccessesOfAFullRing) { inject_everywhere(254, hosted::on_access); }
TEST_P(Race, BetweenAnyTwoStores) { inject_everywhere(1, hosted::on_write_barrier); }
TEST_P(Race, BetweenAnyTwoStoresOfTwoPolls) { inject_everywhere(17, hosted::on_write_barrier); }
TEST_P(Race, BetweenAnyTwoStoresOfAFullRing) { inject_everywhere(254, hosted::on_write_barrier); }

/// With an overflowing burst the injected frame may be dropped by the card, so only the last of a second
/// burst must come through, and the books must balance.
TEST_P(Race, OverflowWithAFrameAtAnyAccess) {
    open_by_policy();
    unsigned points = 0;
    hosted::on_access([&] { points++; });
    burst(400);
    settle(10);
    hosted::on_access(nullptr);
    for (unsigned point = 0; point < points; point++) {
        unsigned now = 0;
        hosted::on_access([&] {
            if (now++ == point)
                card().receive(numbered_frame(400));
        });
        burst(400);
        settle(10);
        hosted::on_access(nullptr);
        received.clear();
        burst(200);
        settle(10);
        expect_received_all(200);
        ASSERT_FALSE(HasFailure()) << point;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Policies, Race,
    testing::Values(Policy{RnrPolicy::Linux, AckMode::Isr}, Policy{RnrPolicy::Linux, AckMode::Poll},
                    Policy{RnrPolicy::Resume, AckMode::Isr}, Policy{RnrPolicy::Resume, AckMode::Poll},
                    Policy{RnrPolicy::Linux, AckMode::Isr, kernel::NapiModel::V26},
                    Policy{.rnr = RnrPolicy::Linux, .ack = AckMode::Isr, .threaded = true},
                    Policy{.rnr = RnrPolicy::Linux, .ack = AckMode::Isr, .defer_hard_irqs = 3}));

/// The three stores that move the stopper: a ring filled to the brim when each of them is made.
class StopperMove : public Cosim {};

TEST_F(StopperMove, NoFrameGoesBehindTheStopperAndNoneIsLostInTheRing) {
    for (unsigned fill = 0; fill < 20; fill++) {
        open();
        unsigned barriers = 0; // each injected frame makes new ones
        hosted::on_write_barrier([&] {
            if (++barriers < 2000)
                card().receive(numbered_frame(barriers));
        });
        burst(250 + fill % 5, 1000);
        settle(1 + fill);
        hosted::on_write_barrier(nullptr);
        settle();
        EXPECT_GT(barriers, 3u);
        received.clear(); // the numbers of barriers and burst interleave; the content was checked on the way
        burst(254);
        settle();
        expect_received_all(254);
        received.clear();
        close();
    }
}

/// A descriptor of size 0 that does not end the list, as the chip can meet one between the second and the
/// third store.
class HalfMovedStopper : public StopperMove {
  protected:
    /// Three frames come between the two stores, and `then` happens before the third.
    void meet(const std::function<void()>& then) {
        open();
        burst(old_stopper); // the receiver now stands before the stopper
        const auto descriptor = hosted::ram(adapter().receive.bus_address(old_stopper), 16);
        bool armed = true;
        hosted::on_write_barrier([&] {
            const bool ends_list = (descriptor[3] & std::byte{0x80}) != std::byte{0};
            const bool has_size = descriptor[14] != std::byte{0} || descriptor[15] != std::byte{0};
            if (armed && !ends_list && !has_size) {
                armed = false;
                burst(3, old_stopper);
                then();
            }
        });
        settle(200);
        hosted::on_write_barrier(nullptr);
        EXPECT_FALSE(armed);
        burst(10, old_stopper + 3);
        settle();
        expect_received_all(old_stopper + 13);
    }
    static constexpr unsigned old_stopper = 254;
};

TEST_F(HalfMovedStopper, IsGivenItsTime) {
    meet([] {});
    EXPECT_EQ(adapter().counters.rx_skipped, 0u);
}

TEST_F(HalfMovedStopper, PassedOverIsFoundAndGivenBack) {
    meet([] { hosted::advance_ns(200'000'000); });
    EXPECT_EQ(adapter().counters.rx_skipped, 1u);
}

} // namespace
} // namespace cosim
