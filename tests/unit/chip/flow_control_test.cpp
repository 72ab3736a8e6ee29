// SPDX-License-Identifier: GPL-2.0-or-later
// Flow control: PAUSE frames that are obeyed, PAUSE frames that are sent, and both ends together
// (SDM 6.3.8, 6.6; IEEE 802.3 annex 31B).
#include <deque>

#include "chip_bench.h"

namespace i8255x {
namespace {

using Bytes = ChipBench::Bytes;

constexpr MacAddress control_address = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};
constexpr int64_t slot_ns = 5120; // 512 bits at 100 Mb/s
constexpr std::size_t fc_byte = 19, delay_low_byte = 16, delay_high_byte = 17, priority_byte = 18;
constexpr uint8_t obey = 0x80, ignore = 0x84, reject = 0xa0, restart = 0x10, restop = 0x08;

Bytes pause_frame(uint16_t slots, const MacAddress& destination = control_address, uint16_t opcode = 1) {
    Bytes frame(destination.begin(), destination.end());
    frame.insert(frame.end(), {0x00, 0xaa, 0x00, 0x01, 0x02, 0x03, 0x88, 0x08});
    for (uint16_t word : {opcode, slots}) {
        frame.push_back(static_cast<uint8_t>(word >> 8));
        frame.push_back(static_cast<uint8_t>(word));
    }
    frame.resize(60);
    return frame;
}

/// The time of a PAUSE frame that our chip sent.
int pause_slots(const Bytes& frame) {
    Bytes expected = pause_frame(0);
    std::ranges::copy(ChipBench::mac, expected.begin() + 6);
    expected[16] = frame.at(16);
    expected[17] = frame.at(17);
    EXPECT_EQ(frame, expected);
    return frame.at(16) << 8 | frame.at(17);
}

struct FlowBench : ChipBench {
    explicit FlowBench(std::string_view name = default_variant, uint32_t wire_mbps = 0)
        : ChipBench(name, false, wire_mbps) {
        bring_up();
    }
    void configure(std::initializer_list<std::pair<std::size_t, uint8_t>> changes) {
        Bytes bytes = linux_configuration();
        for (auto [at, value] : changes)
            bytes[at] = value;
        execute(Opcode::Configure, bytes);
        take_stat();
    }
    uint8_t fc_status() { return csr8(csr::fc_command); }
    std::size_t frames_out() const { return host.sent.size(); }
    /// Starts a block with one frame; it may not complete.
    void start_transmit(uint32_t at = area + 0x4000) {
        put_block(at, cb_command::end_of_list | 4, 0);
        host.memory.write32(at + 8, no_tbd_array);
        host.memory.write32(at + 12, 0x00e08064);
        host.memory.put(at + 32, frame_to(control_address, 100));
        command(CuCommand::Start, at);
        host.run_command_unit();
    }
    /// The receive unit stands still and keeps frames.
    void stop_receiver() {
        put_rfd(0x3000, rfd_command::end_of_list, 0, 1522);
        command(RuCommand::Start, 0x3000);
        chip.receive(frame_to(mac));
        ASSERT_EQ(ru(), RuStatus::NoResources);
        host.forget();
    }
};

struct Paused : testing::Test, FlowBench {
    Paused() { configure({{fc_byte, obey}}); }
};

TEST_F(Paused, TransmissionStopsUntilTheTimeIsOver) {
    chip.receive(pause_frame(100));
    EXPECT_EQ(stat(), stat::fcp);
    EXPECT_TRUE(host.interrupt);
    EXPECT_EQ(fc_status(), fc_command::paused);
    start_transmit();
    EXPECT_EQ(frames_out(), 0u);
    EXPECT_EQ(cu(), CuStatus::Active);
    host.advance(100 * slot_ns - 1);
    EXPECT_EQ(frames_out(), 0u);
    EXPECT_EQ(fc_status(), fc_command::paused);
    host.advance(1);
    EXPECT_EQ(frames_out(), 1u);
    EXPECT_EQ(cu(), CuStatus::Idle);
    EXPECT_EQ(fc_status(), 0);
}

TEST_F(Paused, TheUnitSleepsMeanwhile) {
    chip.receive(pause_frame(0xffff));
    start_transmit();
    const std::size_t looks = host.count_traced(TraceEvent::CbStart);
    host.advance(0xffff * slot_ns - 1);
    EXPECT_EQ(host.count_traced(TraceEvent::CbStart), looks);
    EXPECT_FALSE(host.command_unit_scheduled);
}

TEST_F(Paused, AnotherPauseReloadsTheTime) {
    chip.receive(pause_frame(100));
    start_transmit();
    host.advance(50 * slot_ns);
    chip.receive(pause_frame(100));
    host.run_command_unit();
    host.advance(100 * slot_ns - 1);
    EXPECT_EQ(frames_out(), 0u);
    host.advance(1);
    EXPECT_EQ(frames_out(), 1u);
    chip.receive(pause_frame(100));
    chip.receive(pause_frame(10));
    start_transmit();
    host.advance(10 * slot_ns);
    EXPECT_EQ(frames_out(), 2u) << "a shorter one, too";
    EXPECT_EQ(counter(Counter::FcRxPause), 4u);
}

TEST_F(Paused, TimeZeroResumesAtOnce) {
    chip.receive(pause_frame(1000));
    start_transmit();
    chip.receive(pause_frame(0));
    EXPECT_EQ(fc_status(), 0);
    host.run_command_unit();
    EXPECT_EQ(frames_out(), 1u);
}

TEST_F(Paused, OtherCommandsGoOn) {
    chip.receive(pause_frame(1000));
    EXPECT_EQ(execute(Opcode::Nop), 0xa000);
}

TEST_F(Paused, SlotsAreLongerAt10Mbps) {
    phy_write(mii::bmcr, 0); // 10 Mb/s, no negotiation
    chip.receive(pause_frame(10));
    start_transmit();
    host.advance(100 * slot_ns - 1);
    EXPECT_EQ(frames_out(), 0u);
    host.advance(1);
    EXPECT_EQ(frames_out(), 1u);
}

TEST_F(Paused, IsIgnoredOnDemandAndBeforeThe82558) {
    configure({{fc_byte, ignore}});
    chip.receive(pause_frame(1000));
    EXPECT_EQ(stat(), 0);
    EXPECT_EQ(fc_status(), 0);
    start_transmit();
    EXPECT_EQ(frames_out(), 1u);
    EXPECT_EQ(counter(Counter::FcRxPause), 0u);
    FlowBench old("82557b");
    old.execute(Opcode::Configure, {0x16, 0x08, 0, 0,    0,    0, 0x32, 0x03, 1,    0,    0x2e,
                                    0,    0x60, 0, 0xf2, 0x48, 0, 0x40, 0xf2, 0x80, 0x3f, 5});
    old.chip.receive(pause_frame(1000));
    EXPECT_EQ(old.stat() & stat::fcp, 0);
}

TEST_F(Paused, OnlyPauseFramesToTheGroupOrTheStationCount) {
    const MacAddress other = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x02};
    chip.receive(pause_frame(1000, other));
    chip.receive(pause_frame(1000, broadcast_address));
    Bytes other_type = pause_frame(1000);
    other_type[13] = 0x09;
    chip.receive(other_type);
    EXPECT_EQ(fc_status(), 0);
    EXPECT_EQ(counter(Counter::FcRxUnsupported), 0u);
    chip.receive(pause_frame(1000, mac));
    EXPECT_EQ(fc_status(), fc_command::paused);
}

