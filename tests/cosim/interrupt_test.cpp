// SPDX-License-Identifier: GPL-2.0-or-later
// The interrupt handler where things are not as usual: shared lines, a missing card, a mask that opens by
// itself.
#include "arch/irq.h"
#include "cosim.h"

namespace cosim {
namespace {

using i8255x::TraceEvent;
namespace csr = i8255x::csr;

class Interrupt : public Cosim {
  protected:
    /// Another device on the line: raises it, and its handler lowers it again.
    struct Neighbour {
        unsigned handled = 0;
        bool asserted = false;
        void raise() {
            asserted = true;
            hosted::drive_irq(line, this, true);
        }
        static arch::IrqResult handle(void* cookie) {
            auto& self = *static_cast<Neighbour*>(cookie);
            if (!self.asserted)
                return arch::IrqResult::NotMine;
            self.asserted = false;
            self.handled++;
            hosted::drive_irq(line, &self, false);
            return arch::IrqResult::Handled;
        }
        static constexpr unsigned line = 11;
        Neighbour() { arch::request_irq(line, "neighbour", handle, this); }
        ~Neighbour() { arch::free_irq(line, this); }
    };
};

TEST_F(Interrupt, OfTheNeighbourIsNotMine) {
    open();
    Neighbour neighbour;
    const Work before = work();
    neighbour.raise();
    settle();
    EXPECT_EQ(neighbour.handled, 1u);
    EXPECT_EQ(adapter().counters.irq_not_mine, 1u);
    EXPECT_EQ((work() - before).polls, 0u);
}

/// The neighbour interrupts while the card is masked and polled: the handler acknowledges for a second time,
/// cannot claim, and the session polls once more because of it. N1 says no receive interrupt comes from the
/// card itself, but on a shared line the handler runs all the same, so this test looks at the books and not
/// at the trace.
TEST_F(Interrupt, OnASharedLineWhilePollingCostsOnePollAndLosesNothing) {
    open();
    Neighbour neighbour;
    const uint64_t completed = card().count(TraceEvent::RfdComplete);
    bool raised = false;
    hosted::on_access([&] {
        // In the poll: the first frame was taken, the device is masked.
        if (!raised && card().count(TraceEvent::RfdComplete) > completed && received.size() == 1) {
            raised = true;
            card().receive(numbered_frame(1));
            neighbour.raise();
        }
    });
    const Work before = work();
    burst(1);
    settle();
    hosted::on_access(nullptr);
    const Work done = work() - before;
    EXPECT_TRUE(raised);
    expect_received_all(2);
    EXPECT_EQ(neighbour.handled, 1u);
    EXPECT_EQ(done.polls, done.done + done.ndone);
    EXPECT_FALSE(card().interrupt_asserted());
    kernel::trace_start();
}

TEST_F(Interrupt, StatusFfMeansTheCardIsGone) {
    open();
    Neighbour neighbour;
    card().on_read = [](uint32_t offset, uint32_t& value) {
        if (offset == csr::stat_ack)
            value = i8255x::stat::card_gone;
    };
    bool acknowledged = false;
    card().on_write = [&](uint32_t offset, uint32_t) {
        acknowledged |= offset == csr::stat_ack;
        return false;
    };
    const Work before = work();
    neighbour.raise();
    settle();
    EXPECT_FALSE(acknowledged);
    EXPECT_EQ((work() - before).polls, 0u);
    EXPECT_EQ((work() - before).interrupts, 0u);
    card().on_read = nullptr;
    card().on_write = nullptr;
}

/// A mask that opens in the middle of a session, as some firmware or an older driver bug does: the handler
/// closes it.
TEST_F(Interrupt, SpuriousUnmaskIsClosedAgain) {
    open();
    bool opened = false;
    service_ns = 1'000;
    hosted::on_access([&] {
        if (!opened && received.size() == 1) {
            opened = true;
            card().receive(numbered_frame(1));
            card().chip().csr_write(csr::interrupt_control, 1, 0);
        }
    });
    burst(1);
    settle();
    hosted::on_access(nullptr);
    EXPECT_TRUE(opened);
    expect_received_all(2);
    EXPECT_FALSE(card().interrupt_asserted());
    kernel::trace_start(); // the session was meant to break N1
}

TEST_F(Interrupt, SoftwareInterruptComesEveryTwoSecondsAndIsCounted) {
    open();
    settle(3000); // the first run is rounded to a full second
    const Work before = work();
    settle(10'000);
    const Work done = work() - before;
    EXPECT_EQ(done.irq_swi, 5u);
    EXPECT_EQ(done.irq_rx, 0u);
    EXPECT_EQ(done.interrupts, 5u);
}

TEST_F(Interrupt, TheWatchdogDoesNotUnmask) {
    open();
    settle(1500); // so that the watchdog runs in the middle of what follows
    service_ns = 27'000;
    stream(30'000, 20'000);
    service_ns = 0;
    EXPECT_GE(adapter().counters.irq_swi, 1u);
    received.clear();
}

} // namespace
} // namespace cosim
