// SPDX-License-Identifier: GPL-2.0-or-later
// Counters and the three layouts of their dump (SDM 6.3.2.4, table 17).
#include "chip/statistics.h"

#include "fake_host.h"

namespace i8255x {
namespace {

constexpr uint32_t area = 0x4004; // only 4-byte aligned
constexpr uint8_t untouched = 0xa5;

struct StatisticsTest : testing::Test {
    StatisticsTest() {
        host.memory.fill(area - 16, 128, untouched);
        for (unsigned i = 0; i < counter_count; i++)
            for (unsigned n = 0; n <= i; n++)
                statistics.count(static_cast<Counter>(i));
        statistics.load_dump_address(area);
    }
    FakeHost host;
    Statistics statistics{host};
};

struct Layout {
    StatisticsFormat format;
    unsigned bytes;
    bool reset;
    uint32_t completion;
};
class StatisticsLayout : public StatisticsTest, public testing::WithParamInterface<Layout> {};

TEST_P(StatisticsLayout, CountersThenCompletionThenNothing) {
    const Layout& layout = GetParam();
    statistics.dump(layout.format, layout.reset);
    for (unsigned offset = 0; offset < layout.bytes && offset < 76; offset += 4)
        EXPECT_EQ(host.memory.read32(area + offset), offset / 4 + 1) << offset;
    if (layout.bytes == 80) {
        EXPECT_EQ(host.memory.read16(area + 76), 20);
        EXPECT_EQ(host.memory.read16(area + 78), 21);
    }
    EXPECT_EQ(host.memory.read32(area + layout.bytes), layout.completion);
    EXPECT_EQ(host.memory.bytes(area + layout.bytes + 4, 8), std::vector<uint8_t>(8, untouched));
    EXPECT_EQ(host.memory.bytes(area - 8, 8), std::vector<uint8_t>(8, untouched));
    EXPECT_EQ(host.writes(), (std::vector<std::pair<uint32_t, std::size_t>>{
                                 {area, layout.bytes}, {0, 0}, {area + layout.bytes, 4}}));
    for (unsigned i = 0; i < counter_count; i++)
        EXPECT_EQ(statistics[static_cast<Counter>(i)], layout.reset ? 0 : i + 1) << i;
}

INSTANTIATE_TEST_SUITE_P(Formats, StatisticsLayout,
                         testing::Values(Layout{StatisticsFormat::I82557, 64, false, 0xa005},
                                         Layout{StatisticsFormat::I82557, 64, true, 0xa007},
                                         Layout{StatisticsFormat::I82558, 76, false, 0xa005},
                                         Layout{StatisticsFormat::I82558, 76, true, 0xa007},
                                         Layout{StatisticsFormat::Tco, 80, false, 0xa005},
                                         Layout{StatisticsFormat::Tco, 80, true, 0xa007}));

TEST_F(StatisticsTest, EachCounterStandsWhereTheManualPutsIt) {
    const std::pair<Counter, uint32_t> places[] = {
        {Counter::TxGoodFrames, 0},
        {Counter::TxMaxCollisions, 4},
        {Counter::TxTotalCollisions, 32},
        {Counter::RxGoodFrames, 36},
        {Counter::RxCrcErrors, 40},
        {Counter::RxAlignmentErrors, 44},
        {Counter::RxResourceErrors, 48},
        {Counter::RxOverruns, 52},
        {Counter::RxCollisionDetectErrors, 56},
        {Counter::RxShortFrames, 60},
        {Counter::FcTxPause, 64},
        {Counter::FcRxPause, 68},
        {Counter::FcRxUnsupported, 72},
    };
    for (auto [counter, offset] : places) {
        Statistics fresh(host);
        fresh.load_dump_address(area);
        fresh.count(counter);
        fresh.dump(StatisticsFormat::Tco, false);
        for (uint32_t at = 0; at < 80; at += 4)
            EXPECT_EQ(host.memory.read32(area + at), at == offset ? 1u : 0u) << offset << " " << at;
    }
}

TEST_F(StatisticsTest, WithoutAnAddressNothingIsWritten) {
    Statistics fresh(host);
    fresh.count(Counter::TxGoodFrames);
    fresh.dump(StatisticsFormat::Tco, true);
    EXPECT_TRUE(host.dma.empty());
    EXPECT_EQ(host.guest_errors.size(), 1u);
    EXPECT_EQ(fresh[Counter::TxGoodFrames], 1u);
}

TEST_F(StatisticsTest, AddressZeroIsAnAddress) {
    statistics.load_dump_address(0);
    statistics.dump(StatisticsFormat::I82557, false);
    EXPECT_EQ(host.memory.read32(64), dump_complete);
}

TEST_F(StatisticsTest, ARefusedDumpSignalsNothingAndLosesNothing) {
    host.memory.refuse(area + 20, 1);
    statistics.dump(StatisticsFormat::Tco, true);
    EXPECT_NE(host.memory.read32(area + 80), dump_and_reset_complete);
    EXPECT_EQ(statistics[Counter::RxGoodFrames], 10u);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(StatisticsTest, ARefusedCompletionLosesNothingEither) {
    host.memory.refuse(area + 80, 4);
    statistics.dump(StatisticsFormat::Tco, true);
    EXPECT_EQ(statistics[Counter::RxGoodFrames], 10u) << "nobody was told that they were cleared";
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(StatisticsTest, CountersWrap) {
    Statistics::State state = statistics.state();
    state.counters[0] = 0xffffffff;
    state.counters[19] = 0xffff;
    statistics.restore(state);
    statistics.count(Counter::TxGoodFrames);
    statistics.count(Counter::TxTcoFrames);
    statistics.dump(StatisticsFormat::Tco, false);
    EXPECT_EQ(host.memory.read32(area), 0u);
    EXPECT_EQ(host.memory.read16(area + 76), 0);
    EXPECT_EQ(host.memory.read16(area + 78), 21) << "the other half of the dword is another counter";
}

TEST_F(StatisticsTest, ResetForgetsCountersAndAddress) {
    statistics.reset();
    EXPECT_EQ(statistics[Counter::TxGoodFrames], 0u);
    statistics.dump(StatisticsFormat::Tco, false);
    EXPECT_TRUE(host.dma.empty());
}

} // namespace
} // namespace i8255x
