// SPDX-License-Identifier: GPL-2.0-or-later
// Flow control: PAUSE frames that are sent, and both ends together (SDM 6.3.8, 6.6; IEEE 802.3 annex 31B).
#include <deque>

#include "flow_bench.h"

namespace i8255x {
namespace {

struct Pausing : testing::Test, FlowBench {
    static constexpr uint16_t delay = 0x021f;
    void set_up(uint8_t flow_control, uint16_t slots = delay) {
        configure({{fc_byte, static_cast<uint8_t>(ignore | flow_control)},
                   {delay_low_byte, static_cast<uint8_t>(slots)},
                   {delay_high_byte, static_cast<uint8_t>(slots >> 8)}});
        host.forget();
    }
    /// The times of the PAUSE frames sent since the last call; nothing else may have been sent.
    std::vector<int> pauses() {
        std::vector<int> result;
        for (const auto& frame : host.sent)
            result.push_back(pause_slots(frame));
        host.sent.clear();
        return result;
    }
    void receive_bytes(std::size_t bytes) { chip.receive(frame_to(mac, bytes)); }
};

using Slots = std::vector<int>;

TEST_F(Pausing, AFullFifoStopsThePeerAndAnEmptyOneReleasesIt) {
    set_up(restart);
    stop_receiver();
    receive_bytes(1500);
    EXPECT_EQ(pauses(), Slots{}) << "more than 512 bytes are free";
    receive_bytes(1100);
    EXPECT_EQ(pauses(), Slots{delay});
    EXPECT_EQ(fc_status(), fc_command::full);
    receive_bytes(100);
    EXPECT_EQ(pauses(), Slots{}) << "once is enough";
    host.advance(2 * delay * slot_ns);
    EXPECT_EQ(pauses(), Slots{}) << "no restop";
    start_receiving();
    EXPECT_EQ(pauses(), Slots{0});
    EXPECT_EQ(fc_status(), 0);
    EXPECT_EQ(counter(Counter::FcTxPause), 2u);
    EXPECT_EQ(counter(Counter::TxGoodFrames), 0u);
}

TEST_F(Pausing, ThresholdIsWhatIsFree) {
    const std::size_t free[] = {512, 1024, 1280, 1536, 1792, 2048, 2304, 2560};
    set_up(restart);
    for (uint8_t value = 0; value < 8; value++) {
        set_csr8(csr::fc_threshold, value);
        stop_receiver();
        for (int half = 0; half < 2; half++)
            receive_bytes((3072 - free[value] - 100) / 2 - 2);
        EXPECT_EQ(pauses(), Slots{}) << +value;
        receive_bytes(98); // and its length
        EXPECT_EQ(pauses(), Slots{delay}) << +value;
        start_receiving();
        EXPECT_EQ(pauses(), Slots{0}) << +value;
    }
}

TEST_F(Pausing, RestopRepeatsBeforeTheTimeIsOver) {
    set_up(restop);
    stop_receiver();
    receive_bytes(1500);
    receive_bytes(1100);
    EXPECT_EQ(pauses(), Slots{delay});
    host.advance(0x200 * slot_ns - 1);
    EXPECT_EQ(pauses(), Slots{});
    host.advance(1);
    EXPECT_EQ(pauses(), Slots{delay});
    host.advance(0x200 * slot_ns);
    EXPECT_EQ(pauses(), Slots{delay});
    start_receiving();
    EXPECT_EQ(pauses(), Slots{}) << "no restart";
    EXPECT_EQ(fc_status(), 0);
    host.advance(0x1000 * slot_ns);
    EXPECT_EQ(pauses(), Slots{});
}

TEST_F(Pausing, AShortDelayRepeatsFrameAfterFrame) {
    set_up(restop, 31);
    stop_receiver();
    receive_bytes(1500);
    receive_bytes(1100);
    EXPECT_EQ(pauses(), Slots{31});
    host.advance(10 * 6720); // 84 bytes on the wire each
    EXPECT_EQ(pauses(), Slots(10, 31));
}

TEST_F(Pausing, WithoutRestartAndRestopNothingIsSent) {
    set_up(0);
    stop_receiver();
    receive_bytes(1500);
    receive_bytes(1100);
    start_receiving();
    EXPECT_EQ(pauses(), Slots{});
}

TEST_F(Pausing, SoftwareStopsAndReleasesThePeer) {
    set_up(0);
    set_csr8(csr::fc_command, fc_command::xoff);
    EXPECT_EQ(pauses(), Slots{delay});
    EXPECT_EQ(fc_status(), fc_command::xoff | fc_command::full);
    set_csr8(csr::fc_command, fc_command::xoff);
    EXPECT_EQ(pauses(), Slots{});
    set_csr8(csr::fc_command, 0);
    EXPECT_EQ(fc_status(), fc_command::xoff | fc_command::full);
    set_csr8(csr::fc_command, fc_command::xon);
    EXPECT_EQ(pauses(), Slots{0});
    EXPECT_EQ(fc_status(), 0);
    set_csr8(csr::fc_command, fc_command::xon);
    EXPECT_EQ(pauses(), Slots{});
}

TEST_F(Pausing, XoffHoldsAnEmptyFifosRelease) {
    set_up(restart | restop);
    stop_receiver();
    receive_bytes(1500);
    receive_bytes(1100);
    set_csr8(csr::fc_command, fc_command::xoff);
    EXPECT_EQ(pauses(), Slots{delay});
    start_receiving();
    EXPECT_EQ(pauses(), Slots{});
    host.advance(0x200 * slot_ns);
    EXPECT_EQ(pauses(), Slots{delay});
    set_csr8(csr::fc_command, fc_command::xon);
    EXPECT_EQ(pauses(), Slots{0});
}

TEST_F(Pausing, XonDoesNotOverruleAFullFifo) {
    set_up(restart);
    set_csr8(csr::fc_command, fc_command::xoff);
    stop_receiver();
    receive_bytes(1500);
    receive_bytes(1100);
    pauses();
    set_csr8(csr::fc_command, fc_command::xon);
    EXPECT_EQ(pauses(), Slots{});
    EXPECT_EQ(fc_status(), fc_command::full);
    start_receiving();
    EXPECT_EQ(pauses(), Slots{0});
}

TEST_F(Pausing, ThePeerIsReleasedWhenASelectiveResetEmptiesTheFifo) {
    set_up(restart | restop);
    stop_receiver();
    receive_bytes(1500);
    receive_bytes(1100);
    pauses();
    port(PortCommand::SelectiveReset);
    EXPECT_EQ(pauses(), Slots{0});
}

TEST_F(Pausing, OtherResetsAreSilent) {
    set_up(restart | restop);
    stop_receiver();
    receive_bytes(1500);
    receive_bytes(1100);
    pauses();
    port(PortCommand::SoftwareReset);
    host.advance(0x1000 * slot_ns);
    EXPECT_EQ(pauses(), Slots{});
    EXPECT_EQ(fc_status(), 0);
}

TEST_F(Pausing, NothingIsSentWithoutLinkOrInLoopback) {
    set_up(restart);
    chip.link_changed(false);
    set_csr8(csr::fc_command, fc_command::xoff);
    EXPECT_EQ(fc_status(), fc_command::xoff);
    EXPECT_EQ(pauses(), Slots{});
    chip.link_changed(true);
    EXPECT_EQ(pauses(), Slots{delay});
    set_csr8(csr::fc_command, fc_command::xon);
    EXPECT_EQ(pauses(), Slots{0});
    configure({{10, 0x6e}});
    set_csr8(csr::fc_command, fc_command::xoff);
    EXPECT_EQ(pauses(), Slots{});
}

TEST_F(Pausing, APeerThatComesBackIsToldAgain) {
    set_up(restart);
    stop_receiver();
    receive_bytes(1500);
    receive_bytes(1100);
    EXPECT_EQ(pauses(), Slots{delay});
    chip.link_changed(false);
    EXPECT_EQ(fc_status(), 0);
    EXPECT_EQ(pauses(), Slots{});
    chip.link_changed(true);
    EXPECT_EQ(pauses(), Slots{delay});
    EXPECT_EQ(fc_status(), fc_command::full);
}

TEST_F(Pausing, OwnPauseIsSentWhilePaused) {
    configure({{fc_byte, obey}});
    chip.receive(pause_frame(1000));
    host.forget();
    set_csr8(csr::fc_command, fc_command::xoff);
    EXPECT_EQ(pauses(), Slots{0x4000});
}

TEST_F(Pausing, RepetitionMigrates) {
    set_up(restart | restop);
    stop_receiver();
    receive_bytes(1500);
    receive_bytes(1100);
    host.advance(0x100 * slot_ns);
    StateRecord record;
    chip.save(record);
    FlowBench other;
    other.host.memory = host.memory;
    other.host.now = host.now;
    other.host.forget();
    ASSERT_EQ(other.chip.restore(record), RestoreError::None);
    EXPECT_TRUE(other.host.sent.empty());
    EXPECT_EQ(other.fc_status(), fc_command::full);
    other.host.advance(0x100 * slot_ns);
    ASSERT_EQ(other.host.sent.size(), 1u);
    other.start_receiving();
    ASSERT_EQ(other.host.sent.size(), 2u);
    EXPECT_EQ(pause_slots(other.host.sent[1]), 0);
}

/// Two chips on one cable, one clock.
struct TwoStations : testing::Test {
    FlowBench sender{"82559c", 100}, receiver;
    std::deque<std::pair<FlowBench*, Bytes>> cable;

