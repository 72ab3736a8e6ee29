// SPDX-License-Identifier: GPL-2.0-or-later
// Flexible mode with RBDs, header RFDs with RX DMA redirect, early receive interrupt
// (SDM 6.3.6, 6.3.7, 6.4.3, 6.5.4).
#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t complete_ok = rfd_status::complete | rfd_status::ok | rfd_status::type_frame;
constexpr uint16_t f = rfd_count::valid, eof = rfd_count::end_of_frame;

/// A chain of buffers with their RBDs; EL in the last one.
class RbdList {
  public:
    RbdList(GuestMemory& memory, unsigned count, uint16_t size) : memory_(memory) {
        for (unsigned n = 0; n < count; n++) {
            rbds_.push_back(memory.allocate(sizeof(ReceiveBufferDescriptor)));
            buffers_.push_back(memory.allocate(size));
        }
        for (unsigned n = 0; n < count; n++) {
            ReceiveBufferDescriptor rbd{};
            rbd.link = rbds_[(n + 1) % count];
            rbd.address = buffers_[n];
            rbd.size = static_cast<uint16_t>(size | (n + 1 == count ? rbd_end_of_list : 0));
            memory.store(rbds_[n], rbd);
        }
    }
    uint32_t address(unsigned n) const { return rbds_.at(n); }
    uint16_t count(unsigned n) { return memory_.read16(rbds_.at(n)); }
    Bytes data(unsigned n) { return memory_.read(buffers_.at(n), count(n) & rfd_count::mask); }
    /// Gives the buffer to the chip again, as the last of the list or not.
    void recycle(unsigned n, bool last) {
        auto rbd = memory_.load<ReceiveBufferDescriptor>(rbds_.at(n));
        rbd.actual_count = 0;
        rbd.size = static_cast<uint16_t>((rbd.size & rfd_count::mask) | (last ? rbd_end_of_list : 0));
        memory_.store(rbds_.at(n), rbd);
    }

  private:
    GuestMemory& memory_;
    std::vector<uint32_t> rbds_, buffers_;
};

/// RFDs without data area of their own; the first points to `rbds`.
void make_flexible(GuestMemory& memory, RfdRing& ring, uint32_t rbds, uint16_t flags = 0) {
    for (unsigned n = 0; n < ring.count(); n++) {
        ring.set_command(n, rfd_command::flexible | flags);
        memory.write32(ring.address(n) + offsetof(ReceiveFrameDescriptor, rbd), n == 0 ? rbds : no_rbd);
    }
}

class FlexibleMode : public E100Test {
  protected:
    void SetUp() override { e100.bring_up(); }
};

TEST_F(FlexibleMode, FramesOverSeveralBuffersUntilNoneIsLeft) {
    RfdRing ring(memory, 4, {.data_size = 0, .end_of_list = false});
    RbdList rbds(memory, 5, 100);
    make_flexible(memory, ring, rbds.address(0));
    e100.start_receiving(ring);
    Frame first = numbered_frame(1, 250), second = numbered_frame(2, 180), third = numbered_frame(3, 90);
    e100.wire().send(first);
    e100.wire().send(second);
    ASSERT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(ring.status(0), complete_ok);
    EXPECT_EQ(rbds.count(0), f | 100);
    EXPECT_EQ(rbds.count(1), f | 100);
    EXPECT_EQ(rbds.count(2), f | eof | 50);
    EXPECT_EQ(rbds.data(2), Bytes(first.begin() + 200, first.end()));
    EXPECT_EQ(rbds.count(4), f | eof | 80);
    EXPECT_EQ(rbds.data(4), Bytes(second.begin() + 100, second.end()));
    EXPECT_EQ(e100.ru(), RuStatus::ReadyNoRbds);
    EXPECT_EQ(e100.stat(), stat::fr);

    e100.wire().send(third);
    ASSERT_TRUE(e100.wait_ru(RuStatus::NoResourcesNoRbds));
    EXPECT_TRUE(e100.wait_stat(stat::fr | stat::rnr));
    EXPECT_EQ(ring.status(2), 0);
    rbds.recycle(0, true);
    rbds.recycle(4, false);
    e100.command(RuCommand::RbdResume);
    ASSERT_TRUE(ring.wait_complete(2));
    EXPECT_EQ(rbds.data(0), third);
    EXPECT_EQ(e100.ru(), RuStatus::ReadyNoRbds);
    EXPECT_EQ(e100.counters()[Counter::RxGoodFrames], 3u);
}

