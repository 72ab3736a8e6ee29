// SPDX-License-Identifier: GPL-2.0-or-later
// A burst of K frames for a receiver that is masked: how often it is interrupted and how often it polls
// follows from K.
#include "arch/cpu.h"
#include "cosim.h"

namespace cosim {
namespace {

using e100::AckMode;
using e100::RnrPolicy;
using i8255x::TraceEvent;

constexpr unsigned weight = 16;
constexpr unsigned usable_descriptors = 254; ///< the stopper and the one behind it are not
constexpr unsigned fifo_frames = 3072 / (min_frame + 2);

class Burst : public Cosim, public testing::WithParamInterface<unsigned> {
  protected:
    /// All K complete when the handler reads STAT/ACK.
    Work before_the_handler(unsigned frames) {
        const Work before = work();
        {
            arch::IrqGuard guard;
            burst(frames);
        }
        settle();
        return work() - before;
    }

    /// The first raises the interrupt, the rest come right after the handler has acknowledged it.
    Work behind_the_acknowledge(unsigned frames) {
        const Work before = work();
        const uint64_t acks = card().count(TraceEvent::StatAck);
        bool sent = false;
        hosted::on_access([&] {
            if (!sent && card().count(TraceEvent::StatAck) > acks) {
                sent = true;
                burst(frames - 1, 1);
            }
        });
        burst(1);
        settle();
        hosted::on_access(nullptr);
        return work() - before;
    }
    unsigned received_of(unsigned frames) const { return std::min(frames, usable_descriptors + fifo_frames); }
};

/// Counts of a session that drains `frames` which fit the ring.
void expect_session(const Work& done, unsigned frames, unsigned interrupts) {
    EXPECT_EQ(done.interrupts, interrupts);
    EXPECT_EQ(done.ndone, frames / weight);
    EXPECT_EQ(done.polls, frames / weight + interrupts);
    EXPECT_EQ(done.done, interrupts);
    // One poll per pass; the empty interrupt comes inside the last one, which polls again at once.
    EXPECT_EQ(done.net_rx_runs, frames / weight + 1);
    EXPECT_EQ(done.rx_packets, frames);
}

class FittingBurst : public Burst {};

TEST_P(FittingBurst, CompleteBeforeTheHandlerLooks) {
    open();
    expect_session(before_the_handler(GetParam()), GetParam(), 1);
    expect_received_all(GetParam());
}

TEST_P(FittingBurst, CompleteBeforeTheHandlerLooksAckInPoll) {
    e100::options().ack_mode = AckMode::Poll;
    open();
    expect_session(before_the_handler(GetParam()), GetParam(), 1);
    expect_received_all(GetParam());
}

TEST_P(FittingBurst, WhileMaskedCostsOneEmptyInterrupt) {
    open();
    expect_session(behind_the_acknowledge(GetParam()), GetParam(), GetParam() == 1 ? 1 : 2);
    expect_received_all(GetParam());
}

TEST_P(FittingBurst, WhileMaskedCostsNoneWithAckInPoll) {
    e100::options().ack_mode = AckMode::Poll;
    open();
    expect_session(behind_the_acknowledge(GetParam()), GetParam(), 1);
    expect_received_all(GetParam());
}

INSTANTIATE_TEST_SUITE_P(K, FittingBurst, testing::Values(1, 15, 16, 17, 32, 160, 161, 253, 254));

class OverflowingBurst : public Burst {};

/// The ring takes 254, the FIFO of the chip what fits, and is emptied into the ring by the restart. The
/// handler saw RNR, so the session that drains the ring restarts the receiver; the frames of the FIFO
/// interrupt once more.
TEST_P(OverflowingBurst, CompleteBeforeTheHandlerLooks) {
    open();
    const Work done = before_the_handler(GetParam());
    const unsigned waiting = received_of(GetParam()) - usable_descriptors;
    EXPECT_EQ(done.interrupts, 2u);
    EXPECT_EQ(done.irq_rnr, 1u);
    EXPECT_EQ(done.ru_starts, 1u);
    EXPECT_EQ(done.ndone, usable_descriptors / weight + waiting / weight);
    EXPECT_EQ(done.polls, done.ndone + 2);
    expect_received_all(received_of(GetParam()));
    EXPECT_EQ(card().dropped(i8255x::Counter::RxResourceErrors), GetParam() - received_of(GetParam()));
}

/// The ring overflows while masked: the driver drains it without meeting the stopper, which has moved on, and
/// learns of the stop from the RNR interrupt; restart, and the frames of the FIFO interrupt a third time.
TEST_P(OverflowingBurst, WhileMasked) {
    open();
    const Work done = behind_the_acknowledge(GetParam());
    const unsigned waiting = received_of(GetParam()) - usable_descriptors;
    EXPECT_EQ(done.interrupts, 3u);
    EXPECT_EQ(done.irq_rnr, 1u);
    EXPECT_EQ(done.ru_starts, 1u);
    EXPECT_EQ(done.ndone, usable_descriptors / weight + waiting / weight);
    EXPECT_EQ(done.polls, done.ndone + 3);
    expect_received_all(received_of(GetParam()));
}

/// Resumed as soon as sixteen descriptors are free: nothing waits until the ring is drained.
TEST_P(OverflowingBurst, WhileMaskedWithResume) {
    e100::options().rnr_policy = RnrPolicy::Resume;
    e100::options().ack_mode = AckMode::Poll;
    open();
    const Work done = behind_the_acknowledge(GetParam());
    const unsigned frames = received_of(GetParam());
    EXPECT_EQ(done.ndone, frames / weight);
    EXPECT_EQ(done.interrupts, 1u);
    EXPECT_EQ(done.polls, done.ndone + 1);
    expect_received_all(frames);
}

INSTANTIATE_TEST_SUITE_P(K, OverflowingBurst, testing::Values(255, 600));

} // namespace
} // namespace cosim
