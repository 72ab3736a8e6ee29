// SPDX-License-Identifier: GPL-2.0-or-later
// Flow control with hand-made PAUSE frames (SDM 6.3.8, 6.6), and a wire with a speed; on an exact clock.
#include "e100_test.h"

namespace qtest {
namespace {

constexpr int64_t slot_ns = 5120; // 512 bits at 100 Mb/s
constexpr int64_t moment_ns = 20'000;
constexpr uint16_t mac_control = 0x8808, default_delay = 0x4000;
constexpr MacAddress control_address = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};
constexpr uint16_t el = cb_command::end_of_list;

Frame pause_frame(uint16_t slots, const MacAddress& source = peer_mac) {
    Frame frame(control_address.begin(), control_address.end());
    frame.insert(frame.end(), source.begin(), source.end());
    for (uint16_t word : {mac_control, uint16_t{1}, slots}) {
        frame.push_back(static_cast<uint8_t>(word >> 8));
        frame.push_back(static_cast<uint8_t>(word));
    }
    frame.resize(60);
    return frame;
}

class FlowControl : public ::testing::Test {
  protected:
    void pause(uint16_t slots) {
        e100.acknowledge(stat::fcp);
        e100.wire().send(pause_frame(slots));
        ASSERT_TRUE(e100.wait_stat(stat::fcp));
    }
    /// Starts a block with a frame.
    uint32_t start_transmit() {
        const uint32_t block = memory.place(simplified_tcb(el, 0, frame));
        e100.command(CuCommand::Start, block);
        return block;
    }
    bool wait_complete(uint32_t block) {
        return wait_until([&] { return (memory.read16(block) & cb_status::complete) != 0; });
    }

