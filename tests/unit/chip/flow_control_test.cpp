// SPDX-License-Identifier: GPL-2.0-or-later
// Flow control: PAUSE frames that are obeyed (SDM 6.3.8, 6.6; IEEE 802.3 annex 31B).
#include "flow_bench.h"

namespace i8255x {
namespace {

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
    start_high_priority_transmit();
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
    start_high_priority_transmit();
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

} // namespace
} // namespace i8255x
