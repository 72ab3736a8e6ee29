// SPDX-License-Identifier: GPL-2.0-or-later
// The receive ring in memory: links, stopper, and every moment of its move.
#include "driver/receive_ring.h"

#include <gtest/gtest.h>

#include "arch/hosted/machine.h"
#include "arch/memory.h"

namespace {

using namespace e100;
using i8255x::ReceiveFrameDescriptor;
namespace rfd_command = i8255x::rfd_command;

class ReceiveRingTest : public testing::TestWithParam<unsigned> {
  protected:
    void SetUp() override { ASSERT_EQ(ring.fill(GetParam(), this), Error::None); }
    void TearDown() override {
        hosted::on_write_barrier(nullptr);
        kernel::packet_pool_fail_when(nullptr);
        const auto before = kernel::packet_pool_stats().live();
        const unsigned held = ring.occupied();
        ring.release();
        EXPECT_EQ(kernel::packet_pool_stats().live(), before - held);
        kernel::dma_expect_none_mapped(this);
    }
    unsigned size() const { return GetParam(); }
    ReceiveFrameDescriptor& descriptor(unsigned slot) {
        return *static_cast<ReceiveFrameDescriptor*>(arch::bus_to_virt(ring.bus_address(slot % size())));
    }
    bool is_stopper(unsigned slot) {
        return descriptor(slot).size == 0 && descriptor(slot).command == rfd_command::end_of_list;
    }
    bool is_usable(unsigned slot) {
        return descriptor(slot).size == ReceiveRing::frame_bytes && descriptor(slot).command == 0;
    }
    void complete(unsigned slot) {
        store(descriptor(slot).actual_count, 0xc03c);
        store(descriptor(slot).status, 0xa020);
    }
    void take(unsigned count) {
        while (count--)
            kernel::consume_packet(ring.take());
    }
    /// What every ring must look like between two polls.
    void expect_sound() {
        unsigned stoppers = 0;
        for (unsigned slot = 0; slot < size(); slot++) {
            const bool last = slot == (ring.stopper() + 1) % size(); // linked when its successor is filled
            EXPECT_TRUE(last || descriptor(slot).link == ring.bus_address((slot + 1) % size())) << slot;
            EXPECT_EQ(ring.bus_address(slot) % 4, 2u);
            EXPECT_EQ(descriptor(slot).rbd, i8255x::no_rbd);
            stoppers += is_stopper(slot);
            EXPECT_TRUE(is_stopper(slot) || is_usable(slot)) << slot;
        }
        EXPECT_EQ(stoppers, 1u);
        EXPECT_EQ(ring.stopper(), (ring.to_use() + size() - 2) % size());
        EXPECT_TRUE(is_stopper(ring.stopper()));
    }

