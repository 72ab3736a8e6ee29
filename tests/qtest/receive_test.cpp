// SPDX-License-Identifier: GPL-2.0-or-later
// The receive unit: its commands and states, what a stored frame looks like, what ends a list
// (SDM 6.4.3, 6.5.4).
#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t complete_ok = rfd_status::complete | rfd_status::ok;

class Receive : public E100Test {
  protected:
    void SetUp() override { e100.bring_up(); }
    void send(uint32_t first, uint32_t count, size_t bytes = 100) {
        for (uint32_t n = first; n < first + count; n++)
            e100.wire().send(numbered_frame(n, bytes));
    }
};

TEST_F(Receive, StoresAFrameWithItsCountAndStatus) {
    RfdRing ring(memory, 4);
    e100.start_receiving(ring);
    EXPECT_EQ(e100.ru(), RuStatus::Ready);
    Frame frame = numbered_frame(1, 98);
    e100.wire().send(frame);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.status(0), complete_ok | rfd_status::type_frame);
    EXPECT_EQ(ring.header(0).actual_count, rfd_count::end_of_frame | rfd_count::valid | 98);
    EXPECT_EQ(ring.frame(0), frame);
    EXPECT_EQ(e100.stat(), stat::fr);
    EXPECT_EQ(e100.ru(), RuStatus::Ready);
}

/// The manual's layout byte for byte.
TEST_F(Receive, DescriptorByteForByte) {
    uint32_t rfd = memory.place(Bytes{0x00, 0x00, 0x00, 0x80, 0x40, 0x06, 0x03, 0x00, 0xff, 0xff, 0xff, 0xff,
                                      0x00, 0x00, 0xf2, 0x05});
    memory.allocate(1522);
    e100.command(RuCommand::Start, rfd);
    e100.wire().send(numbered_frame(1, 98));
    ASSERT_TRUE(e100.wait_ru(RuStatus::NoResources));
    EXPECT_EQ(memory.read(rfd, 16), (Bytes{0x20, 0xa0, 0x00, 0x80, 0x40, 0x06, 0x03, 0x00, 0xff, 0xff, 0xff,
                                           0xff, 0x62, 0xc0, 0xf2, 0x05}));
}

TEST_F(Receive, BytesBehindTheFrameStay) {
    RfdRing ring(memory, 2);
    memory.fill(ring.address(0) + RfdRing::header_size, 1522, 0x77);
    e100.start_receiving(ring);
    Frame frame = numbered_frame(1, 101);
    e100.wire().send(frame);
    ASSERT_TRUE(ring.wait_complete(0));
    Bytes data = ring.data(0, 200);
    EXPECT_EQ(Bytes(data.begin(), data.begin() + 101), frame);
    EXPECT_EQ(Bytes(data.begin() + 101, data.end()), Bytes(99, 0x77));
}

TEST_F(Receive, DescriptorsAtTwoModuloFour) {
    RfdRing ring(memory, 3, {.address_offset = 2});
    e100.start_receiving(ring);
    send(1, 2);
    ASSERT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(ring.frame(0), numbered_frame(1, 100));
    EXPECT_EQ(ring.frame(1), numbered_frame(2, 100));
}

TEST_F(Receive, AddressesAreRelativeToTheBase) {
    RfdRing ring(memory, 2);
    constexpr uint32_t base = 0x80000000;
    for (unsigned n = 0; n < 2; n++)
        ring.set_link(n, ring.address(1 - n) - base);
    e100.command(RuCommand::LoadBase, base);
    e100.command(RuCommand::Start, ring.address(0) - base);
    send(1, 2);
    EXPECT_TRUE(ring.wait_complete(1));
}

