// SPDX-License-Identifier: GPL-2.0-or-later
// Extended RFDs of the 82550 and 82551: checksum verdicts, VLAN tags (SDM B.4, B.5).
#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t good = rfd_status::complete | rfd_status::ok | rfd_status::type_frame;

class ExtendedRfd : public ::testing::TestWithParam<const char*> {
  protected:
    static constexpr uint32_t header_size = sizeof(ExtendedReceiveFrameDescriptor);

    E100Harness e100{{.properties = std::string("chip=") + GetParam()}};
    GuestMemory& memory = e100.memory();

    void SetUp() override { e100.bring_up(); }
    void configure(std::initializer_list<ConfigField> bits) {
        auto configuration = usual_configuration();
        for (ConfigField bit : bits)
            bit.set(configuration, true);
        e100.configure(configuration, configuration.size());
    }
    /// The RFD that `frame` ended in.
    ExtendedReceiveFrameDescriptor store(const Frame& frame) {
        at_ = memory.allocate(header_size + 1522);
        ExtendedReceiveFrameDescriptor rfd{};
        rfd.basic.command = rfd_command::end_of_list;
        rfd.basic.rbd = no_rbd;
        rfd.basic.size = 1522;
        memory.store(at_, rfd);
        e100.command(RuCommand::Abort);
        e100.command(RuCommand::Start, at_);
        e100.wire().send(frame);
        EXPECT_TRUE(e100.wait_ru(RuStatus::NoResources));
        return memory.load<ExtendedReceiveFrameDescriptor>(at_);
    }
    Bytes data(uint32_t header = header_size) {
        return memory.read(at_ + header, memory.read16(at_ + 12) & rfd_count::mask);
    }
    static Bytes packet() {
        const Ipv4 header{.source = ip(10, 0, 0, 1), .destination = ip(10, 0, 0, 2)};
        return ipv4(header, udp(header, 7, 9, Bytes(101, 0x42)));
    }
    static Frame plain() { return ethernet(card_mac, peer_mac, ether_type::ipv4, packet()); }
    static Frame tagged() {
        Bytes content = {0x60, 0x05, 0x08, 0x00}; // priority 3, VLAN 5
        Bytes inner = packet();
        content.insert(content.end(), inner.begin(), inner.end());
        return ethernet(card_mac, peer_mac, ether_type::vlan, content);
    }

    uint32_t at_ = 0;
};

TEST_P(ExtendedRfd, TellsWhichChecksumsAreGood) {
    configure({config::extended_rfd, config::gamla_receive});
    auto rfd = store(plain());
    EXPECT_EQ(rfd.basic.status, good | rfd_status::parsed);
    EXPECT_EQ(rfd.report.parser, rfd_parser::parsed | rfd_parser::udp);
    EXPECT_EQ(rfd.report.checksum, rfd_checksum::ip_checked | rfd_checksum::ip_good |
                                       rfd_checksum::l4_checked | rfd_checksum::l4_good);
    EXPECT_EQ(data(), plain());
    Frame spoilt = plain();
    spoilt.back() ^= 1;
    rfd = store(spoilt);
    EXPECT_EQ(rfd.report.checksum,
              rfd_checksum::ip_checked | rfd_checksum::ip_good | rfd_checksum::l4_checked);
    EXPECT_EQ(data(), spoilt);
    rfd = store(numbered_frame(1, 100));
    EXPECT_EQ(rfd.basic.status, good);
    EXPECT_EQ(rfd.report.checksum, 0);
}

TEST_P(ExtendedRfd, TellsAndStripsTags) {
    configure({config::extended_rfd, config::gamla_receive});
    auto rfd = store(tagged());
    EXPECT_EQ(rfd.basic.status, good | rfd_status::parsed | rfd_status::vlan);
    EXPECT_EQ(rfd.report.vlan_tag[0], 0x60);
    EXPECT_EQ(rfd.report.vlan_tag[1], 0x05);
    EXPECT_EQ(data(), tagged());
    configure({config::extended_rfd, config::gamla_receive, config::vlan_strip});
    rfd = store(tagged());
    EXPECT_EQ(rfd.basic.status, good | rfd_status::parsed | rfd_status::vlan);
    EXPECT_EQ(rfd.report.vlan_tag[1], 0x05);
    EXPECT_EQ(data(), plain());
}

TEST_P(ExtendedRfd, PlainOnesStayForWhoSetsOneBitOnly) {
    configure({config::gamla_receive, config::vlan_strip});
    EXPECT_EQ(store(tagged()).basic.status, good);
    EXPECT_EQ(data(sizeof(ReceiveFrameDescriptor)), tagged());
}

INSTANTIATE_TEST_SUITE_P(Chips, ExtendedRfd, ::testing::Values("82550", "82551"),
                         [](const auto& info) { return std::string("Chip") + info.param; });

TEST(ExtendedRfdOf82559, DoesNotExist) {
    E100Harness e100;
    e100.bring_up();
    auto configuration = usual_configuration();
    config::extended_rfd.set(configuration, true);
    config::gamla_receive.set(configuration, true);
    config::vlan_strip.set(configuration, true);
    e100.configure(configuration, configuration.size());
    RfdRing ring(e100.memory(), 2);
    e100.start_receiving(ring);
    Frame frame = numbered_frame(1, 100, card_mac, peer_mac, ether_type::vlan);
    e100.wire().send(frame);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.status(0), good);
    EXPECT_EQ(ring.frame(0), frame);
}

TEST(ChecksumWordOf82559er, DoesNotExist) {
    E100Harness e100({.properties = "chip=82559er"});
    e100.bring_up();
    auto configuration = usual_configuration();
    config::rx_checksum.set(configuration, true);
    e100.configure(configuration);
    RfdRing ring(e100.memory(), 2);
    e100.start_receiving(ring);
    e100.wire().send(numbered_frame(1, 100));
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), numbered_frame(1, 100));
}

} // namespace
} // namespace qtest
