// SPDX-License-Identifier: GPL-2.0-or-later
// A wire with a speed: frames take their time, and the command unit waits for them.
#include "chip_bench.h"

namespace i8255x {
namespace {

using Bytes = ChipBench::Bytes;

/// On the wire a frame has 4 bytes of FCS, 8 of preamble and 12 of gap more.
constexpr int64_t frame_ns(int64_t bytes, int64_t mbps) { return (bytes + 24) * 8 * 1000 / mbps; }

struct PaceBench : ChipBench {
    static constexpr uint32_t list = 0x100000, step = 0x1000;
    explicit PaceBench(uint32_t mbps) : ChipBench(default_variant, false, mbps) {
        bring_up();
        host.forget();
    }
    void put_list(std::initializer_list<std::size_t> sizes, uint16_t last = cb_command::end_of_list) {
        uint32_t at = list;
        std::size_t left = sizes.size();
        for (std::size_t bytes : sizes) {
            put_block(at, static_cast<uint16_t>(4 | (--left == 0 ? last : 0)), at + step);
            host.memory.write32(at + 8, no_tbd_array);
            host.memory.write32(at + 12, 0x00e08000 | static_cast<uint32_t>(bytes));
            host.memory.put(at + 32, frame_to(broadcast_address, bytes));
            at += step;
        }
    }
    void start() {
        command(CuCommand::Start, list);
        host.run_command_unit();
    }
    bool complete(unsigned index) {
        return (host.memory.read16(list + index * step) & cb_status::complete) != 0;
    }
};

struct WirePace : testing::Test, PaceBench {
    WirePace() : PaceBench(100) {}
};

TEST_F(WirePace, ABlockCompletesWhenItsFrameHasLeft) {
    put_list({1514}, cb_command::end_of_list | cb_command::interrupt);
    start();
    EXPECT_EQ(host.sent.size(), 1u) << "the first bit leaves at once";
    host.advance(frame_ns(1514, 100) - 1);
    EXPECT_FALSE(complete(0));
    EXPECT_EQ(stat(), 0);
    EXPECT_EQ(cu(), CuStatus::Active);
    host.advance(1);
    EXPECT_TRUE(complete(0));
    EXPECT_EQ(stat(), stat::cx | stat::cna);
    EXPECT_EQ(cu(), CuStatus::Idle);
    EXPECT_EQ(host.sent.size(), 1u);
}

TEST_F(WirePace, AListTakesTheSumOfItsFrames) {
    put_list({60, 1514, 300});
    start();
    const int64_t before = host.now;
    host.advance(frame_ns(60, 100));
    EXPECT_EQ(host.sent.size(), 2u);
    while (cu() == CuStatus::Active && host.now - before < 1'000'000)
        host.advance(10);
    EXPECT_EQ(host.now - before, frame_ns(60, 100) + frame_ns(1514, 100) + frame_ns(300, 100));
    EXPECT_EQ(host.sent.size(), 3u);
}

TEST_F(WirePace, ResumeWhileTheFrameIsOnTheWireIsSeenAtItsEnd) {
    put_list({1000, 1000}, cb_command::suspend);
    host.memory.write16(list + 2, cb_command::suspend | 4);
    start();
    host.advance(1000);
    host.memory.write16(list + 2, 4);
    command(CuCommand::Resume);
    host.run_command_unit();
    EXPECT_EQ(host.sent.size(), 1u);
    host.advance(frame_ns(1000, 100));
    EXPECT_EQ(host.sent.size(), 2u);
    host.advance(frame_ns(1000, 100));
    EXPECT_EQ(cu(), CuStatus::Suspended);
}

TEST_F(WirePace, APauseDoesNotShortenTheFrameOnTheWire) {
    Bytes bytes = linux_configuration();
    bytes[19] = 0x80; // PAUSE is obeyed
    execute(Opcode::Configure, bytes);
    put_list({1000, 60});
    start();
    Bytes pause = frame_to({0x01, 0x80, 0xc2, 0x00, 0x00, 0x01}, 60);
    for (auto [at, value] : {std::pair{12, 0x88}, {13, 0x08}, {14, 0}, {15, 1}, {16, 0}, {17, 0}})
        pause[static_cast<std::size_t>(at)] = static_cast<uint8_t>(value);
    host.advance(1000);
    chip.receive(pause);
    host.run_command_unit();
    EXPECT_FALSE(complete(0));
    host.advance(frame_ns(1000, 100) - 1000 - 1);
    EXPECT_FALSE(complete(0));
    host.advance(1);
    EXPECT_TRUE(complete(0));
}

TEST_F(WirePace, ASelectiveResetForgetsTheFrameOnTheWire) {
    put_list({1000});
    start();
    port(PortCommand::SelectiveReset);
    host.advance(1'000'000);
    EXPECT_FALSE(complete(0));
    put_list({60});
    start();
    EXPECT_EQ(host.sent.size(), 2u);
    host.advance(frame_ns(60, 100));
    EXPECT_TRUE(complete(0));
}

TEST_F(WirePace, PreambleAndGapAreTheConfiguredOnes) {
    Bytes bytes = linux_configuration();
    bytes[10] = 0x0e; // preamble of 1 byte
    bytes[12] = 0x70; // gap of 112 bits
    execute(Opcode::Configure, bytes);
    put_list({100});
    start();
    host.advance((100 + 4 + 2 + 14) * 80 - 1);
    EXPECT_FALSE(complete(0));
    host.advance(1);
    EXPECT_TRUE(complete(0));
}

TEST_F(WirePace, FramesThatDoNotLeaveTakeNoTime) {
    chip.link_changed(false);
    put_list({1514, 1514});
    start();
    EXPECT_TRUE(complete(1));
}

TEST_F(WirePace, LoopedFramesTakeTheirTime) {
    Bytes bytes = linux_configuration();
    bytes[10] = 0x6e;
    execute(Opcode::Configure, bytes);
    put_list({1000});
    start();
    EXPECT_FALSE(complete(0));
    host.advance(frame_ns(1000, 100));
    EXPECT_TRUE(complete(0));
}

/// High-priority blocks wait for the wire, too, but for nothing else.
TEST_F(WirePace, TheHighPriorityQueueComesBehindTheFrameOnTheWire) {
    put_list({1000, 60});
    constexpr uint32_t high = list + 4 * step;
    put_block(high, cb_command::end_of_list | 4, 0);
    host.memory.write32(high + 8, no_tbd_array);
    host.memory.write32(high + 12, 0x00e080c8);
    host.memory.put(high + 32, frame_to(broadcast_address, 200));
    start();
    host.advance(1000);
    command(CuCommand::HpqStart, high);
    host.run_command_unit();
    EXPECT_EQ(host.sent.size(), 1u);
    host.advance(frame_ns(1000, 100) - 1000);
    EXPECT_TRUE(complete(0)) << "what has left is complete";
    ASSERT_EQ(host.sent.size(), 2u);
    EXPECT_EQ(host.sent[1].size(), 200u);
    StateRecord record;
    chip.save(record);
    PaceBench other(100);
    other.host.memory = host.memory;
    other.host.now = host.now;
    ASSERT_EQ(other.chip.restore(record), RestoreError::None);
    other.host.advance(frame_ns(200, 100));
    EXPECT_TRUE(other.complete(4)) << "the frame of the high-priority queue migrates";
    ASSERT_EQ(other.host.sent.size(), 1u);
    EXPECT_EQ(other.host.sent[0].size(), 60u);
    other.host.advance(frame_ns(60, 100));
    EXPECT_EQ(other.cu(), CuStatus::Idle);
}

TEST_F(WirePace, AFrameOnTheWireMigrates) {
    put_list({1000, 60});
    start();
    host.advance(1000);
    StateRecord record;
    chip.save(record);
    PaceBench other(100);
    other.host.memory = host.memory;
    other.host.now = host.now;
    ASSERT_EQ(other.chip.restore(record), RestoreError::None);
    other.host.advance(frame_ns(1000, 100) - 1000 - 1);
    EXPECT_FALSE(other.complete(0));
    EXPECT_TRUE(other.host.sent.empty()) << "not sent twice";
    other.host.advance(1);
    EXPECT_TRUE(other.complete(0));
    EXPECT_EQ(other.host.sent.size(), 1u);
}

TEST(WirePaceSpeed, IsTheOneAskedFor) {
    for (uint32_t mbps : {10u, 1000u}) {
        PaceBench bench(mbps);
        bench.put_list({500});
        bench.start();
        bench.host.advance(frame_ns(500, mbps) - 1);
        EXPECT_FALSE(bench.complete(0)) << mbps;
        bench.host.advance(1);
        EXPECT_TRUE(bench.complete(0)) << mbps;
    }
}

TEST(WirePaceSpeed, NoneTakesNoTime) {
    PaceBench bench(0);
    bench.put_list({1514, 1514, 1514});
    bench.start();
    EXPECT_TRUE(bench.complete(2));
    EXPECT_EQ(bench.host.deadline(Timer::TransmitPoll), -1);
}

} // namespace
} // namespace i8255x