TEST_F(Paused, UnknownOpcodesAreCounted) {
    chip.receive(pause_frame(1000, control_address, 2));
    chip.receive(pause_frame(1000, mac, 0));
    EXPECT_EQ(fc_status(), 0);
    EXPECT_EQ(stat(), 0);
    EXPECT_EQ(counter(Counter::FcRxUnsupported), 2u);
    EXPECT_EQ(counter(Counter::FcRxPause), 0u);
}

TEST_F(Paused, PauseFramesAreStoredUnlessRejected) {
    execute(Opcode::MulticastSetup, {6, 0, 0x01, 0x80, 0xc2, 0x00, 0x00, 0x01});
    const uint32_t rfd = start_receiving();
    chip.receive(pause_frame(5));
    EXPECT_EQ(host.memory.read16(rfd), 0xa022);
    configure({{fc_byte, reject}});
    chip.receive(pause_frame(5));
    EXPECT_EQ(host.memory.read16(rfd + 0x1000), 0);
    EXPECT_EQ(counter(Counter::FcRxPause), 2u) << "obeyed all the same";
    chip.receive(pause_frame(5, mac));
    EXPECT_EQ(host.memory.read16(rfd + 0x1000), 0xa020) << "to the station";
}

TEST_F(Paused, RejectedFramesAreRejectedWhenPauseIsIgnored) {
    configure({{fc_byte, 0xa4}, {15, 0x49}}); // promiscuous
    const uint32_t rfd = start_receiving();
    chip.receive(pause_frame(5));
    EXPECT_EQ(host.memory.read16(rfd), 0);
}

TEST_F(Paused, PriorityAboveTheThresholdPausesTheLowQueue) {
    configure({{fc_byte, obey}, {priority_byte, 0xba}}); // threshold 3
    Bytes frame = pause_frame(100);
    frame[31] = 3;
    chip.receive(frame);
    EXPECT_EQ(fc_status(), fc_command::paused);
    frame[31] = 4;
    chip.receive(frame);
    EXPECT_EQ(fc_status(), fc_command::paused | fc_command::paused_low);
    chip.receive(pause_frame(0));
    EXPECT_EQ(fc_status(), fc_command::paused_low);
    start_transmit();
    EXPECT_EQ(frames_out(), 0u);
    host.advance(100 * slot_ns);
    EXPECT_EQ(frames_out(), 1u);
}

