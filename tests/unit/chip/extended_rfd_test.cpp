// SPDX-License-Identifier: GPL-2.0-or-later
// Extended RFDs of the 82550 and 82551: report, VLAN tags and stripping (SDM B.4, B.5), and which chips have
// them.
#include "chip/fcs.h"
#include "chip_bench.h"
#include "ip_frames.h"

namespace i8255x {
namespace {

constexpr uint32_t rfd = 0x30002, next = 0x32002;
constexpr uint16_t parsed = rfd_status::parsed, tagged = rfd_status::vlan;

struct ExtendedRfdTest : testing::Test, UnitBench {
    const Bytes datagram = ip_packet(17, udp_datagram({1, 2, 3}));
    const Bytes plain = ethernet(ipv4, datagram), with_tag = ethernet(ipv4, datagram, vlan_tag);

    explicit ExtendedRfdTest(Generation generation = Generation::I82550) : UnitBench(generation) {
        set(config::extended_rfd);
        set(config::gamla_receive);
    }
    uint16_t stored(const Bytes& frame, uint16_t size = 1522, uint16_t line_errors = 0) {
        put_rfd(rfd, 0, next, size);
        host.memory.fill(rfd + 16, 100, 0x55);
        ru(RuCommand::Start, rfd);
        host.forget();
        receive(frame, line_errors);
        return status(rfd);
    }
    Bytes report() const { return host.memory.bytes(rfd + 16, 16); }
    Bytes data() const { return host.memory.bytes(rfd + 32, word(rfd + 12) & rfd_count::mask); }
    static Bytes untagged(Bytes frame) {
        frame.erase(frame.begin() + 12, frame.begin() + 16);
        return frame;
    }
};

TEST_F(ExtendedRfdTest, DataFollowThe32ByteHeader) {
    EXPECT_EQ(stored(plain), 0xa020 | parsed);
    EXPECT_EQ(word(rfd + 12), 0xc000 | 60);
    EXPECT_EQ(data(), plain);
    EXPECT_EQ(report(),
              (Bytes{0, 0, 0x09, 0, 0, 0, 0x33, 0, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55}));
    EXPECT_EQ(receive_unit.state().rfd, next);
}

TEST_F(ExtendedRfdTest, DataThenReportThenCountThenStatus) {
    stored(plain);
    EXPECT_EQ(host.writes(), (std::vector<std::pair<uint32_t, std::size_t>>{
                                 {rfd + 32, 60}, {rfd + 16, 8}, {rfd + 12, 2}, {0, 0}, {rfd, 2}}));
}

TEST_F(ExtendedRfdTest, ChecksumsAreReported) {
    Bytes frame = plain;
    frame[14 + 28] ^= 1;
    EXPECT_EQ(stored(frame), 0xa020 | parsed);
    EXPECT_EQ(report()[2], 0x09);
    EXPECT_EQ(report()[6], 0x13);
    stored(ethernet(ipv4, ip_packet(6, tcp_segment({}))));
    EXPECT_EQ(report()[2], 0x08);
    EXPECT_EQ(report()[6], 0x33);
    stored(ethernet(ipv4, ip_packet(1, {1, 2, 3})));
    EXPECT_EQ(report()[2], 0x0b);
    EXPECT_EQ(report()[6], 0x03);
}

TEST_F(ExtendedRfdTest, WhatIsNotIpLeavesTheReportEmpty) {
    EXPECT_EQ(stored(ethernet(0x0806, Bytes(28))), 0xa020);
    EXPECT_EQ(report()[2], 0);
    EXPECT_EQ(report()[6], 0);
}

TEST_F(ExtendedRfdTest, TagsAreReportedAsOnTheWire) {
    EXPECT_EQ(stored(with_tag), 0xa020 | parsed | tagged);
    EXPECT_EQ(data(), with_tag) << "not stripped";
    EXPECT_EQ(report()[0], 0x60);
    EXPECT_EQ(report()[1], 0x05);
    EXPECT_EQ(report()[6], 0x33);
}

TEST_F(ExtendedRfdTest, TagsAreStripped) {
    set(config::vlan_strip);
    EXPECT_EQ(stored(with_tag), 0xa020 | parsed | tagged);
    EXPECT_EQ(data(), untagged(with_tag));
    EXPECT_EQ(word(rfd + 12), 0xc000 | (with_tag.size() - 4));
    EXPECT_EQ(report()[1], 0x05);
    EXPECT_EQ(stored(plain), 0xa020 | parsed);
    EXPECT_EQ(data(), plain);
}

TEST_F(ExtendedRfdTest, StrippedTagsNeedNoRoom) {
    set(config::vlan_strip);
    const Bytes frame = ethernet(ipv4, ip_packet(17, udp_datagram(Bytes(200))), vlan_tag);
    EXPECT_EQ(stored(frame, static_cast<uint16_t>(frame.size() - 4)), 0xa020 | parsed | tagged);
    EXPECT_EQ(stored(frame, static_cast<uint16_t>(frame.size() - 5)) & rfd_status::ok, 0);
    EXPECT_EQ(stored(frame, 7) & rfd_status::no_resources, rfd_status::no_resources);
    EXPECT_EQ(data(), Bytes(frame.begin(), frame.begin() + 7));
    EXPECT_EQ(host.memory.bytes(rfd + 32 + 7, 1)[0], 0x55);
}

TEST_F(ExtendedRfdTest, StrippedFramesKeepTheFcsOfTheWire) {
    set(config::vlan_strip);
    set(config::crc_transfer);
    stored(with_tag);
    const Fcs fcs = frame_check_sequence(with_tag);
    EXPECT_EQ(data(), joined({untagged(with_tag), Bytes(fcs.begin(), fcs.end())}));
}

TEST_F(ExtendedRfdTest, BadFramesAreNotParsed) {
    set(config::save_bad_frames);
    EXPECT_EQ(stored(with_tag, 1522, rfd_status::crc_error),
              rfd_status::complete | rfd_status::crc_error | rfd_status::type_frame | tagged);
    EXPECT_EQ(report()[2], 0);
    EXPECT_EQ(report()[6], 0);
}

TEST_F(ExtendedRfdTest, TheChecksumWordIsOfTheOtherMode) {
    set(config::rx_checksum);
    stored(plain);
    EXPECT_EQ(data(), plain);
    set(config::extended_rfd, false);
    stored(plain);
    EXPECT_EQ(word(rfd + 12), 0xc000 | 62) << "82559 compatibility";
}

TEST_F(ExtendedRfdTest, BothBitsAreNeeded) {
    for (auto field : {config::extended_rfd, config::gamla_receive}) {
        set(config::extended_rfd);
        set(config::gamla_receive);
        set(config::vlan_strip);
        set(field, false);
        EXPECT_EQ(stored(with_tag), 0xa020);
        EXPECT_EQ(data_of(rfd), with_tag) << "with its tag, which nothing else would tell";
    }
}

TEST_F(ExtendedRfdTest, WithBuffersAndHeader) {
    set(config::vlan_strip);
    put_flexible_rfd(rfd, rfd_command::header, next, 0x40000, 2);
    put_rbd(0x40000, 0, 0x50000, 1000);
    ru(RuCommand::LoadHeaderDataSize, 14);
    ru(RuCommand::Start, rfd);
    receive(with_tag);
    host.advance(1'000'000);
    const Bytes expected = untagged(with_tag);
    EXPECT_EQ(status(rfd), 0xa020 | parsed | tagged);
    EXPECT_EQ(host.memory.bytes(rfd + 32, 16), Bytes(expected.begin(), expected.begin() + 16));
    EXPECT_EQ(host.memory.bytes(0x50000, expected.size() - 16), Bytes(expected.begin() + 16, expected.end()));
}

TEST_F(ExtendedRfdTest, AnUnwritableReportLosesTheFrame) {
    put_rfd(rfd, 0, next, 1522);
    ru(RuCommand::Start, rfd);
    host.memory.refuse_writes(rfd + 16, 1);
    receive(plain);
    EXPECT_EQ(status(rfd), 0);
    EXPECT_EQ(counted(Counter::RxOverruns), 1u);
    expect_all_frames_accounted();
}

class OlderChipsTest : public testing::TestWithParam<Generation> {};

TEST_P(OlderChipsTest, HavePlainDescriptors) {
    UnitBench bench(GetParam());
    for (ConfigField field : {config::extended_rfd, config::gamla_receive, config::vlan_strip})
        bench.set(field);
    const Bytes frame = ethernet(ipv4, ip_packet(17, udp_datagram({1, 2, 3})), vlan_tag);
    bench.put_rfd(rfd, 0, next, 1522);
    bench.ru(RuCommand::Start, rfd);
    bench.receive(frame);
    EXPECT_EQ(bench.status(rfd), 0xa020);
    EXPECT_EQ(bench.data_of(rfd), frame);
}

INSTANTIATE_TEST_SUITE_P(Generations, OlderChipsTest,
                         testing::Values(Generation::I82557, Generation::I82558, Generation::I82559));

class ChecksumWordTest : public testing::TestWithParam<std::pair<const char*, bool>> {};

TEST_P(ChecksumWordTest, ExistsOnTheChipsThatHaveIt) {
    ChipBench e100(GetParam().first);
    e100.bring_up();
    auto configuration = ChipBench::linux_configuration();
    configuration[9] |= 0x01;
    e100.execute(Opcode::Configure, configuration);
    const uint32_t at = e100.start_receiving();
    e100.chip.receive(ChipBench::frame_to(ChipBench::mac));
    EXPECT_EQ(e100.host.memory.read16(at + 12), 0xc000 | (GetParam().second ? 100 : 98));
}

INSTANTIATE_TEST_SUITE_P(Chips, ChecksumWordTest,
                         testing::Values(std::pair{"82557c", false}, std::pair{"82558b", false},
                                         std::pair{"82559c", true}, std::pair{"82559er", false},
                                         std::pair{"82550", true}, std::pair{"82551", true}));

} // namespace
} // namespace i8255x
