// SPDX-License-Identifier: GPL-2.0-or-later
// Which frames are received and how their RFD status says why (SDM 6.4.3.3, bytes 8, 15, 20, 21 of
// Configure).
#include "e100_test.h"

namespace qtest {
namespace {

constexpr uint16_t ok = rfd_status::complete | rfd_status::ok | rfd_status::type_frame;
constexpr MacAddress stranger = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

class Filter : public E100Test {
  protected:
    void SetUp() override { e100.bring_up(); }

    void configure(std::initializer_list<ConfigField> bits) {
        auto configuration = usual_configuration();
        for (ConfigField bit : bits)
            bit.set(configuration, true);
        e100.configure(configuration);
    }
    /// Status word of the RFD that `frame` ended in; 0 if it was not received (a marker behind it was).
    uint16_t status_for(const Frame& frame) {
        RfdRing ring(memory, 3);
        e100.command(RuCommand::Abort);
        e100.start_receiving(ring);
        e100.wire().send(frame);
        Frame marker = numbered_frame(77, 333, marker_);
        e100.wire().send(marker);
        EXPECT_TRUE(ring.wait_complete(0));
        if (ring.frame(0) == marker)
            return 0;
        EXPECT_EQ(ring.frame(0), frame);
        return ring.status(0);
    }
    uint16_t status_to(const MacAddress& destination) {
        return status_for(numbered_frame(1, 100, destination));
    }
    void set_groups(std::initializer_list<MacAddress> groups) {
        std::vector<MacAddress> list(groups);
        e100.execute(Opcode::MulticastSetup, multicast_parameters(list));
    }

    MacAddress marker_ = card_mac;
};

TEST_F(Filter, DefaultRules) {
    EXPECT_EQ(status_to(card_mac), ok);
    EXPECT_EQ(status_to(broadcast_mac), ok | rfd_status::not_individual);
    EXPECT_EQ(status_to(stranger), 0);
    EXPECT_EQ(status_to({0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}), 0);
}

TEST_F(Filter, PromiscuousTakesAllAndSaysSo) {
    configure({config::promiscuous});
    EXPECT_EQ(status_to(card_mac), ok);
    EXPECT_EQ(status_to(broadcast_mac), ok | rfd_status::not_individual);
    EXPECT_EQ(status_to(stranger), ok | rfd_status::not_individual | rfd_status::no_address_match);
    EXPECT_EQ(status_to({0x01, 0, 0x5e, 0, 0, 1}),
              ok | rfd_status::not_individual | rfd_status::no_address_match);
    configure({});
    EXPECT_EQ(status_to(stranger), 0);
}

TEST_F(Filter, PromiscuousKnowsItsGroups) {
    configure({config::promiscuous});
    set_groups({{0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}});
    EXPECT_EQ(status_to({0x01, 0, 0x5e, 0, 0, 1}), ok | rfd_status::not_individual);
}

TEST_F(Filter, BroadcastDisable) {
    configure({config::broadcast_disable});
    EXPECT_EQ(status_to(broadcast_mac), 0);
    EXPECT_EQ(status_to(card_mac), ok);
    configure({config::broadcast_disable, config::promiscuous});
    EXPECT_NE(status_to(broadcast_mac), 0);
}

TEST_F(Filter, AllMulticast) {
    configure({config::multicast_all});
    EXPECT_EQ(status_to({0x01, 0, 0x5e, 1, 2, 3}), ok | rfd_status::not_individual);
    EXPECT_EQ(status_to({0x33, 0x33, 0, 0, 0, 1}), ok | rfd_status::not_individual);
    EXPECT_EQ(status_to(stranger), 0);
}

TEST_F(Filter, IgnoreUniversalLocalBit) {
    MacAddress twin = card_mac;
    twin[0] ^= 0x02;
    EXPECT_EQ(status_to(twin), 0);
    configure({config::ignore_ul});
    EXPECT_EQ(status_to(twin), ok);
    EXPECT_EQ(status_to(card_mac), ok);
}

TEST_F(Filter, MultipleIndividualAddresses) {
    set_groups({stranger});
    EXPECT_EQ(status_to(stranger), 0);
    configure({config::multiple_ia});
    EXPECT_EQ(status_to(stranger) & ok, ok);
    EXPECT_EQ(status_to({0x02, 0x11, 0x22, 0x33, 0x44, 0x56}), 0);
}

TEST_F(Filter, CsmaDisableBlocksEverything) {
    configure({config::promiscuous, config::csma_disable});
    RfdRing ring(memory, 2);
    e100.start_receiving(ring);
    e100.wire().send(numbered_frame(1, 100));
    e100.settle();
    configure({config::promiscuous});
    Frame marker = numbered_frame(2, 100);
    e100.wire().send(marker);
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), marker);
}

TEST_F(Filter, LengthFieldTellsTypeFrames) {
    Bytes payload(80, 1);
    EXPECT_EQ(status_for(ethernet(card_mac, peer_mac, 80, payload)), rfd_status::complete | rfd_status::ok);
    EXPECT_EQ(status_for(ethernet(card_mac, peer_mac, 1500, payload)), rfd_status::complete | rfd_status::ok);
    EXPECT_EQ(status_for(ethernet(card_mac, peer_mac, 1501, payload)), ok);
    EXPECT_EQ(status_for(ethernet(card_mac, peer_mac, 0, payload)), ok);
}

/// Hash index of each address, computed apart from the chip (bits 7:2 of the CRC register).
struct HashVector {
    MacAddress address;
    unsigned index;
};
const HashVector hash_vectors[] = {
    {{0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}, 38}, {{0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb}, 8},
    {{0x01, 0x00, 0x5e, 0x7f, 0xff, 0xfa}, 63}, {{0x33, 0x33, 0x00, 0x00, 0x00, 0x01}, 46},
    {{0x01, 0x80, 0xc2, 0x00, 0x00, 0x00}, 5},  {{0x01, 0x80, 0xc2, 0x00, 0x00, 0x01}, 62},
};

/// An address that shares its index with `index`, other than `not_this`; the CRC is computed here by its
/// definition.
unsigned hash_index(const MacAddress& address) {
    uint32_t crc = 0xffffffff;
    for (uint8_t byte : address)
        for (int bit = 0; bit < 8; bit++) {
            uint32_t feedback = (crc >> 31) ^ (byte >> bit & 1u);
            crc = crc << 1 ^ (feedback != 0 ? 0x04c11db7u : 0u);
        }
    return crc >> 2 & 0x3f;
}

TEST_F(Filter, HashVectors) {
    for (const auto& vector : hash_vectors) {
        ASSERT_EQ(hash_index(vector.address), vector.index);
        set_groups({vector.address});
        EXPECT_EQ(status_to(vector.address), ok | rfd_status::not_individual) << to_string(vector.address);
        unsigned same = 0, other = 0;
        for (unsigned n = 1; n < 256 && (same == 0 || other == 0); n++) {
            MacAddress candidate = {0x01, 0x02, 0x03, 0x04, 0x05, static_cast<uint8_t>(n)};
            bool collides = hash_index(candidate) == vector.index;
            unsigned& seen = collides ? same : other;
            if (seen++ > 0)
                continue;
            EXPECT_EQ(status_to(candidate) != 0, collides)
                << to_string(candidate) << " index " << vector.index;
        }
        ASSERT_GT(same, 0u);
    }
}

} // namespace
} // namespace qtest