TEST_F(FlexibleMode, ALongFrameIsCutWhereTheListEnds) {
    RfdRing ring(memory, 2, {.data_size = 0, .end_of_list = false});
    RbdList rbds(memory, 2, 100);
    make_flexible(memory, ring, rbds.address(0));
    e100.start_receiving(ring);
    e100.wire().send(numbered_frame(1, 250));
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.status(0), rfd_status::complete | rfd_status::no_resources | rfd_status::type_frame);
    EXPECT_EQ(rbds.count(1), f | eof | 100);
    EXPECT_EQ(e100.ru(), RuStatus::NoResourcesNoRbds);
    EXPECT_EQ(e100.stat(), stat::fr | stat::rnr);
}

TEST_F(FlexibleMode, SuspendedWithoutBuffers) {
    RfdRing ring(memory, 2, {.data_size = 0, .end_of_list = false});
    RbdList rbds(memory, 1, 300);
    make_flexible(memory, ring, rbds.address(0), rfd_command::suspend);
    e100.start_receiving(ring);
    e100.wire().send(numbered_frame(1, 250));
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(e100.ru(), RuStatus::SuspendedNoRbds);
    e100.command(RuCommand::Resume);
    EXPECT_EQ(e100.ru(), RuStatus::ReadyNoRbds);
    rbds.recycle(0, false);
    e100.command(RuCommand::RbdResume);
    EXPECT_EQ(e100.ru(), RuStatus::Ready);
    e100.wire().send(numbered_frame(2, 200));
    ASSERT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(rbds.data(0), numbered_frame(2, 200));
}

TEST_F(FlexibleMode, BuffersOnNobodysBusLoseTheFrameWithACount) {
    RfdRing ring(memory, 2, {.data_size = 0, .end_of_list = false});
    RbdList rbds(memory, 2, 300);
    make_flexible(memory, ring, E100Harness::memory_bar); // the card's own registers
    e100.start_receiving(ring);
    e100.wire().send(numbered_frame(1, 250));
    ASSERT_TRUE(wait_until([&] { return e100.counters()[Counter::RxOverruns] == 1; }));
    make_flexible(memory, ring, rbds.address(0));
    e100.wire().send(numbered_frame(2, 250));
    EXPECT_TRUE(ring.wait_complete(0));
}

/// The machine stands still but for run_for(), so that there is time between a frame's header and its end.
class HeaderSplit : public ::testing::Test {
  protected:
    static constexpr uint16_t hds = 64;
    static constexpr int64_t window = 3072 * 80;
    static constexpr int64_t step = E100Harness::pause_step_ns;

    void SetUp() override {
        card_ = std::make_unique<E100Harness>(HarnessOptions{.clock = MachineClock::Exact});
        e100().bring_up();
        e100().qmp().stop();
        e100().command(RuCommand::LoadHeaderDataSize, hds);
    }
    E100Harness& e100() { return *card_; }
    GuestMemory& memory() { return card_->memory(); }
    void make_header_ring(RfdRing& ring) {
        for (unsigned n = 0; n < ring.count(); n++)
            ring.set_command(n, rfd_command::header);
        e100().start_receiving(ring);
    }
    void receive(const Frame& frame) {
        e100().wire().send(frame);
        e100().settle();
        e100().run_for(step);
    }
    void expect_header(RfdRing& ring, const Frame& frame) {
        EXPECT_EQ(ring.header(0).actual_count, f | hds);
        EXPECT_EQ(ring.status(0), 0);
        EXPECT_EQ(ring.data(0, hds), Bytes(frame.begin(), frame.begin() + hds));
        EXPECT_EQ(ring.data(0, hds + 16), joined(Bytes(frame.begin(), frame.begin() + hds), Bytes(16)));
    }
    static Bytes joined(Bytes a, const Bytes& b) {
        a.insert(a.end(), b.begin(), b.end());
        return a;
    }
    void migrate() {
        std::string stream = e100().directory().file("stream");
        e100().qmp().migrate_to_file(stream);
        auto moved =
            std::make_unique<E100Harness>(HarnessOptions{.clock = MachineClock::Exact, .incoming = stream});
        card_ = std::move(moved);
    }

    std::unique_ptr<E100Harness> card_;
};

TEST_F(HeaderSplit, TheRestFollowsBehindTheHeader) {
    RfdRing ring(memory(), 2, {.end_of_list = false});
    make_header_ring(ring);
    EXPECT_EQ(e100().csr32(csr::rx_dma_byte_count), uint32_t{hds});
    Frame frame = numbered_frame(1, 500);
    receive(frame);
    EXPECT_EQ(e100().stat(), stat::fr);
    expect_header(ring, frame);
    EXPECT_EQ(e100().csr32(csr::rx_dma_byte_count), 1520u);
    e100().acknowledge(0xff);
    e100().run_for(window - 2 * step);
    EXPECT_EQ(ring.status(0), 0);
    e100().run_for(3 * step);
    EXPECT_EQ(e100().stat(), stat::fr);
    EXPECT_EQ(ring.status(0), complete_ok);
    EXPECT_EQ(ring.header(0).actual_count, f | eof | 500);
    EXPECT_EQ(ring.frame(0), frame);
}

