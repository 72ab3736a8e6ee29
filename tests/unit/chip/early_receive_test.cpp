// SPDX-License-Identifier: GPL-2.0-or-later
// Early receive interrupt and the RX DMA byte count (SDM 6.3.6, 6.3.7).
#include "chip_bench.h"
#include "ip_frames.h"

namespace i8255x {
namespace {

constexpr uint32_t r0 = 0x30002, r1 = 0x31002;
constexpr unsigned er_and_fr = stat::er | stat::fr;

struct EarlyReceiveTest : testing::Test, UnitBench {
    explicit EarlyReceiveTest(Generation generation = Generation::I82559) : UnitBench(generation) {
        put_rfd(r0, 0, r1, 1522);
        put_rfd(r1, 0, r0, 1522);
        ru(RuCommand::Start, r0);
        receive_unit.set_early_receive(4);
    }
    unsigned causes(const Bytes& frame, uint16_t line_errors = 0) {
        receive(frame, line_errors);
        return take_stat();
    }
};

TEST_F(EarlyReceiveTest, ComesBeforeTheEndOfFramesWithALength) {
    host.forget();
    EXPECT_EQ(causes(make_frame(station, 86, 100)), er_and_fr);
    EXPECT_EQ(host.trace_record[1], (FakeHost::Trace{TraceEvent::Stat, stat::er, stat::er})) << "first";
}

TEST_F(EarlyReceiveTest, TypesDoNotTellTheLength) {
    EXPECT_EQ(causes(make_frame(station, 0x0806, 100)), stat::fr);
    EXPECT_EQ(causes(make_frame(station, 0, 100)), stat::fr);
    EXPECT_EQ(causes(make_frame(station, 1501, 1514)), stat::fr);
}

TEST_F(EarlyReceiveTest, IpAndIpxDoIfConfigured) {
    const Bytes ip = ethernet(ipv4, ip_packet(17, udp_datagram(Bytes(60))));
    Bytes ipx = make_frame(station, 0x8137, 100);
    put_be(ipx, 16, 86);
    EXPECT_EQ(causes(ip), stat::fr);
    EXPECT_EQ(causes(ipx), stat::fr);
    set(config::type_enable);
    EXPECT_EQ(causes(ip), er_and_fr);
    EXPECT_EQ(causes(ipx), er_and_fr);
    EXPECT_EQ(causes(make_frame(station, 0x0806, 100)), stat::fr);
}

TEST_F(EarlyReceiveTest, ZeroIsOff) {
    receive_unit.set_early_receive(0);
    EXPECT_EQ(causes(make_frame(station, 86, 100)), stat::fr);
}

/// A frame that ends before the place of the interrupt has none.
TEST_F(EarlyReceiveTest, FramesShorterThanTheySay) {
    EXPECT_EQ(causes(make_frame(station, 86 + 32, 100)), er_and_fr);
    EXPECT_EQ(causes(make_frame(station, 86 + 33, 100)), stat::fr);
    receive_unit.set_early_receive(255);
    EXPECT_EQ(causes(make_frame(station, 1500, 100)), er_and_fr) << "longer than the frame: at its begin";
}

TEST_F(EarlyReceiveTest, AFrameThatIsDiscardedMayHaveHadIt) {
    EXPECT_EQ(causes(make_frame(station, 86, 100), rfd_status::crc_error), stat::er);
    EXPECT_EQ(causes(make_frame(stranger, 86, 100)), 0u);
    ru(RuCommand::Abort);
    take_stat();
    EXPECT_EQ(causes(make_frame(station, 86, 100)), 0u);
}

TEST_F(EarlyReceiveTest, DiscardedShortFramesDoNotReachMemory) {
    set(config::discard_short);
    receive_unit.receive_looped(make_frame(station, 20, 40), {});
    EXPECT_EQ(take_stat(), 0u);
    set(config::discard_short, false);
    receive_unit.receive_looped(make_frame(station, 20, 40), {});
    EXPECT_EQ(take_stat(), stat::er);
}

TEST_F(EarlyReceiveTest, WaitingFramesHaveItWhenTheyAreDelivered) {
    put_rfd(r0, rfd_command::end_of_list, r1, 0);
    EXPECT_EQ(causes(make_frame(station, 86, 100)), stat::rnr);
    put_rfd(r0, 0, r1, 1522);
    ru(RuCommand::Start, r0);
    EXPECT_EQ(take_stat(), er_and_fr);
}

TEST_F(EarlyReceiveTest, ComesBehindTheHeaderOfASplitFrame) {
    put_rfd(r0, rfd_command::header, r1, 1522);
    ru(RuCommand::LoadHeaderDataSize, 54);
    EXPECT_EQ(causes(make_frame(station, 86, 100)), stat::fr);
    host.advance(1'000'000);
    EXPECT_EQ(take_stat(), er_and_fr);
}

// Through the registers

TEST(EarlyReceiveRegister, ReachesTheUnitOfChipsThatHaveIt) {
    for (auto [chip, expected] : {std::pair{"82557b", unsigned{stat::fr}}, {"82558a", er_and_fr}}) {
        ChipBench e100(chip);
        e100.bring_up();
        e100.start_receiving();
        e100.set_csr8(csr::early_rx, 2);
        Bytes frame = ChipBench::frame_to(ChipBench::mac);
        put_be(frame, 12, 84);
        e100.chip.receive(frame);
        EXPECT_EQ(e100.stat(), expected);
    }
}

TEST(RxDmaByteCount, IsTheSizeOfTheNextBuffer) {
    ChipBench e100;
    e100.bring_up();
    EXPECT_EQ(e100.csr32(csr::rx_dma_byte_count), 0u);
    const uint32_t at = e100.start_receiving();
    EXPECT_EQ(e100.csr32(csr::rx_dma_byte_count), 1520u) << "in steps of 8";
    e100.put_rfd(at + 0x1000, rfd_command::header | rfd_command::end_of_list, 0, 0x3fff);
    e100.command(RuCommand::LoadHeaderDataSize, 64);
    e100.chip.receive(ChipBench::frame_to(ChipBench::mac));
    EXPECT_EQ(e100.csr32(csr::rx_dma_byte_count), 64u) << "of a header RFD first the header";
    e100.chip.receive(ChipBench::frame_to(ChipBench::mac));
    EXPECT_EQ(e100.csr32(csr::rx_dma_byte_count), 0x7f8u) << "then what is behind it";
    e100.host.advance(1'000'000);
    EXPECT_EQ(e100.csr32(csr::rx_dma_byte_count), 0u) << "no next one";
    EXPECT_EQ(e100.csr16(csr::rx_dma_byte_count + 2), 0u);
}

TEST(RxDmaByteCount, OfAnUnreadableDescriptorIsZero) {
    ChipBench e100;
    e100.bring_up();
    e100.start_receiving();
    e100.host.bus_master = false;
    EXPECT_EQ(e100.csr32(csr::rx_dma_byte_count), 0u);
}

} // namespace
} // namespace i8255x
