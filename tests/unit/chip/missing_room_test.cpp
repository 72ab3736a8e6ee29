// SPDX-License-Identifier: GPL-2.0-or-later
// Receive unit: the stopper of a driver that takes it away in two stores, seen between the two.
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t r0 = 0x30002, r1 = 0x31002, r2 = 0x32002;
constexpr uint16_t room = 1522;
constexpr int64_t first_look = 10'000, long_enough = 100'000'000;

/// The unit stands at r0, which neither ends the list nor has room.
struct MissingRoomTest : testing::Test, UnitBench {
    explicit MissingRoomTest(Generation generation = Generation::I82559) : UnitBench(generation) {
        put_rfd(r0, 0, r1, 0);
        put_rfd(r1, 0, r2, room);
        put_rfd(r2, rfd_command::end_of_list, 0, room);
        ru(RuCommand::Start, r0);
        host.forget();
    }
    static Bytes numbered(unsigned number) { return make_frame(station, ipv4, 1000 + number); }
    void give_room() { host.memory.write16(r0 + 14, room); }
    RuStatus state() const { return scb.ru_status(); }
};

TEST_F(MissingRoomTest, TheFrameGoesThereWhenThereIsRoom) {
    EXPECT_TRUE(receive_unit.receive(numbered(0)));
    EXPECT_EQ(status(r0) | status(r1), 0);
    EXPECT_FALSE(receive_unit.can_receive());
    give_room();
    host.advance(first_look);
    EXPECT_EQ(data_of(r0), numbered(0));
    EXPECT_EQ(status(r1), 0);
    EXPECT_EQ(state(), RuStatus::Ready);
    EXPECT_TRUE(receive_unit.can_receive());
    EXPECT_EQ(host.deadline(Timer::ReceiveRoom), -1);
}

TEST_F(MissingRoomTest, FramesBehindKeepTheirOrderAndNoneIsLost) {
    std::vector<unsigned> held_back;
    for (unsigned n = 0; n < 5; n++)
        if (!receive_unit.receive(numbered(n)))
            held_back.push_back(n);
    EXPECT_EQ(held_back, (std::vector<unsigned>{3, 4})) << "three fill the FIFO";
    put_rfd(r2, 0, 0x33002, room);
    put_rfd(0x33002, 0, 0x34002, room);
    put_rfd(0x34002, 0, r0, room);
    give_room();
    host.advance(first_look);
    for (unsigned n : held_back)
        EXPECT_TRUE(receive_unit.receive(numbered(n)));
    for (unsigned n = 0; n < 5; n++)
        EXPECT_EQ(data_of(r0 + n * 0x1000), numbered(n));
    EXPECT_EQ(counted(Counter::RxGoodFrames), 5u);
    EXPECT_EQ(counted(Counter::RxOverruns) + counted(Counter::RxResourceErrors), 0u);
}

TEST_F(MissingRoomTest, LooksLessAndLessOften) {
    EXPECT_TRUE(receive_unit.receive(numbered(0)));
    for (int64_t wait = first_look; wait < long_enough / 2; wait *= 2) {
        EXPECT_EQ(host.deadline(Timer::ReceiveRoom), host.now + wait);
        host.advance(wait);
    }
    EXPECT_EQ(host.deadline(Timer::ReceiveRoom), -1);
    EXPECT_EQ(data_of(r1), numbered(0)) << "the descriptor means what it says";
    EXPECT_EQ(status(r0), 0);
}

TEST_F(MissingRoomTest, OneWaitForAFrame) {
    put_rfd(r1, 0, r2, 0);
    EXPECT_TRUE(receive_unit.receive(numbered(0)));
    host.advance(long_enough);
    EXPECT_EQ(data_of(r2), numbered(0));
}

TEST_F(MissingRoomTest, TheNextOneIsWaitedForAgain) {
    EXPECT_TRUE(receive_unit.receive(numbered(0)));
    host.advance(long_enough);
    ASSERT_EQ(data_of(r1), numbered(0));
    host.memory.write16(r2 + 2, 0);
    host.memory.write16(r2 + 14, 0);
    EXPECT_TRUE(receive_unit.receive(numbered(1)));
    EXPECT_EQ(host.deadline(Timer::ReceiveRoom), host.now + first_look);
}

TEST_F(MissingRoomTest, SuspendAndEndOfListTakeEffectAtOnce) {
    for (uint16_t command : {rfd_command::suspend, rfd_command::end_of_list}) {
        put_rfd(r0, command, r1, 0);
        ru(RuCommand::Start, r0);
        receive(numbered(0));
        EXPECT_NE(state(), RuStatus::Ready);
        EXPECT_EQ(host.deadline(Timer::ReceiveRoom), -1);
        ru(RuCommand::Abort);
    }
}

TEST_F(MissingRoomTest, StartElsewhereEndsTheWait) {
    EXPECT_TRUE(receive_unit.receive(numbered(0)));
    ru(RuCommand::Start, r2);
    EXPECT_EQ(data_of(r2), numbered(0));
    EXPECT_EQ(host.deadline(Timer::ReceiveRoom), -1);
    EXPECT_TRUE(receive_unit.can_receive());
}

TEST_F(MissingRoomTest, AbortDropsWhatWaits) {
    EXPECT_TRUE(receive_unit.receive(numbered(0)));
    ru(RuCommand::Abort);
    EXPECT_EQ(host.deadline(Timer::ReceiveRoom), -1);
    EXPECT_TRUE(receive_unit.fifo().empty());
    EXPECT_TRUE(receive_unit.can_receive());
    expect_all_frames_accounted();
}

TEST_F(MissingRoomTest, ABadFrameIsCountedAndNotWaitedFor) {
    set(config::save_bad_frames);
    EXPECT_TRUE(receive_unit.receive(numbered(0), rfd_status::crc_error));
    EXPECT_EQ(counted(Counter::RxCrcErrors), 1u);
    EXPECT_TRUE(receive_unit.fifo().empty());
    expect_all_frames_accounted();
}

TEST_F(MissingRoomTest, AWaitGoesAlongWithTheState) {
    EXPECT_TRUE(receive_unit.receive(numbered(0)));
    const ReceiveUnit::State saved = receive_unit.state();
    const Bytes fifo(receive_unit.fifo().begin(), receive_unit.fifo().end());
    ASSERT_TRUE(receive_unit.valid(saved, state(), fifo));
    ru(RuCommand::Abort);
    scb.set_ru_status(RuStatus::Ready);
    receive_unit.restore(saved, fifo);
    give_room();
    host.advance(first_look);
    EXPECT_EQ(data_of(r0), numbered(0));
}

struct MissingRoomWithoutFifoTest : MissingRoomTest {
    MissingRoomWithoutFifoTest() : MissingRoomTest(Generation::I82557) {}
};

TEST_F(MissingRoomWithoutFifoTest, FramesFromTheWireAreHeldBack) {
    EXPECT_FALSE(receive_unit.receive(numbered(0)));
    EXPECT_FALSE(receive_unit.can_receive());
    give_room();
    host.advance(first_look);
    EXPECT_TRUE(receive_unit.can_receive());
    EXPECT_TRUE(receive_unit.receive(numbered(0)));
    EXPECT_EQ(data_of(r0), numbered(0));
}

TEST_F(MissingRoomWithoutFifoTest, AFrameOfOurOwnIsLostAndCounted) {
    receive_unit.receive_looped(numbered(0), {});
    EXPECT_EQ(counted(Counter::RxOverruns), 1u);
}

} // namespace
} // namespace i8255x
