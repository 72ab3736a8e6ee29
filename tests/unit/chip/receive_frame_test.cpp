// SPDX-License-Identifier: GPL-2.0-or-later
// What a frame becomes in memory: errors, status bits, cutting, appended words (SDM 6.4.3, table 52).
#include "chip/fcs.h"
#include "chip/internet.h"
#include "unit_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t rfd = 0x30002;
constexpr uint16_t complete = rfd_status::complete, ok = rfd_status::ok;
constexpr uint16_t type_frame = rfd_status::type_frame, not_ia = rfd_status::not_individual;

struct ReceiveFrameTest : testing::Test, UnitBench {
    explicit ReceiveFrameTest(Generation generation = Generation::I82559) : UnitBench(generation) { start(); }
    void start() {
        put_rfd(rfd, 0, rfd + 0x2000, 0x1000);
        ru(RuCommand::Start, rfd);
    }
    /// Status word of the RFD after `frame`; 0 if it was not stored.
    uint16_t stored(const Bytes& frame, uint16_t line_errors = 0) {
        start();
        receive(frame, line_errors);
        return status(rfd);
    }
    uint16_t looped(const Bytes& frame) {
        start();
        receive_unit.receive_looped(frame, {});
        return status(rfd);
    }
};

TEST_F(ReceiveFrameTest, IndividualAddress) {
    EXPECT_EQ(stored(make_frame(station, ipv4, 98)), complete | ok | type_frame);
}

TEST_F(ReceiveFrameTest, Broadcast) {
    EXPECT_EQ(stored(make_frame(broadcast_address, ipv4, 98)), complete | ok | type_frame | not_ia);
}

TEST_F(ReceiveFrameTest, Multicast) {
    EXPECT_EQ(stored(make_frame(some_multicast, ipv4, 98)), 0);
    filter.add_multicast(some_multicast);
    EXPECT_EQ(stored(make_frame(some_multicast, ipv4, 98)), complete | ok | type_frame | not_ia);
}

TEST_F(ReceiveFrameTest, PromiscuousOnly) {
    EXPECT_EQ(stored(make_frame(stranger, ipv4, 98)), 0);
    set(config::promiscuous);
    EXPECT_EQ(stored(make_frame(stranger, ipv4, 98)), 0xa026);
    EXPECT_EQ(stored(make_frame(station, ipv4, 98)), 0xa020);
    EXPECT_EQ(stored(make_frame(broadcast_address, ipv4, 98)), 0xa022);
}

TEST_F(ReceiveFrameTest, TypeOrLength) {
    EXPECT_EQ(stored(make_frame(station, 0, 98)) & type_frame, type_frame);
    EXPECT_EQ(stored(make_frame(station, 1, 98)), 0xa000);
    EXPECT_EQ(stored(make_frame(station, 1500, 1514)), 0xa000);
    EXPECT_EQ(stored(make_frame(station, 1501, 1514)) & type_frame, type_frame);
}

TEST_F(ReceiveFrameTest, ShortFramesOfTheWireArePadded) {
    set(config::discard_short);
    const Bytes frame = make_frame(station, ipv4, 42);
    Bytes padded = frame;
    padded.resize(60);
    EXPECT_EQ(stored(frame), 0xa020);
    EXPECT_EQ(data_of(rfd), padded);
    EXPECT_EQ(stored({}), 0) << "not for us";
    EXPECT_EQ(counted(Counter::RxShortFrames), 0u);
}

// Errors: line_errors is what a PHY would have reported

struct LineError {
    uint16_t bit;
    Counter counter;
};
class LineErrorTest : public ReceiveFrameTest, public testing::WithParamInterface<LineError> {};

TEST_P(LineErrorTest, IsOnlyCountedUnlessBadFramesAreSaved) {
    EXPECT_EQ(stored(make_frame(station, ipv4, 98), GetParam().bit), 0);
    EXPECT_EQ(take_stat(), 0u);
    EXPECT_EQ(counted(GetParam().counter), 1u);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 0u);
    EXPECT_EQ(receive_unit.state().rfd, rfd) << "the descriptor is used again";
    set(config::save_bad_frames);
    EXPECT_EQ(stored(make_frame(station, ipv4, 98), GetParam().bit), complete | type_frame | GetParam().bit);
    EXPECT_EQ(take_stat(), stat::fr);
    EXPECT_EQ(counted(GetParam().counter), 2u);
    EXPECT_EQ(counted(Counter::RxGoodFrames), 0u);
    EXPECT_EQ(receive_unit.state().rfd, rfd + 0x2000);
}

