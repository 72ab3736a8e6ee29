// SPDX-License-Identifier: GPL-2.0-or-later
// How configuration changes what is stored: FCS, stripping, short and long frames, bad frames, checksum word
// (SDM 6.4.2.3 bytes 6, 7, 9, 18; 6.4.3).
#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t complete_ok = rfd_status::complete | rfd_status::ok;

class ReceiveOptions : public E100Test {
  protected:
    void SetUp() override { e100.bring_up(); }

    void configure(std::initializer_list<ConfigField> on, std::initializer_list<ConfigField> off = {}) {
        auto configuration = usual_configuration();
        for (ConfigField bit : on)
            bit.set(configuration, true);
        for (ConfigField bit : off)
            bit.set(configuration, false);
        e100.configure(configuration);
    }
    /// Sends `frame` and a marker to a fresh ring and returns what the first RFD holds (nothing if that is
    /// the marker).
    struct Stored {
        uint16_t status = 0, count = 0;
        Bytes data;
    };
    Stored store(const Frame& frame) {
        RfdRing ring(memory, 3, {.data_size = 2048});
        e100.command(RuCommand::Abort);
        e100.start_receiving(ring);
        e100.wire().send(frame);
        e100.wire().send(numbered_frame(9999, 222));
        EXPECT_TRUE(wait_until([&] { return ring.complete(0) && (ring.complete(1) || is_marker(ring)); }));
        if (is_marker(ring))
            return {};
        return {ring.status(0), ring.header(0).actual_count, ring.frame(0)};
    }
    static bool is_marker(RfdRing& ring) {
        Bytes data = ring.frame(0);
        data.resize(std::min<size_t>(data.size(), 222));
        return data == numbered_frame(9999, 222);
    }
};

TEST_F(ReceiveOptions, FcsIsStoredAndCounted) {
    configure({config::crc_transfer});
    Frame frame = numbered_frame(1, 100);
    auto stored = store(frame);
    uint32_t fcs = ethernet_fcs(frame);
    for (int shift = 0; shift < 32; shift += 8)
        frame.push_back(static_cast<uint8_t>(fcs >> shift));
    EXPECT_EQ(stored.data, frame);
    EXPECT_EQ(stored.status, complete_ok | rfd_status::type_frame);
}

TEST_F(ReceiveOptions, StrippingCutsPaddingOfLengthFrames) {
    configure({config::stripping});
    Frame frame = padded(ethernet(card_mac, peer_mac, 20, Bytes(20, 0x11)));
    EXPECT_EQ(store(frame).data, Frame(frame.begin(), frame.begin() + 34));
    Frame typed = padded(ethernet(card_mac, peer_mac, 0x0800, Bytes(20, 0x11)));
    EXPECT_EQ(store(typed).data, typed);
    configure({config::stripping, config::crc_transfer}); // the FCS must stay whole
    EXPECT_EQ(store(frame).data.size(), 64u);
    configure({});
    EXPECT_EQ(store(frame).data, frame);
}

TEST_F(ReceiveOptions, ShortFramesFromTheBackEndArePadded) {
    Frame frame = ethernet(card_mac, peer_mac, 0x0806, Bytes(28, 0x22)); // ARP as QEMU's back ends send it
    for (bool discard : {false, true}) {
        if (discard)
            configure({config::discard_short});
        auto stored = store(frame);
        EXPECT_EQ(stored.status, complete_ok | rfd_status::type_frame);
        EXPECT_EQ(stored.data, padded(frame));
    }
}

TEST_F(ReceiveOptions, LongFramesNeedPermission) {
    Frame frame = numbered_frame(1, 1600);
    EXPECT_EQ(store(frame).status, 0);
    configure({config::long_receive_ok});
    auto stored = store(frame);
    EXPECT_EQ(stored.status, complete_ok | rfd_status::type_frame);
    EXPECT_EQ(stored.data, frame);
    configure({config::save_bad_frames});
    stored = store(frame);
    EXPECT_EQ(stored.status & complete_ok, rfd_status::complete);
    EXPECT_EQ(stored.data, frame);
}

TEST_F(ReceiveOptions, LargestOrdinaryFrames) {
    EXPECT_EQ(store(numbered_frame(1, 1514)).status, complete_ok | rfd_status::type_frame);
    EXPECT_EQ(store(numbered_frame(1, 1515)).status, 0);
    Frame tagged = numbered_frame(1, 1518, card_mac, peer_mac, ether_type::vlan);
    EXPECT_EQ(store(tagged).data, tagged);
    EXPECT_EQ(store(numbered_frame(1, 1519, card_mac, peer_mac, ether_type::vlan)).status, 0);
}

/// The manual's example: payload F1 F5 54 79 E7 9E F5 sums up to 0F23h.
TEST_F(ReceiveOptions, ChecksumWordOfThe82559) {
    configure({config::rx_checksum});
    Bytes payload = {0xf1, 0xf5, 0x54, 0x79, 0xe7, 0x9e, 0xf5};
    payload.resize(46); // zeros add nothing
    Frame frame = ethernet(card_mac, peer_mac, 0x0800, payload);
    auto stored = store(frame);
    Frame expected = frame;
    expected.insert(expected.end(), {0x23, 0x0f});
    EXPECT_EQ(stored.data, expected);
}

TEST_F(ReceiveOptions, ChecksumWordCoversAnOddLength) {
    configure({config::rx_checksum});
    Frame frame = numbered_frame(3, 101);
    uint32_t sum = 0;
    for (size_t at = 14; at < frame.size(); at++)
        sum += (at - 14) % 2 == 0 ? frame[at] : static_cast<uint32_t>(frame[at]) << 8;
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    auto stored = store(frame);
    ASSERT_EQ(stored.data.size(), 103u);
    EXPECT_EQ(stored.data[101] | stored.data[102] << 8, static_cast<int>(sum));
}

TEST_F(ReceiveOptions, ChecksumWordStandsBehindTheFcs) {
    configure({config::rx_checksum, config::crc_transfer});
    EXPECT_EQ(store(numbered_frame(3, 100)).data.size(), 106u);
}

} // namespace
} // namespace qtest