TEST_F(Receive, ManyFramesOfAllSizesInARing) {
    constexpr uint32_t frames = 200;
    constexpr unsigned entries = 16;
    RfdRing ring(memory, entries, {.end_of_list = false});
    Pattern pattern(7, 46, 1500);
    PatternChecker checker(pattern, frames);
    e100.start_receiving(ring);
    for (uint32_t n = 0; n < frames; n++) {
        e100.wire().send(pattern.frame(n, card_mac, peer_mac));
        ASSERT_TRUE(ring.wait_complete(n % entries)) << n;
        checker.take_frame(ring.frame(n % entries));
        ring.recycle(n % entries);
    }
    EXPECT_TRUE(checker.perfect()) << checker.describe();
    EXPECT_EQ(e100.counters()[Counter::RxGoodFrames], frames);
}

TEST_F(Receive, LastDescriptorTakesItsFrame) {
    RfdRing ring(memory, 2);
    e100.start_receiving(ring);
    send(1, 2);
    ASSERT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(ring.status(1), complete_ok | rfd_status::type_frame);
    ASSERT_TRUE(e100.wait_ru(RuStatus::NoResources));
    EXPECT_EQ(e100.stat(), stat::fr | stat::rnr);
}

TEST_F(Receive, SuspendBitStopsBehindItsFrame) {
    RfdRing ring(memory, 3);
    ring.set_command(0, rfd_command::suspend);
    e100.start_receiving(ring);
    send(1, 1);
    ASSERT_TRUE(ring.wait_complete(0));
    ASSERT_TRUE(e100.wait_ru(RuStatus::Suspended));
    EXPECT_EQ(e100.stat(), stat::fr | stat::rnr);
    e100.acknowledge(0xff);
    e100.command(RuCommand::Resume);
    EXPECT_EQ(e100.ru(), RuStatus::Ready);
    send(2, 1);
    EXPECT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(ring.frame(1), numbered_frame(2, 100));
}

TEST_F(Receive, EndOfListOverridesSuspend) {
    RfdRing ring(memory, 1);
    ring.set_command(0, rfd_command::end_of_list | rfd_command::suspend);
    e100.start_receiving(ring);
    send(1, 1);
    EXPECT_TRUE(e100.wait_ru(RuStatus::NoResources));
}

TEST_F(Receive, NotReadyInterruptComesOncePerTransition) {
    RfdRing ring(memory, 1);
    e100.start_receiving(ring);
    send(1, 1);
    ASSERT_TRUE(e100.wait_stat(stat::fr | stat::rnr));
    e100.acknowledge(0xff);
    send(2, 5, 1500);
    e100.settle();
    EXPECT_EQ(e100.stat(), 0);
    EXPECT_EQ(e100.ru(), RuStatus::NoResources);
}

/// Linux' ring end: the unit stops in front of a descriptor with EL and size 0, and never writes it.
TEST_F(Receive, EmptyLastDescriptorIsNotWritten) {
    RfdRing ring(memory, 4);
    ring.set_command(2, rfd_command::end_of_list);
    ring.set_size(2, 0);
    Bytes before = memory.read(ring.address(2), 32);
    e100.start_receiving(ring);
    send(1, 3);
    ASSERT_TRUE(ring.wait_complete(1));
    ASSERT_TRUE(e100.wait_ru(RuStatus::NoResources));
    EXPECT_TRUE(e100.wait_stat(stat::rnr));
    EXPECT_EQ(memory.read(ring.address(2), 32), before);
    // The driver gives it back with its size, and the frame that found it empty comes out of the FIFO.
    ring.set_command(2, 0);
    ring.set_size(2, 1522);
    e100.start_receiving(ring, 2);
    ASSERT_TRUE(ring.wait_complete(2));
    EXPECT_EQ(ring.frame(2), numbered_frame(3, 100));
}

TEST_F(Receive, EmptyDescriptorWithoutEndIsSkipped) {
    RfdRing ring(memory, 3);
    ring.set_size(0, 0);
    e100.start_receiving(ring);
    send(1, 1);
    ASSERT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(ring.status(0), 0);
    EXPECT_EQ(ring.frame(1), numbered_frame(1, 100));
}