INSTANTIATE_TEST_SUITE_P(Bits, LineErrorTest,
                         testing::Values(LineError{rfd_status::crc_error, Counter::RxCrcErrors},
                                         LineError{rfd_status::alignment_error, Counter::RxAlignmentErrors},
                                         LineError{rfd_status::receive_error, Counter::RxCrcErrors}));

TEST_F(ReceiveFrameTest, LineErrorsCountWhateverTheStateOfTheUnit) {
    ru(RuCommand::Abort);
    receive(make_frame(station, ipv4, 98), rfd_status::crc_error);
    EXPECT_EQ(counted(Counter::RxCrcErrors), 1u);
    expect_all_frames_accounted();
}

TEST_F(ReceiveFrameTest, TheHostCannotSetOtherBits) {
    EXPECT_EQ(
        stored(make_frame(station, ipv4, 98),
               0xffff & ~(rfd_status::crc_error | rfd_status::alignment_error | rfd_status::receive_error)),
        0xa020);
}

TEST_F(ReceiveFrameTest, ShortFramesNeedBothSwitchesToBeSaved) {
    const Bytes frame = make_frame(station, ipv4, 59);
    set(config::save_bad_frames, false);
    set(config::discard_short, false);
    EXPECT_EQ(looped(frame), 0);
    set(config::save_bad_frames);
    set(config::discard_short);
    EXPECT_EQ(looped(frame), 0);
    set(config::discard_short, false);
    EXPECT_EQ(looped(frame), complete | type_frame | rfd_status::too_short);
    EXPECT_EQ(counted(Counter::RxShortFrames), 3u);
    EXPECT_EQ(data_of(rfd), frame);
    EXPECT_EQ(looped(make_frame(station, ipv4, 60)), 0xa020);
    EXPECT_EQ(counted(Counter::RxShortFrames), 3u);
}

TEST_F(ReceiveFrameTest, ShortHasPriorityAmongTheCounters) {
    FrameErrors errors{.status = rfd_status::too_short | rfd_status::crc_error | rfd_status::alignment_error};
    EXPECT_EQ(errors.counter(), Counter::RxShortFrames);
    errors.status = rfd_status::crc_error | rfd_status::alignment_error;
    EXPECT_EQ(errors.counter(), Counter::RxAlignmentErrors);
}

TEST_F(ReceiveFrameTest, LongFramesAreBadUnlessAllowed) {
    set(config::long_receive_ok, false);
    EXPECT_EQ(stored(make_frame(station, ipv4, 1514)), 0xa020);
    EXPECT_EQ(stored(make_frame(station, ipv4, 1515)), 0);
    EXPECT_EQ(counted(Counter::RxCrcErrors), 1u);
    EXPECT_EQ(stored(make_frame(station, 0x8100, 1518)), 0xa020) << "four bytes more with a tag";
    EXPECT_EQ(stored(make_frame(station, 0x8100, 1519)), 0);
    set(config::save_bad_frames);
    EXPECT_EQ(stored(make_frame(station, ipv4, 1515)), complete | type_frame);
    set(config::long_receive_ok);
    EXPECT_EQ(stored(make_frame(station, ipv4, 1515)), 0xa020);
}

struct Receive82557Test : ReceiveFrameTest {
    Receive82557Test() : ReceiveFrameTest(Generation::I82557) {}
};

TEST_F(Receive82557Test, GetsLongTaggedFramesOnlyAsBadOnes) {
    set(config::long_receive_ok); // does not exist there
    EXPECT_EQ(stored(make_frame(station, 0x8100, 1518)), 0);
    set(config::save_bad_frames);
    EXPECT_EQ(stored(make_frame(station, 0x8100, 1518)), complete | type_frame) << "no CRC error, not OK";
}

TEST_F(Receive82557Test, HasNoChecksumWord) {
    set(config::rx_checksum);
    stored(make_frame(station, ipv4, 98));
    EXPECT_EQ(data_of(rfd).size(), 98u);
}

// Cutting and appending