    ReceiveRing ring;
};

TEST_P(ReceiveRingTest, IsSoundFromTheBeginning) {
    expect_sound();
    EXPECT_EQ(ring.occupied(), size());
    EXPECT_EQ(ring.to_clean(), 0u);
}

TEST_P(ReceiveRingTest, IsSoundAfterAnyNumberOfFrames) {
    unsigned next = 0;
    for (const unsigned frames : {1u, 2u, 7u, size() - 2, size() - 2, 3u, size() - 2}) {
        const unsigned count = std::min(frames, size() - 2);
        for (unsigned i = 0; i < count; i++)
            complete(next + i);
        EXPECT_EQ(ring.completed(), count);
        take(count);
        ring.refill();
        next = (next + count) % size();
        EXPECT_EQ(ring.to_clean(), next);
        EXPECT_EQ(ring.to_use(), next);
        expect_sound();
    }
}

/// No order in which the chip may look lets it write where it must not: there is a stopper at every moment,
/// and the old one has its size back only when it no longer ends the list.
TEST_P(ReceiveRingTest, TheStopperMovesInThreeOrderedSteps) {
    const unsigned old = ring.stopper();
    complete(0);
    take(1);
    std::vector<std::string> moments;
    hosted::on_write_barrier([&] {
        const auto& last = descriptor(old);
        if (!is_stopper((old + 1) % size()))
            return; // the refill itself
        moments.push_back(std::string(last.command & rfd_command::end_of_list ? "EL" : "-") +
                          (last.size ? " size" : " 0"));
    });
    ring.refill();
    EXPECT_EQ(moments, (std::vector<std::string>{"EL 0", "- 0", "- size"}));
}

TEST_P(ReceiveRingTest, WithoutMemoryItShrinksToTheStopperAndTheOneBehindIt) {
    kernel::packet_pool_fail_when([] { return true; });
    const unsigned old = ring.stopper();
    for (unsigned slot = 0; slot < size() - 2; slot++)
        complete(slot);
    take(size() - 2);
    ring.refill();
    EXPECT_EQ(ring.stopper(), old);
    EXPECT_EQ(ring.occupied(), 2u);
    EXPECT_TRUE(ring.clean_slot_is_stopper());
    kernel::packet_pool_fail_when(nullptr);
    ring.refill();
    EXPECT_EQ(ring.occupied(), size());
    expect_sound();
}

TEST_P(ReceiveRingTest, OneBufferAtATimeIsSoundAsWell) {
    static unsigned allowed;
    kernel::packet_pool_fail_when([] { return allowed == 0 || allowed-- == 0; });
    for (unsigned slot = 0; slot < size() - 2; slot++)
        complete(slot);
    take(size() - 2);
    for (unsigned i = 0; i < size() - 2; i++) {
        allowed = 1;
        ring.refill();
        EXPECT_EQ(ring.occupied(), 3 + i);
        EXPECT_TRUE(is_stopper(ring.stopper()));
    }
    expect_sound();
}

TEST_P(ReceiveRingTest, ACompletedStopperStaysTheStopper) {
    for (unsigned slot = 0; slot < size() - 2; slot++)
        complete(slot);
    take(size() - 2);
    store(descriptor(ring.stopper()).status, 0xa020); // a model that knows nothing of size 0
    EXPECT_EQ(ring.clean_slot_progress(), ReceiveRing::Progress::Pending);
    EXPECT_EQ(descriptor(ring.stopper()).status, 0);
    EXPECT_TRUE(is_stopper(ring.stopper()));
}

TEST_P(ReceiveRingTest, ADescriptorPassedOverIsRecognised) {
    EXPECT_EQ(ring.clean_slot_progress(), ReceiveRing::Progress::Pending);
    complete(1);
    EXPECT_EQ(ring.clean_slot_progress(), ReceiveRing::Progress::Skipped);
    EXPECT_EQ(ring.first_unfinished(), 2u);
    complete(0);
    EXPECT_EQ(ring.clean_slot_progress(), ReceiveRing::Progress::Completed);
}

TEST_P(ReceiveRingTest, AStoppedReceiverLeftOffAtTheFirstUnfinished) {
    EXPECT_EQ(ring.first_unfinished(), 0u);
    complete(0);
    complete(1);
    EXPECT_EQ(ring.first_unfinished(), 2u);
    for (unsigned slot = 2; slot < size() - 2; slot++)
        complete(slot);
    EXPECT_EQ(ring.first_unfinished(), ring.stopper());
}

INSTANTIATE_TEST_SUITE_P(Sizes, ReceiveRingTest, testing::Values(16, 17, 256));

TEST(ReceiveRingFill, GivesAllBackWhenMemoryRunsOut) {
    static int left;
    left = 100;
    kernel::packet_pool_fail_when([] { return left-- <= 0; });
    const auto live = kernel::packet_pool_stats().live();
    ReceiveRing ring;
    EXPECT_EQ(ring.fill(256, &ring), Error::NoMemory);
    kernel::packet_pool_fail_when(nullptr);
    EXPECT_EQ(kernel::packet_pool_stats().live(), live);
    EXPECT_EQ(ring.size(), 0u);
    kernel::dma_expect_none_mapped(&ring);
}

} // namespace