TEST_F(Paused, TheHighPriorityQueueSendsWhileOnlyTheLowOneIsPaused) {
    configure({{fc_byte, obey}, {priority_byte, 0xba}});
    Bytes frame = pause_frame(100);
    frame[31] = 4;
    chip.receive(frame);
    start_transmit();
    constexpr uint32_t high = area + 0x5000;
    put_block(high, cb_command::end_of_list | 4, 0);
    host.memory.write32(high + 8, no_tbd_array);
    host.memory.write32(high + 12, 0x00e08040);
    host.memory.put(high + 32, frame_to(control_address, 64));
    command(CuCommand::HpqStart, high);
    host.run_command_unit();
    ASSERT_EQ(frames_out(), 1u);
    EXPECT_EQ(host.sent[0].size(), 64u);
    EXPECT_EQ(cu(), CuStatus::Active) << "the other queue's";
    host.advance(100 * slot_ns);
    ASSERT_EQ(frames_out(), 2u);
    EXPECT_EQ(host.sent[1].size(), 100u);
}

TEST_F(Paused, APauseHoldsBothQueues) {
    chip.receive(pause_frame(100));
    start_transmit();
    constexpr uint32_t high = area + 0x5000;
    put_block(high, cb_command::end_of_list | 4, 0);
    host.memory.write32(high + 8, no_tbd_array);
    host.memory.write32(high + 12, 0x00e08040);
    host.memory.put(high + 32, frame_to(control_address, 64));
    command(CuCommand::HpqStart, high);
    host.run_command_unit();
    EXPECT_EQ(frames_out(), 0u);
    host.advance(100 * slot_ns);
    EXPECT_EQ(frames_out(), 2u);
}

TEST_F(Paused, PriorityMayStandInByte19) {
    configure({{fc_byte, obey}, {priority_byte, 0xba}, {20, 0x1f}});
    Bytes frame = pause_frame(100);
    frame[19] = 4;
    chip.receive(frame);
    EXPECT_EQ(fc_status(), fc_command::paused_low);
}

TEST_F(Paused, ResetsAndALostLinkEndIt) {
    for (auto end : {+[](FlowBench& it) { it.port(PortCommand::SoftwareReset); },
                     +[](FlowBench& it) { it.chip.reset(ResetKind::Hardware); },
                     +[](FlowBench& it) {
                         it.chip.link_changed(false);
                         it.chip.link_changed(true);
                     }}) {
        bring_up();
        configure({{fc_byte, obey}});
        chip.receive(pause_frame(1000));
        end(*this);
        EXPECT_EQ(fc_status(), 0);
        bring_up();
        host.forget();
        start_transmit();
        EXPECT_EQ(frames_out(), 1u);
    }
}

TEST_F(Paused, ALostLinkLetsAWaitingBlockComplete) {
    chip.receive(pause_frame(1000));
    start_transmit();
    chip.link_changed(false);
    host.run_command_unit();
    EXPECT_EQ(cu(), CuStatus::Idle);
    EXPECT_EQ(frames_out(), 0u);
}

TEST_F(Paused, SelectiveResetStopsTheListAndNotThePause) {
    chip.receive(pause_frame(1000));
    start_transmit();
    port(PortCommand::SelectiveReset);
    EXPECT_EQ(cu(), CuStatus::Idle);
    EXPECT_EQ(fc_status(), fc_command::paused);
    host.advance(1000 * slot_ns);
    EXPECT_EQ(frames_out(), 0u);
}

TEST_F(Paused, MigratesInTheMiddle) {
    chip.receive(pause_frame(100));
    start_transmit();
    host.advance(40 * slot_ns);
    StateRecord record;
    chip.save(record);
    FlowBench other;
    other.host.memory = host.memory;
    other.host.now = host.now;
    other.host.forget();
    ASSERT_EQ(other.chip.restore(record), RestoreError::None);
    EXPECT_EQ(other.fc_status(), fc_command::paused);
    other.host.advance(60 * slot_ns - 1);
    EXPECT_EQ(other.frames_out(), 0u);
    other.host.advance(1);
    EXPECT_EQ(other.frames_out(), 1u);
}

TEST_F(Paused, ImpossibleTimesAreRefused) {
    StateRecord record;
    chip.save(record);
    for (int64_t StateRecord::*field : {&StateRecord::fc_paused_until_ns,
                                        &StateRecord::fc_paused_low_until_ns, &StateRecord::wire_free_ns}) {
        StateRecord spoilt = record;
        spoilt.*field = -2;
        EXPECT_EQ(chip.restore(spoilt), RestoreError::BadTimer);
    }
}

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