TEST_F(ReceiveFrameTest, StrippingCutsWhatTheLengthFieldDoesNotCover) {
    set(config::stripping);
    const Bytes frame = make_frame(station, 20, 60);
    EXPECT_EQ(stored(frame), 0xa000);
    EXPECT_EQ(data_of(rfd), Bytes(frame.begin(), frame.begin() + 34));
    stored(make_frame(station, 1000, 60));
    EXPECT_EQ(data_of(rfd).size(), 60u) << "a length beyond the end";
    stored(make_frame(station, ipv4, 60));
    EXPECT_EQ(data_of(rfd).size(), 60u) << "a type";
    stored(make_frame(station, 0, 60));
    EXPECT_EQ(data_of(rfd).size(), 60u);
    set(config::stripping, false);
    stored(frame);
    EXPECT_EQ(data_of(rfd), frame);
}

TEST_F(ReceiveFrameTest, CrcTransferAppendsTheFcsAndStopsStripping) {
    set(config::crc_transfer);
    set(config::stripping);
    Bytes frame = make_frame(station, 20, 60);
    EXPECT_EQ(stored(frame), 0xa000);
    const Fcs fcs = frame_check_sequence(frame);
    frame.insert(frame.end(), fcs.begin(), fcs.end());
    EXPECT_EQ(data_of(rfd), frame);
    EXPECT_EQ(word(rfd + 12), 0xc000 | 64);
}

TEST_F(ReceiveFrameTest, TheManualsChecksumExample) {
    EXPECT_EQ(checksum_word(Bytes{0xf1, 0xf5, 0x54, 0x79, 0xe7, 0x9e, 0xf5}), 0x0f23);
}

TEST_F(ReceiveFrameTest, TheChecksumFoldsItsCarriesTwice) {
    EXPECT_EQ(checksum_word(Bytes(3000, 0xff)), 0xffff);
    EXPECT_EQ(checksum_word(Bytes{0xff, 0xff, 0x01}), 0x0001);
    EXPECT_EQ(checksum_word({}), 0);
}

TEST_F(ReceiveFrameTest, TheChecksumWordFollowsLowByteFirst) {
    set(config::rx_checksum);
    Bytes frame = make_frame(station, ipv4, 60);
    const uint16_t sum = checksum_word(std::span(frame).subspan(14));
    stored(frame);
    frame.push_back(static_cast<uint8_t>(sum));
    frame.push_back(static_cast<uint8_t>(sum >> 8));
    EXPECT_EQ(data_of(rfd), frame);
    EXPECT_EQ(word(rfd + 12), 0xc000 | 62);
}

TEST_F(ReceiveFrameTest, TheChecksumWordFollowsTheFcsAndDoesNotCoverIt) {
    set(config::rx_checksum);
    set(config::crc_transfer);
    const Bytes frame = make_frame(station, ipv4, 61);
    const uint16_t sum = checksum_word(std::span(frame).subspan(14));
    stored(frame);
    const Bytes data = data_of(rfd);
    ASSERT_EQ(data.size(), 61u + 4 + 2);
    EXPECT_TRUE(std::ranges::equal(frame_check_sequence(frame), std::span(data).subspan(61, 4)));
    EXPECT_EQ(data[65] | data[66] << 8, sum);
}

TEST_F(ReceiveFrameTest, TheChecksumWordCoversPaddingThatIsStripped) {
    set(config::rx_checksum);
    set(config::stripping);
    const Bytes frame = make_frame(station, 20, 60);
    const uint16_t sum = checksum_word(std::span(frame).subspan(14));
    stored(frame);
    const Bytes data = data_of(rfd);
    ASSERT_EQ(data.size(), 34u + 2);
    EXPECT_EQ(data[34] | data[35] << 8, sum);
}

TEST_F(ReceiveFrameTest, AppendedBytesAreCutWhereTheBufferEnds) {
    set(config::crc_transfer);
    const Bytes frame = make_frame(station, ipv4, 60);
    put_rfd(rfd, 0, rfd + 0x2000, 62);
    ru(RuCommand::Start, rfd);
    host.memory.fill(rfd + 16, 70, 0x55);
    receive(frame);
    EXPECT_EQ(status(rfd), complete | rfd_status::no_resources | type_frame);
    EXPECT_EQ(data_of(rfd).size(), 62u);
    EXPECT_EQ(host.memory.bytes(rfd + 16 + 62, 1)[0], 0x55);
}

} // namespace
} // namespace i8255x