    E100Harness e100{{.clock = MachineClock::Exact}};
    GuestMemory& memory = e100.memory();
    Frame frame = numbered_frame(0, 100, peer_mac, card_mac);
};

TEST_F(FlowControl, PauseHoldsTransmissionForItsTime) {
    e100.bring_up();
    const int64_t before = e100.clock_ns();
    pause(1000);
    EXPECT_TRUE(e100.interrupt());
    ASSERT_TRUE(wait_complete(start_transmit()));
    const int64_t took = e100.clock_ns() - before;
    EXPECT_GE(took, 1000 * slot_ns);
    EXPECT_LE(took, 1000 * slot_ns + moment_ns);
    EXPECT_EQ(e100.wire().receive(), frame);
    EXPECT_EQ(e100.csr8(csr::fc_command), 0);
}

TEST_F(FlowControl, AnIgnoredPauseHoldsNothing) {
    ConfigurationBytes bytes = usual_configuration();
    config::tx_fc_disable.set(bytes, true);
    e100.bring_up(bytes);
    e100.wire().send(pause_frame(0xffff));
    e100.settle();
    const int64_t before = e100.clock_ns();
    ASSERT_TRUE(wait_complete(start_transmit()));
    EXPECT_LE(e100.clock_ns() - before, moment_ns);
    EXPECT_EQ(e100.stat() & stat::fcp, 0);
}

TEST_F(FlowControl, SoftwareStopsAndReleasesThePeer) {
    e100.bring_up();
    e100.set_csr8(csr::fc_command, fc_command::xoff);
    EXPECT_EQ(e100.wire().receive(), pause_frame(default_delay, card_mac));
    EXPECT_EQ(e100.csr8(csr::fc_command), fc_command::xoff | fc_command::full);
    e100.set_csr8(csr::fc_command, fc_command::xon);
    EXPECT_EQ(e100.wire().receive(), pause_frame(0, card_mac));
    EXPECT_EQ(e100.csr8(csr::fc_command), 0);
    e100.execute(Opcode::Nop);
    EXPECT_EQ(e100.counters(StatisticsFormat::I82557)[Counter::TxGoodFrames], 0u);
}

TEST_F(FlowControl, AFullFifoStopsThePeerAgainAndAgain) {
    ConfigurationBytes bytes = usual_configuration();
    config::rx_fc_restart.set(bytes, true);
    config::rx_fc_restop.set(bytes, true);
    e100.bring_up(bytes);
    RfdRing ring(memory, 4);
    ring.set_command(0, rfd_command::suspend);
    e100.start_receiving(ring);
    e100.set_csr8(csr::fc_threshold, 7);
    e100.wire().send(numbered_frame(0, 600));
    ASSERT_TRUE(e100.wait_ru(RuStatus::Suspended));
    const int64_t before = e100.clock_ns();
    e100.wire().send(numbered_frame(1, 600)); // 2468 bytes are free then
    EXPECT_EQ(e100.wire().receive(), pause_frame(default_delay, card_mac));
    EXPECT_EQ(e100.wire().receive(), pause_frame(default_delay, card_mac));
    EXPECT_GE(e100.clock_ns() - before, default_delay * slot_ns);
    e100.command(RuCommand::Resume);
    ASSERT_TRUE(ring.wait_complete(1));
    EXPECT_EQ(ring.frame(1), numbered_frame(1, 600));
    auto seen = e100.wire().receive();
    while (seen == pause_frame(default_delay, card_mac))
        seen = e100.wire().receive();
    EXPECT_EQ(seen, pause_frame(0, card_mac));
}

TEST(FlowControlMigration, APausedListGoesOn) {
    auto old = std::make_unique<E100Harness>();
    old->bring_up();
    old->wire().send(pause_frame(0xffff)); // a third of a second
    ASSERT_TRUE(old->wait_stat(stat::fcp));
    const Frame frame = numbered_frame(0, 100, peer_mac, card_mac);
    const uint32_t block = old->memory().place(simplified_tcb(el, 0, frame));
    old->command(CuCommand::Start, block);
    old->set_csr8(csr::fc_command, fc_command::xoff);
    const std::string stream = old->directory().file("stream");
    old->qmp().migrate_to_file(stream);
    E100Harness e100({.incoming = stream});
    old.reset();
    EXPECT_NE(e100.csr8(csr::fc_command) & fc_command::full, 0);
    EXPECT_TRUE(wait_until([&] { return (e100.memory().read16(block) & cb_status::complete) != 0; }));
    EXPECT_EQ(e100.csr8(csr::fc_command) & fc_command::paused, 0);
}

struct WireSpeed {
    unsigned mbps;
    unsigned frames;
};

class WireWithSpeed : public ::testing::TestWithParam<WireSpeed> {};

TEST_P(WireWithSpeed, AListTakesTheSumOfItsFrames) {
    constexpr unsigned bytes = 1000, others_on_the_wire = 24; // FCS, preamble, gap
    const auto [mbps, frames] = GetParam();
    E100Harness e100({.properties = "wire-mbps=" + std::to_string(mbps), .clock = MachineClock::Exact});
    e100.bring_up();
    uint32_t next = 0;
    uint16_t flags = el;
    for (unsigned i = frames; i-- > 0; flags = 0)
        next = e100.memory().place(simplified_tcb(flags, next, numbered_frame(i, bytes, peer_mac, card_mac)));
    const int64_t before = e100.clock_ns();
    e100.command(CuCommand::Start, next);
    for (unsigned i = 0; i < frames; i++)
        EXPECT_EQ(e100.wire().receive(), numbered_frame(i, bytes, peer_mac, card_mac));
    ASSERT_TRUE(e100.wait_cu(CuStatus::Idle));
    const int64_t took = e100.clock_ns() - before;
    const int64_t expected =
        static_cast<int64_t>(frames) * (bytes + others_on_the_wire) * 8 * 1000 / static_cast<int64_t>(mbps);
    EXPECT_GE(took, expected);
    EXPECT_LE(took, expected + moment_ns);
}

INSTANTIATE_TEST_SUITE_P(Speeds, WireWithSpeed,
                         ::testing::Values(WireSpeed{10, 5}, WireSpeed{100, 20}, WireSpeed{1, 2}),
                         [](const auto& info) { return std::to_string(info.param.mbps) + "Mbps"; });

} // namespace
} // namespace qtest