    void SetUp() override {
        sender.configure({{fc_byte, obey}});
        receiver.configure(
            {{fc_byte, ignore | restart | restop}, {delay_low_byte, 0xff}, {delay_high_byte, 0}});
        sender.host.on_send = [&](std::span<const uint8_t> frame) {
            cable.emplace_back(&receiver, Bytes(frame.begin(), frame.end()));
        };
        receiver.host.on_send = [&](std::span<const uint8_t> frame) {
            cable.emplace_back(&sender, Bytes(frame.begin(), frame.end()));
        };
    }
    void advance(int64_t ns) {
        constexpr int64_t tick = 1000;
        for (; ns > 0; ns -= tick) {
            sender.host.advance(tick);
            receiver.host.advance(tick);
            while (!cable.empty()) {
                auto [to, frame] = std::move(cable.front());
                cable.pop_front();
                to->chip.receive(frame);
                to->host.run_command_unit();
            }
        }
    }

    static constexpr uint32_t frames = 40, list = 0x100000, ring = 0x200000, step = 0x1000;
    void put_list_and_ring() {
        for (uint32_t i = 0; i < frames; i++) {
            const uint32_t at = list + i * step;
            const bool last = i + 1 == frames;
            sender.put_block(at, static_cast<uint16_t>(4 | (last ? cb_command::end_of_list : 0)), at + step);
            sender.host.memory.write32(at + 8, no_tbd_array);
            sender.host.memory.write32(at + 12, 0x00e08000 | 500);
            Bytes frame = ChipBench::frame_to(ChipBench::mac, 500);
            frame[499] = static_cast<uint8_t>(i);
            sender.host.memory.put(at + 32, frame);
            receiver.put_rfd(ring + i * step, last ? rfd_command::end_of_list : 0, ring + (i + 1) * step,
                             1522);
        }
    }
};

TEST_F(TwoStations, NoFrameIsLostWhenTheReceiverStandsStill) {
    put_list_and_ring();
    receiver.put_rfd(0x3000, rfd_command::suspend, ring, 1522);
    receiver.command(RuCommand::Start, 0x3000); // one frame, then it stands still
    receiver.set_csr8(csr::fc_threshold, 3);
    sender.command(CuCommand::Start, list);
    sender.host.run_command_unit();
    advance(20'000'000); // all frames take 1.7 ms
    EXPECT_EQ(sender.cu(), CuStatus::Active) << "held back";
    EXPECT_LT(sender.host.sent.size(), frames);
    EXPECT_EQ(sender.fc_status(), fc_command::paused);
    EXPECT_GT(receiver.counter(Counter::FcTxPause), 5u) << "again and again";

    receiver.command(RuCommand::Resume);
    advance(20'000'000);
    EXPECT_EQ(sender.cu(), CuStatus::Idle);
    EXPECT_EQ(sender.host.sent.size(), frames);
    EXPECT_EQ(receiver.counter(Counter::RxOverruns), 0u);
    EXPECT_EQ(receiver.counter(Counter::RxGoodFrames), frames);
    for (uint32_t i = 1; i < frames; i++)
        EXPECT_EQ(receiver.host.memory.bytes(ring + (i - 1) * step + 16 + 499, 1),
                  Bytes{static_cast<uint8_t>(i)});
}

TEST_F(TwoStations, SoftwareStopsTheOtherEnd) {
    receiver.set_csr8(csr::fc_command, fc_command::xoff);
    advance(10'000);
    EXPECT_EQ(sender.fc_status(), fc_command::paused);
    sender.host.sent.clear();
    sender.start_transmit();
    advance(20'000'000);
    EXPECT_TRUE(sender.host.sent.empty()) << "restop keeps it silent";
    receiver.set_csr8(csr::fc_command, fc_command::xon);
    advance(10'000);
    EXPECT_EQ(sender.host.sent.size(), 1u);
    EXPECT_EQ(sender.counter(Counter::FcRxPause), receiver.counter(Counter::FcTxPause));
}

} // namespace
} // namespace i8255x