TEST_F(HeaderSplit, TheRestIsRedirected) {
    RfdRing ring(memory(), 2, {.end_of_list = false});
    RbdList rbds(memory(), 3, 200);
    make_header_ring(ring);
    Frame frame = numbered_frame(1, 500);
    receive(frame);
    expect_header(ring, frame);
    e100().acknowledge(0xff);
    e100().command(RuCommand::DmaRedirect, rbds.address(0));
    EXPECT_EQ(e100().stat(), stat::fr);
    EXPECT_EQ(ring.status(0), complete_ok);
    EXPECT_EQ(ring.header(0).actual_count, f | eof | 500);
    EXPECT_EQ(joined(joined(rbds.data(0), rbds.data(1)), rbds.data(2)),
              Bytes(frame.begin() + hds, frame.end()));
    EXPECT_EQ(rbds.count(2), f | eof | (500 - hds - 400));
    EXPECT_EQ(ring.data(0, hds + 16), joined(Bytes(frame.begin(), frame.begin() + hds), Bytes(16)));
    e100().run_for(window);
    EXPECT_EQ(e100().ru(), RuStatus::Ready);
}

TEST_F(HeaderSplit, AHalfReceivedFrameMovesAlong) {
    RfdRing ring(memory(), 2, {.end_of_list = false});
    make_header_ring(ring);
    uint32_t at = ring.address(0);
    Frame frame = numbered_frame(1, 500);
    receive(frame);
    expect_header(ring, frame);
    migrate();
    EXPECT_EQ(e100().ru(), RuStatus::Ready);
    ASSERT_TRUE(wait_until([&] { return e100().memory().read16(at) == complete_ok; }));
    EXPECT_EQ(e100().memory().read(at + RfdRing::header_size, 500), frame);
}

TEST_F(HeaderSplit, TheListOfFreeBuffersMovesAlong) {
    RfdRing ring(memory(), 3, {.data_size = 0, .end_of_list = false});
    RbdList rbds(memory(), 4, 500);
    make_flexible(memory(), ring, rbds.address(0));
    e100().start_receiving(ring);
    receive(numbered_frame(1, 400));
    ASSERT_TRUE(ring.complete(0));
    uint32_t next_rfd = ring.address(1), next_rbd = rbds.address(1);
    migrate();
    e100().wire().send(numbered_frame(2, 300));
    ASSERT_TRUE(wait_until([&] { return e100().memory().read16(next_rfd) == complete_ok; }));
    EXPECT_EQ(e100().memory().read16(next_rbd), f | eof | 300);
}

TEST(HeaderSplitOf82557, HasNoRedirect) {
    E100Harness e100({.properties = "chip=82557b"});
    e100.bring_up();
    e100.command(RuCommand::LoadHeaderDataSize, 64);
    RfdRing ring(e100.memory(), 2, {.end_of_list = false});
    ring.set_command(0, rfd_command::header);
    e100.start_receiving(ring);
    Frame frame = numbered_frame(1, 500);
    e100.wire().send(frame);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), frame);
    e100.command(RuCommand::DmaRedirect, ring.address(1));
    EXPECT_EQ(e100.ru(), RuStatus::Ready);
}

class EarlyReceive : public E100Test {
  protected:
    void SetUp() override { e100.bring_up(); }
    uint8_t causes_of(RfdRing& ring, unsigned n, const Frame& frame) {
        e100.wire().send(frame);
        EXPECT_TRUE(ring.wait_complete(n));
        uint8_t causes = e100.stat();
        e100.acknowledge(causes);
        return causes;
    }
};

TEST_F(EarlyReceive, InterruptsBeforeTheEndOfFramesThatTellTheirLength) {
    RfdRing ring(memory, 5, {.end_of_list = false});
    e100.start_receiving(ring);
    Frame with_length = ethernet(card_mac, peer_mac, 200, Bytes(200, 0x11));
    Frame with_type = numbered_frame(1, 214);
    EXPECT_EQ(causes_of(ring, 0, with_length), stat::fr);
    e100.set_csr8(csr::early_rx, 8);
    EXPECT_EQ(causes_of(ring, 1, with_length), stat::fr | stat::er);
    EXPECT_EQ(causes_of(ring, 2, with_type), stat::fr);
    e100.set_interrupt_control(interrupt_control::mask_er | interrupt_control::mask_fr);
    EXPECT_EQ(causes_of(ring, 3, with_length), stat::fr | stat::er);
    EXPECT_FALSE(e100.interrupt());
    e100.set_interrupt_control(interrupt_control::mask_fr);
    e100.wire().send(with_length);
    EXPECT_TRUE(e100.wait_interrupt());
}

} // namespace
} // namespace qtest
