// SPDX-License-Identifier: GPL-2.0-or-later
// Loopback in the MAC and in the PHY, as drivers' self-tests use it (SDM 6.4.2.3 byte 10, 7.3).
#include "e100_test.h"
#include "i8255x/phy.h"

namespace qtest {
namespace {

struct Way {
    const char* name;
    uint8_t configuration;
    bool phy;
    friend std::ostream& operator<<(std::ostream& out, const Way& way) { return out << way.name; }
};

class Loopback : public ::testing::TestWithParam<Way> {
  protected:
    void SetUp() override {
        auto configuration = usual_configuration();
        configuration[config::loopback.byte] |= GetParam().configuration;
        e100.bring_up(configuration);
        if (GetParam().phy)
            write_bmcr(bmcr::loopback);
    }
    void write_bmcr(uint16_t value) {
        e100.set_csr32(csr::mdi_control, mdi::opcode_write | 1u << mdi::phy_shift | value);
        ASSERT_TRUE(wait_until([&] { return (e100.csr32(csr::mdi_control) & mdi::ready) != 0; }));
    }
    void leave() {
        e100.configure(usual_configuration());
        write_bmcr(bmcr::speed_100 | bmcr::an_enable);
    }
    E100Harness e100;
};

TEST_P(Loopback, FramesComeBackAndStayOffTheWire) {
    RfdRing ring(e100.memory(), 4);
    e100.start_receiving(ring);
    Frame frame = numbered_frame(1, 1500, broadcast_mac, card_mac);
    e100.transmit(frame);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), frame);
    leave();
    Frame marker = numbered_frame(2, 100, peer_mac, card_mac);
    e100.transmit(marker);
    EXPECT_EQ(e100.wire().receive(), marker);
    auto counters = e100.counters();
    EXPECT_EQ(counters[Counter::TxGoodFrames], 2u);
    EXPECT_EQ(counters[Counter::RxGoodFrames], 1u);
}

TEST_P(Loopback, FiltersAndPaddingApply) {
    RfdRing ring(e100.memory(), 4);
    e100.start_receiving(ring);
    e100.transmit(numbered_frame(1, 100, peer_mac, card_mac));
    Frame ours = numbered_frame(2, 40, card_mac, card_mac);
    e100.transmit(ours);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), padded(ours));
}

/// Drivers test with the cable unplugged, too.
TEST_P(Loopback, WorksWithoutLink) {
    e100.qmp().set_link(E100Harness::device_id, false);
    RfdRing ring(e100.memory(), 2);
    e100.start_receiving(ring);
    Frame frame = numbered_frame(1, 200, broadcast_mac, card_mac);
    e100.transmit(frame);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), frame);
}

INSTANTIATE_TEST_SUITE_P(Ways, Loopback,
                         ::testing::Values(Way{"Internal", config::loopback_internal, false},
                                           Way{"External", config::loopback_external, false},
                                           Way{"ExternalAndPhy", config::loopback_external, true},
                                           Way{"Phy", 0, true}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(E100Test, LinuxSelfTestFrame) {
    // All ones, promiscuous, bad and short frames saved, RFD at 2 modulo 4, interrupts masked.
    auto configuration = usual_configuration();
    configuration[config::loopback.byte] |= config::loopback_internal;
    config::promiscuous.set(configuration, true);
    config::save_bad_frames.set(configuration, true);
    e100.bring_up(configuration);
    e100.set_interrupt_control(interrupt_control::mask_all);
    RfdRing ring(memory, 4, {.address_offset = 2});
    e100.start_receiving(ring);
    Frame frame(1500, 0xff);
    e100.transmit(frame);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.data(0, 1500), frame);
    EXPECT_FALSE(e100.interrupt());
}

} // namespace
} // namespace qtest
