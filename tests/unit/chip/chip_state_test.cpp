// SPDX-License-Identifier: GPL-2.0-or-later
// Saved state: whatever the chip is doing goes on from the record in another chip; records that no chip can
// have written are refused and change nothing.
#include <cstring>
#include <random>

#include "chip_bench.h"
#include "firmware/bundling_image.h"
#include "microcode_image.h"

namespace i8255x {
namespace {

bool same(const StateRecord& a, const StateRecord& b) { return std::memcmp(&a, &b, sizeof(a)) == 0; }

/// Padding bytes are equal only if both start from zero bytes.
StateRecord state_of(const Chip& chip) {
    StateRecord record;
    std::memset(&record, 0, sizeof(record));
    StateRecord saved;
    chip.save(saved);
    std::memcpy(&record, &saved, sizeof(record));
    return record;
}

/// Two chips, the second of which takes over from the first.
struct ChipState : testing::Test {
    ChipBench one, other;

    void hand_over() {
        other.host.memory = one.host.memory;
        other.host.now = one.host.now;
        const StateRecord record = state_of(one.chip);
        ASSERT_EQ(other.chip.restore(record), RestoreError::None);
        EXPECT_TRUE(same(state_of(other.chip), record));
        EXPECT_EQ(other.host.interrupt, one.host.interrupt);
        EXPECT_EQ(other.host.deadlines, one.host.deadlines);
    }
};

TEST_F(ChipState, OfANewChipRestores) { hand_over(); }

TEST_F(ChipState, ReceptionGoesOn) {
    one.bring_up();
    const uint32_t rfd = one.start_receiving();
    one.chip.receive(ChipBench::frame_to(ChipBench::mac));
    hand_over();
    EXPECT_TRUE(other.host.interrupt);
    EXPECT_EQ(other.stat(), stat::fr);
    other.chip.receive(ChipBench::frame_to(ChipBench::mac));
    EXPECT_EQ(other.host.memory.read16(rfd + 0x1000), 0xa020);
    EXPECT_EQ(other.counter(Counter::RxGoodFrames), 2u);
}

TEST_F(ChipState, WaitingFramesGoOn) {
    one.bring_up();
    one.put_rfd(0x3000, rfd_command::end_of_list, 0, 1522);
    one.command(RuCommand::Start, 0x3000);
    for (std::size_t bytes : {98u, 200u, 1514u})
        one.chip.receive(ChipBench::frame_to(ChipBench::mac, bytes));
    hand_over();
    const uint32_t rfd = other.start_receiving();
    EXPECT_EQ(other.host.memory.read16(rfd + 12), 0xc000 | 200);
    EXPECT_EQ(other.host.memory.read16(rfd + 0x1000 + 12), 0xc000 | 1514);
}

TEST_F(ChipState, AFrameInTheMiddleGoesOn) {
    one.bring_up();
    const uint32_t rfd = one.start_receiving();
    one.host.memory.write16(rfd + 2, rfd_command::header);
    one.command(RuCommand::LoadHeaderDataSize, 54);
    one.chip.receive(ChipBench::frame_to(ChipBench::mac));
    one.host.advance(100'000);
    hand_over();
    EXPECT_EQ(other.host.memory.read16(rfd), 0);
    other.host.advance(3072 * 80 - 100'000);
    EXPECT_EQ(other.host.memory.read16(rfd), 0xa020);
    EXPECT_EQ(other.host.memory.bytes(rfd + 16, 98), ChipBench::frame_to(ChipBench::mac));
}

TEST_F(ChipState, BuffersGoOn) {
    one.bring_up();
    const uint32_t rfd = one.start_receiving();
    for (uint32_t at : {rfd, rfd + 0x1000})
        one.put_block(at, rfd_command::flexible, at == rfd ? rfd + 0x1000 : rfd, ChipBench::Bytes(8, 0xff));
    one.host.memory.write32(rfd + 8, 0x6000);
    one.host.memory.write32(rfd + 12, 0);
    one.host.memory.write32(rfd + 0x1000 + 12, 0);
    one.host.memory.write32(0x6000 + 4, 0x6100);
    one.host.memory.write32(0x6000 + 12, 200);
    one.host.memory.write32(0x6100 + 12, 200 | rbd_end_of_list);
    one.chip.receive(ChipBench::frame_to(ChipBench::mac));
    hand_over();
    other.chip.receive(ChipBench::frame_to(ChipBench::mac));
    EXPECT_EQ(other.host.memory.read16(0x6100), 0xc000 | 98);
    EXPECT_EQ(other.ru(), RuStatus::ReadyNoRbds);
}

TEST_F(ChipState, AListInTheMiddleGoesOn) {
    one.bring_up();
    one.put_block(0x4000, 0, 0x5000);
    one.put_block(0x5000, cb_command::end_of_list, 0);
    one.command(CuCommand::Start, 0x4000);
    hand_over();
    EXPECT_TRUE(other.host.command_unit_scheduled);
    other.host.run_command_unit();
    EXPECT_EQ(other.host.memory.read16(0x5000), 0xa000);
    EXPECT_EQ(other.cu(), CuStatus::Idle);
}

TEST_F(ChipState, ASuspendedListResumes) {
    one.bring_up();
    one.put_block(0x4000, cb_command::suspend, 0x5000);
    one.put_block(0x5000, cb_command::suspend, 0x4000);
    one.command(CuCommand::Start, 0x4000);
    one.host.run_command_unit();
    hand_over();
    other.host.memory.write16(0x4002, 0);
    other.command(CuCommand::Resume);
    other.host.run_command_unit();
    EXPECT_EQ(other.host.memory.read16(0x5000), 0xa000);
}

TEST_F(ChipState, ASuspendedHighPriorityListResumes) {
    one.bring_up();
    one.put_block(0x4000, cb_command::suspend, 0x5000);
    one.put_block(0x5000, cb_command::end_of_list, 0);
    one.command(CuCommand::HpqStart, 0x4000);
    one.host.run_command_unit();
    EXPECT_EQ(one.cu(), CuStatus::Idle);
    hand_over();
    other.host.memory.write16(0x4002, 0);
    other.command(CuCommand::HpqResume);
    other.host.run_command_unit();
    EXPECT_EQ(other.host.memory.read16(0x5000), 0xa000);
}

TEST_F(ChipState, AnActiveHighPriorityListHidesTheOther) {
    one.bring_up();
    one.put_block(0x4000, cb_command::suspend, 0x5000);
    one.put_block(0x5000, cb_command::end_of_list, 0);
    one.put_block(0x6000, cb_command::end_of_list, 0);
    one.command(CuCommand::Start, 0x4000);
    one.host.run_command_unit();
    one.command(CuCommand::HpqStart, 0x6000);
    hand_over();
    EXPECT_EQ(other.cu(), CuStatus::ActiveHighPriority);
    other.host.run_command_unit();
    EXPECT_EQ(other.host.memory.read16(0x6000), 0xa000);
    EXPECT_EQ(other.cu(), CuStatus::Suspended);
    other.host.memory.write16(0x4002, 0);
    other.command(CuCommand::Resume);
    other.host.run_command_unit();
    EXPECT_EQ(other.host.memory.read16(0x5000), 0xa000);
}

TEST_F(ChipState, ADelayedInterruptStillComes) {
    one.bring_up();
    one.put_block(0x4000, 0x5f04, 0x4000);
    one.host.memory.write32(0x4008, no_tbd_array);
    one.host.memory.write32(0x400c, 60);
    one.command(CuCommand::Start, 0x4000);
    one.host.run_command_unit();
    one.host.advance(100'000);
    hand_over();
    EXPECT_EQ(other.stat(), 0);
    other.host.advance(140'000);
    EXPECT_EQ(other.stat(), stat::cna);
}

/// Bundles of `frames` frames, or the rest after a millisecond.
void load_bundling(ChipBench& e100, uint16_t frames) {
    const auto image = firmware::bundling_image({.delay = 1500, .frames = frames, .small_mask = 0xffff});
    e100.execute(Opcode::LoadMicrocode, little_endian_bytes({image.begin(), image.end()}));
}

TEST_F(ChipState, ABundleGoesOn) {
    one.bring_up();
    load_bundling(one, 3);
    one.take_stat();
    one.start_receiving();
    one.chip.receive(ChipBench::frame_to(ChipBench::mac));
    one.chip.receive(ChipBench::frame_to(ChipBench::mac));
    one.host.advance(999'000);
    hand_over();
    EXPECT_EQ(other.stat(), 0);
    other.chip.receive(ChipBench::frame_to(ChipBench::mac));
    EXPECT_EQ(other.take_stat(), stat::fr) << "the third";
    other.chip.receive(ChipBench::frame_to(ChipBench::mac));
    EXPECT_EQ(other.stat(), 0) << "the microcode is there";
    hand_over();
    other.host.advance(1'000);
    EXPECT_EQ(other.stat(), stat::fr) << "the delay goes on where it was";
}

TEST_F(ChipState, LinkPhyAndEepromGoAlong) {
    one.chip.link_changed(false);
    one.phy_write(mii::led_control, 5);
    one.set_csr8(csr::eeprom_control, eeprom_pin::cs);
    hand_over();
    EXPECT_EQ(other.csr8(csr::general_status), 0);
    EXPECT_EQ(other.phy_read(mii::led_control), 5);
    EXPECT_EQ(other.csr8(csr::eeprom_control), eeprom_pin::cs | eeprom_pin::dout);
}

TEST_F(ChipState, RestoringOverABusyChipForgetsItsDoings) {
    const StateRecord fresh = state_of(one.chip);
    other.bring_up();
    other.start_receiving();
    other.put_block(0x4000, 0, 0x4000);
    other.command(CuCommand::Start, 0x4000);
    other.set_csr8(csr::interrupt_control, interrupt_control::si);
    ASSERT_EQ(other.chip.restore(fresh), RestoreError::None);
    EXPECT_TRUE(same(state_of(other.chip), fresh));
    EXPECT_FALSE(other.host.interrupt);
}

TEST_F(ChipState, HeldBackFramesMayComeAfterRestoring) {
    ChipBench full("82557b", true);
    full.bring_up();
    const StateRecord ready = state_of(full.chip);
    full.put_rfd(0x3000, rfd_command::end_of_list, 0, 1522);
    full.command(RuCommand::Start, 0x3000);
    full.chip.receive(ChipBench::frame_to(ChipBench::mac));
    ASSERT_FALSE(full.chip.can_receive());
    ASSERT_EQ(full.chip.restore(ready), RestoreError::None);
    EXPECT_EQ(full.host.receive_possible_calls, 1u);
}

constexpr auto split_timer = static_cast<std::size_t>(Timer::HeaderSplit);
constexpr auto room_timer = static_cast<std::size_t>(Timer::ReceiveRoom);

struct BadRecord {
    const char* name;
    RestoreError error;
    void (*spoil)(StateRecord&);
};
const BadRecord bad_records[] = {
    {"HighPriorityStatusWithoutList", RestoreError::BadUnitState, [](StateRecord& r) { r.cu_status = 3; }},
    {"HighPriorityListWithoutStatus", RestoreError::BadUnitState,
     [](StateRecord& r) { r.hpq_status = 2, r.cu_work_pending = 1; }},
    {"HighPriorityListThatNothingMoves", RestoreError::BadUnitState,
     [](StateRecord& r) { r.hpq_status = 2, r.cu_status = 3; }},
    {"NoSuchHighPriorityStatus", RestoreError::BadUnitState, [](StateRecord& r) { r.hpq_status = 3; }},
    {"NoSuchHiddenStatus", RestoreError::BadUnitState,
     [](StateRecord& r) { r.hpq_status = 2, r.cu_status = 3, r.cu_low_status = 3, r.cu_work_pending = 1; }},
    {"LargeSendOfAnIdleUnit", RestoreError::BadUnitState, [](StateRecord& r) { r.cu_segments_sent = 1; }},
    {"LargeSendOfAnIdleQueue", RestoreError::BadUnitState, [](StateRecord& r) { r.hpq_segments_sent = 1; }},
    {"NoSuchCuStatus", RestoreError::BadUnitState, [](StateRecord& r) { r.cu_status = 4; }},
    {"NoSuchRuStatus", RestoreError::BadUnitState, [](StateRecord& r) { r.ru_status = 3; }},
    {"IdleWithoutRbds", RestoreError::BadUnitState, [](StateRecord& r) { r.ru_status = 8; }},
    {"NoSuchRbdPosition", RestoreError::BadFifo, [](StateRecord& r) { r.ru_rbd_position = 3; }},
    {"HeaderWithoutFrame", RestoreError::BadFifo,
     [](StateRecord& r) { r.ru_status = 4, r.ru_header_stored = 2, r.timers[split_timer] = 5; }},
    {"HeaderWithoutDeadline", RestoreError::BadFifo,
     [](StateRecord& r) { r.ru_status = 4, r.ru_header_stored = 2, r.fifo_used = 62, r.fifo[0] = 60; }},
    {"HeaderInAStoppedUnit", RestoreError::BadFifo,
     [](StateRecord& r) {
         r.ru_status = 2, r.ru_header_stored = 2, r.fifo_used = 62, r.fifo[0] = 60, r.timers[split_timer] = 5;
     }},
    {"SplitTimerWithoutHeader", RestoreError::BadFifo, [](StateRecord& r) { r.timers[split_timer] = 5; }},
    {"SplitTimer", RestoreError::BadFifo, [](StateRecord& r) { r.timers[split_timer] = -2; }},
    {"RoomTimerOfAStoppedUnit", RestoreError::BadFifo,
     [](StateRecord& r) { r.ru_status = 2, r.timers[room_timer] = 5; }},
    {"RoomTimer", RestoreError::BadFifo, [](StateRecord& r) { r.ru_status = 4, r.timers[room_timer] = -2; }},
    {"RoomTimerInTheMiddleOfAFrame", RestoreError::BadFifo,
     [](StateRecord& r) {
         r.ru_status = 4, r.ru_header_stored = 2, r.fifo_used = 62, r.fifo[0] = 60, r.timers[split_timer] = 5;
         r.timers[room_timer] = 5;
     }},
    {"FifoOfAReadyUnitThatWaitsForNothing", RestoreError::BadFifo,
     [](StateRecord& r) { r.ru_status = 4, r.fifo_used = 62, r.fifo[0] = 60; }},
    {"CardGone", RestoreError::BadUnitState, [](StateRecord& r) { r.stat = 0xff, r.interrupt_asserted = 1; }},
    {"SiReadsZero", RestoreError::BadUnitState, [](StateRecord& r) { r.interrupt_control = 2; }},
    {"PinWithoutCause", RestoreError::BadUnitState, [](StateRecord& r) { r.interrupt_asserted = 1; }},
    {"CauseWithoutPin", RestoreError::BadUnitState, [](StateRecord& r) { r.stat = 4; }},
    {"ResumeOfAnIdleUnit", RestoreError::BadUnitState, [](StateRecord& r) { r.cu_resume_pending = 1; }},
    {"PollOfAnIdleUnit", RestoreError::BadUnitState, [](StateRecord& r) { r.timers[1] = 5; }},
    {"CnaTimer", RestoreError::BadTimer, [](StateRecord& r) { r.timers[0] = -2; }},
    {"PollTimer", RestoreError::BadTimer, [](StateRecord& r) { r.timers[1] = INT64_MIN; }},
    {"BundleTimer", RestoreError::BadBundling,
     [](StateRecord& r) { r.bundling_loaded = 1, r.timers[2] = -2; }},
    {"BundleOfNoMicrocode", RestoreError::BadBundling,
     [](StateRecord& r) { r.bundling_waiting = 1, r.bundling_frames = 2, r.timers[2] = 5; }},
    {"BundleTooLarge", RestoreError::BadBundling,
     [](StateRecord& r) {
         r.bundling_loaded = 1, r.bundling_waiting = 2, r.bundling_frames = 2, r.timers[2] = 5;
     }},
    {"FifoTooLong", RestoreError::BadFifo, [](StateRecord& r) { r.ru_status = 1, r.fifo_used = 3073; }},
    {"FifoOfAnIdleUnit", RestoreError::BadFifo, [](StateRecord& r) { r.fifo_used = 62, r.fifo[0] = 60; }},
    {"FifoFrameTooLong", RestoreError::BadFifo,
     [](StateRecord& r) { r.ru_status = 2, r.fifo_used = 62, r.fifo[0] = 61; }},
    {"FifoFrameTooShort", RestoreError::BadFifo,
     [](StateRecord& r) { r.ru_status = 2, r.fifo_used = 5, r.fifo[0] = 3; }},
    {"FifoHalfALength", RestoreError::BadFifo,
     [](StateRecord& r) { r.ru_status = 2, r.fifo_used = 63, r.fifo[0] = 60; }},
    {"EepromSize", RestoreError::BadEeprom, [](StateRecord& r) { r.eeprom_words = 256; }},
    {"EepromPhase", RestoreError::BadEeprom,
     [](StateRecord& r) { r.eeprom_control = 2, r.eeprom_phase = 6; }},
    {"EepromUnselectedTransfer", RestoreError::BadEeprom, [](StateRecord& r) { r.eeprom_phase = 2; }},
    {"EepromBits", RestoreError::BadEeprom,
     [](StateRecord& r) { r.eeprom_control = 2, r.eeprom_phase = 2, r.eeprom_bits = 0x100; }},
    {"EepromAddress", RestoreError::BadEeprom, [](StateRecord& r) { r.eeprom_address = 64; }},
    {"EepromOpcode", RestoreError::BadEeprom, [](StateRecord& r) { r.eeprom_opcode = 0x104; }},
};

class ChipStateRefused : public testing::TestWithParam<BadRecord> {};

TEST_P(ChipStateRefused, AndTheChipIsAsBefore) {
    ChipBench e100;
    e100.bring_up();
    e100.start_receiving();
    const StateRecord before = state_of(e100.chip);
    StateRecord bad = state_of(ChipBench().chip);
    ASSERT_EQ(ChipBench().chip.restore(bad), RestoreError::None) << "before it is spoilt";
    GetParam().spoil(bad);
    EXPECT_EQ(e100.chip.restore(bad), GetParam().error);
    EXPECT_TRUE(same(state_of(e100.chip), before));
    EXPECT_FALSE(e100.host.interrupt);
}

INSTANTIATE_TEST_SUITE_P(Records, ChipStateRefused, testing::ValuesIn(bad_records),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(ChipState, MicrocodeOfAChipThatTakesNoneIsRefused) {
    ChipBench old("82557b");
    StateRecord record = state_of(old.chip);
    ASSERT_EQ(old.chip.restore(record), RestoreError::None);
    record.bundling_loaded = 1;
    EXPECT_EQ(old.chip.restore(record), RestoreError::BadBundling);
}

/// What registers cannot hold and nothing depends on does not get in.
TEST_F(ChipState, BitsThatDoNotExistAreDropped) {
    StateRecord record = state_of(one.chip);
    record.fc_threshold = record.fc_command = record.pmdr = record.general_control = 0xff;
    record.general_control2 = 0xff;
    record.mdi_control = 0;
    ASSERT_EQ(other.chip.restore(record), RestoreError::None);
    EXPECT_EQ(other.csr32(csr::early_rx), 0xe1020700u);
    EXPECT_EQ(other.csr8(csr::general_control), 0x03);
    EXPECT_EQ(other.csr32(csr::mdi_control), mdi::ready);
}

/// Something a driver, a wire or a clock might do, chosen by `dice`; the same for the same dice.
void act(ChipBench& e100, uint32_t dice) {
    const uint32_t value = dice * 2654435761u;
    switch (dice % 18) {
    case 14: // header RFDs of both modes, then what a driver does about them
        for (uint32_t n = 0; n < 4; n++) {
            e100.put_rfd(0x6000 + n * 0x800, static_cast<uint16_t>(value >> (4 * n) & 0x18),
                         0x6000 + (n + 1) % 4 * 0x800, 0x3ff);
            e100.host.memory.write32(0x6000 + n * 0x800 + 8, n % 2 == 0 ? 0x8000u + n * 16 : no_rbd);
            e100.host.memory.write32(0x8000 + n * 16 + 4, 0x8000 + (n + 1) * 16);
            e100.host.memory.write32(0x8000 + n * 16 + 8, 0x9000 + n * 0x400);
            e100.host.memory.write32(0x8000 + n * 16 + 12, n == 3 ? 0x8200 : 0x200);
        }
        e100.command(RuCommand::LoadHeaderDataSize, 2 + (value >> 16 & 0x7e));
        e100.command(RuCommand::Start, 0x6000);
        break;
    case 15:
        e100.command(RuCommand::DmaRedirect, 0x8010);
        break;
    case 16:
        e100.host.memory.write32(0x8030 + 12, 0x200);
        e100.command(RuCommand::RbdResume);
        e100.set_csr8(csr::early_rx, value & 0xff);
        break;
    case 0:
        e100.chip.receive(ChipBench::frame_to(ChipBench::mac, 60 + value % 1455));
        break;
    case 1:
        e100.start_receiving();
        break;
    case 2:
        e100.command(RuCommand::Abort);
        break;
    case 3:
        e100.put_rfd(0x3000, value % 2 != 0 ? rfd_command::end_of_list : rfd_command::suspend, 0x3000, 1522);
        e100.command(RuCommand::Start, 0x3000);
        break;
    case 4:
        e100.put_block(0x4000, 0x4004 | (value & 0x3f00), 0x4000);
        e100.host.memory.write32(0x4008, no_tbd_array);
        e100.host.memory.write32(0x400c, 14 + value % 1500);
        e100.command(CuCommand::Start, 0x4000);
        break;
    case 5:
        e100.host.run_command_unit(1);
        break;
    case 6:
        e100.host.advance(value % 300'000);
        break;
    case 7:
        e100.set_csr8(csr::stat_ack, value & 0xff);
        break;
    case 8:
        e100.set_csr8(csr::interrupt_control, value & 0xff);
        break;
    case 9:
        e100.set_csr8(csr::eeprom_control, value >> 8 & 0xff);
        break;
    case 10:
        e100.chip.link_changed(value % 4 != 0);
        break;
    case 11:
        e100.set_csr32(csr::mdi_control,
                       (value & 0x0000ffff) | 0x04200000 | (value % 2 != 0 ? 17u << 16 : 4u << 16));
        break;
    case 12:
        load_bundling(e100, static_cast<uint16_t>(value >> 8 & 7));
        break;
    case 13:
        e100.put_block(0x5000, 0x4004 | (value & 0x3f00), 0x5000);
        e100.host.memory.write32(0x5008, no_tbd_array);
        e100.host.memory.write32(0x500c, 14 + value % 1500);
        e100.command(value % 3 == 0 ? CuCommand::HpqResume : CuCommand::HpqStart, 0x5000);
        break;
    default:
        e100.execute(Opcode::Configure, ChipBench::linux_configuration());
        e100.execute(Opcode::IndividualAddress, {0x52, 0x54, 0x00, 0x12, 0x34, 0x56});
        break;
    }
}

TEST_F(ChipState, AChipThatTookOverBehavesLikeTheFirst) {
    std::mt19937 random(20);
    one.bring_up();
    for (int round = 0; round < 300; round++) {
        for (int i = 0; i < 5; i++)
            act(one, static_cast<uint32_t>(random()));
        hand_over();
        for (ChipBench* each : {&one, &other})
            each->host.forget();
        for (int i = 0; i < 10; i++) {
            const auto dice = static_cast<uint32_t>(random());
            other.host.command_unit_scheduled = one.host.command_unit_scheduled;
            act(one, dice);
            act(other, dice);
        }
        ASSERT_TRUE(same(state_of(one.chip), state_of(other.chip))) << round;
        ASSERT_EQ(one.host.trace_record, other.host.trace_record) << round;
        ASSERT_EQ(one.host.sent, other.host.sent) << round;
        ASSERT_EQ(one.host.interrupt, other.host.interrupt) << round;
    }
}

} // namespace
} // namespace i8255x