TEST_F(Receive, FrameLargerThanItsDescriptor) {
    RfdRing ring(memory, 2, {.data_size = 128, .end_of_list = false});
    memory.fill(ring.address(0) + RfdRing::header_size, 128, 0);
    Bytes behind = memory.read(ring.address(0) + RfdRing::header_size + 128, 16);
    e100.start_receiving(ring);
    Frame frame = numbered_frame(1, 400);
    e100.wire().send(frame);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.status(0), rfd_status::complete | rfd_status::no_resources | rfd_status::type_frame);
    EXPECT_EQ(ring.frame(0), Frame(frame.begin(), frame.begin() + 128));
    EXPECT_EQ(memory.read(ring.address(0) + RfdRing::header_size + 128, 16), behind);
    EXPECT_TRUE(e100.wait_ru(RuStatus::NoResources));
    EXPECT_EQ(e100.stat(), stat::fr | stat::rnr);
}

TEST_F(Receive, ExactFit) {
    RfdRing ring(memory, 2, {.data_size = 128, .end_of_list = false});
    e100.start_receiving(ring);
    send(1, 1, 128);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.status(0), complete_ok | rfd_status::type_frame);
    EXPECT_EQ(e100.ru(), RuStatus::Ready);
}

TEST_F(Receive, AbortRaisesNotReadyOnlyFromReady) {
    RfdRing ring(memory, 2);
    e100.command(RuCommand::Abort);
    EXPECT_EQ(e100.stat(), 0);
    e100.start_receiving(ring);
    e100.command(RuCommand::Abort);
    EXPECT_EQ(e100.ru(), RuStatus::Idle);
    EXPECT_EQ(e100.stat(), stat::rnr);
    e100.acknowledge(0xff);
    send(1, 1);
    e100.settle();
    EXPECT_EQ(e100.stat(), 0);
    EXPECT_FALSE(ring.complete(0));
}

TEST_F(Receive, AbortFromSuspendedAndNoResourcesIsSilent) {
    for (uint16_t command : {rfd_command::suspend, rfd_command::end_of_list}) {
        RfdRing ring(memory, 2);
        ring.set_command(0, command);
        e100.start_receiving(ring);
        send(1, 1);
        ASSERT_TRUE(e100.wait_stat(stat::rnr));
        e100.acknowledge(0xff);
        e100.command(RuCommand::Abort);
        EXPECT_EQ(e100.ru(), RuStatus::Idle);
        EXPECT_EQ(e100.stat(), 0);
    }
}

TEST_F(Receive, ResumeOnlyWorksFromSuspended) {
    e100.command(RuCommand::Resume);
    EXPECT_EQ(e100.ru(), RuStatus::Idle);
    RfdRing ring(memory, 1);
    e100.start_receiving(ring);
    send(1, 1);
    ASSERT_TRUE(e100.wait_ru(RuStatus::NoResources));
    e100.command(RuCommand::Resume);
    EXPECT_EQ(e100.ru(), RuStatus::NoResources);
}

TEST_F(Receive, StartAfterNoResourcesWorksWithAnyDescriptor) {
    RfdRing ring(memory, 3);
    ring.set_command(0, rfd_command::end_of_list);
    e100.start_receiving(ring);
    send(1, 1);
    ASSERT_TRUE(e100.wait_ru(RuStatus::NoResources));
    memory.write16(ring.address(2), complete_ok); // the C bit is not looked at
    e100.start_receiving(ring, 2);
    send(2, 1);
    ASSERT_TRUE(wait_until([&] { return ring.header(2).actual_count != 0; }));
    EXPECT_EQ(ring.frame(2), numbered_frame(2, 100));
}

TEST_F(Receive, IdleUnitDiscardsUncounted) {
    send(1, 3);
    e100.settle();
    RfdRing ring(memory, 2);
    e100.start_receiving(ring);
    send(9, 1);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), numbered_frame(9, 100));
    auto counters = e100.counters();
    EXPECT_EQ(counters[Counter::RxGoodFrames], 1u);
    EXPECT_EQ(counters[Counter::RxResourceErrors], 0u);
}

} // namespace
} // namespace qtest
