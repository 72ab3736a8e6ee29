// SPDX-License-Identifier: GPL-2.0-or-later
// ethtool as a person types it. The expected texts are those that ethtool 6.1 printed on Linux's own e100.
#include <array>
#include <vector>

#include "capture.h"
#include "kernel/ethtool.h"
#include "net_fixture.h"
#include "shell/shell.h"

namespace {

using namespace net_test;
using shell_test::run;

const std::string bad_command_line =
    "ethtool: bad command line argument(s)\nFor more information run ethtool -h\n";

/// The driver's side.
struct Card {
    kernel::LinkSettings link{.supported = 0x2cf,
                              .advertised = 0x2cf,
                              .partner = 0x204f,
                              .speed = 100,
                              .full_duplex = true,
                              .autonegotiation = true,
                              .phy_address = 1};
    int error = 0; ///< of what changes the link
    uint32_t level = 7;
    std::array<uint16_t, 64> eeprom{0x5452, 0x1200, 0x5634, 0x0203};
    std::array<uint64_t, 5> failed{};
    bool offline = false;
    std::vector<kernel::PhysicalId> lights;
    unsigned negotiations = 0;
};

class EthtoolCommand : public NetTest {
  protected:
    EthtoolCommand() {
        operations = *device.operations;
        operations.driver_info = [](kernel::NetDevice&) {
            return kernel::DriverInfo{"e100", "1.0", "0000:00:03.0"};
        };
        operations.ethtool_stats = [](kernel::NetDevice&, std::span<kernel::EthtoolStat> into) {
            into[0] = {"rx_packets", 5};
            into[1] = {"tx_packets", 12345678901};
            return std::size_t{2};
        };
        operations.ring = [](kernel::NetDevice&) { return ring; };
        operations.set_ring = [](kernel::NetDevice&, unsigned rx, unsigned tx) {
            ring.rx = rx;
            ring.tx = tx;
            return rx == 13 ? -22 : 0;
        };
        operations.coalesce = [](kernel::NetDevice&, kernel::CoalesceParameters& parameters) {
            parameters = coalescing;
            return bundles ? 0 : -95;
        };
        operations.set_coalesce = [](kernel::NetDevice&, const kernel::CoalesceParameters& parameters) {
            coalescing = parameters;
            return parameters.rx_usecs == 0 ? -22 : 0;
        };
        operations.ethtool = &ethtool;
        device.operations = &operations;
        card = {};
        ring = {256, 256, 128, 256};
        coalescing = {1024, 6};
        bundles = true;
    }
    ~EthtoolCommand() override { device.operations = nullptr_safe; }

    static inline Card card;
    static constexpr kernel::EthtoolOperations ethtool = {
        .link_settings = [](kernel::NetDevice&) { return card.link; },
        .set_link_settings =
            [](kernel::NetDevice&, const kernel::LinkSettings& settings) {
                if (!card.error)
                    card.link = settings;
                return card.error;
            },
        .restart_negotiation =
            [](kernel::NetDevice&) {
                card.negotiations++;
                return card.error;
            },
        .message_level = [](kernel::NetDevice&) { return card.level; },
        .set_message_level = [](kernel::NetDevice&, uint32_t level) { card.level = level; },
        .self_test =
            [](kernel::NetDevice&, bool offline, std::span<kernel::TestResult> into) {
                card.offline = offline;
                constexpr const char* names[] = {"Link test     (on/offline)", "Eeprom test   (on/offline)",
                                                 "Self test        (offline)", "Mac loopback     (offline)",
                                                 "Phy loopback     (offline)"};
                for (std::size_t i = 0; i < 5; i++)
                    into[i] = {names[i], card.failed[i]};
                return std::size_t{5};
            },
        .eeprom = [](kernel::NetDevice&) { return std::span<const uint16_t>(card.eeprom); },
        .registers =
            [](kernel::NetDevice&, std::span<uint32_t> into) {
                into[0] = 0x00000050;
                into[1] = 0x80;
                return std::size_t{2};
            },
        .set_physical_id =
            [](kernel::NetDevice&, kernel::PhysicalId id) {
                card.lights.push_back(id);
                return 0;
            },
    };
    static inline kernel::RingParameters ring{};
    static inline kernel::CoalesceParameters coalescing{};
    static inline bool bundles = true;
    const kernel::NetDeviceOperations* nullptr_safe = device.operations;
    kernel::NetDeviceOperations operations{};
};

TEST_F(EthtoolCommand, Driver) {
    EXPECT_EQ(run("ethtool -i eth0"),
              "driver: e100\nversion: 1.0\nfirmware-version: \nexpansion-rom-version: \n"
              "bus-info: 0000:00:03.0\nsupports-statistics: yes\nsupports-test: yes\n"
              "supports-eeprom-access: yes\nsupports-register-dump: yes\n"
              "supports-priv-flags: no\n");
}

TEST_F(EthtoolCommand, Statistics) {
    EXPECT_EQ(run("ethtool -S eth0"), "NIC statistics:\n     rx_packets: 5\n     tx_packets: 12345678901\n");
}

TEST_F(EthtoolCommand, Ring) {
    EXPECT_EQ(run("ethtool -g eth0"),
              "Ring parameters for eth0:\nPre-set maximums:\nRX:\t\t256\nRX Mini:\tn/a\nRX "
              "Jumbo:\tn/a\nTX:\t\t256\n"
              "Current hardware settings:\nRX:\t\t256\nRX Mini:\tn/a\nRX Jumbo:\tn/a\nTX:\t\t128\n"
              "RX Buf Len:\t\tn/a\nCQE Size:\t\tn/a\nTX Push:\toff\nTCP data split:\tn/a\n");
    EXPECT_EQ(run("ethtool -G eth0 rx 64"), "");
    EXPECT_EQ(ring.rx, 64u);
    EXPECT_EQ(ring.tx, 128u) << "what is not named stays";
    EXPECT_EQ(run("ethtool -G eth0 rx 300"),
              "netlink error: requested ring size exceeds maximum\nnetlink error: Invalid argument\n");
    EXPECT_EQ(run("ethtool -G eth0 rx 13"), "netlink error: Invalid argument\n");
    EXPECT_EQ(run("ethtool -G eth0 rx"), "Usage: ethtool -G DEVICE [rx N] [tx N]\n");
    EXPECT_EQ(run("ethtool -G eth0 mini 5"), "Usage: ethtool -G DEVICE [rx N] [tx N]\n");
}

TEST_F(EthtoolCommand, Coalescing) {
    const std::string rest = "stats-block-usecs: n/a\nsample-interval: n/a\npkt-rate-low: n/a\n"
                             "pkt-rate-high: n/a\n\nrx-usecs: ";
    EXPECT_EQ(run("ethtool -c eth0"),
              "Coalesce parameters for eth0:\nAdaptive RX: n/a  TX: n/a\n" + rest +
                  "1024\nrx-frames: 6\nrx-usecs-irq: n/a\nrx-frames-irq: n/a\n\n"
                  "tx-usecs: n/a\ntx-frames: n/a\ntx-usecs-irq: n/a\ntx-frames-irq: n/a\n\n"
                  "rx-usecs-low: n/a\nrx-frame-low: n/a\ntx-usecs-low: n/a\ntx-frame-low: n/a\n\n"
                  "rx-usecs-high: n/a\nrx-frame-high: n/a\ntx-usecs-high: n/a\ntx-frame-high: n/a\n\n"
                  "CQE mode RX: n/a  TX: n/a\n\n");
    EXPECT_EQ(run("ethtool -C eth0 rx-frames 12"), "");
    EXPECT_EQ(coalescing.rx_frames, 12u);
    EXPECT_EQ(coalescing.rx_usecs, 1024u) << "what is not named stays";
    EXPECT_EQ(run("ethtool -C eth0 rx-usecs 500 rx-frames 3"), "");
    EXPECT_EQ(coalescing.rx_usecs, 500u);
    EXPECT_EQ(coalescing.rx_frames, 3u);
    EXPECT_EQ(run("ethtool -C eth0 rx-usecs 0"), "netlink error: Invalid argument\n");
    const std::string usage = "Usage: ethtool -C DEVICE [rx-usecs N] [rx-frames N]\n";
    EXPECT_EQ(run("ethtool -C eth0 rx-usecs"), usage);
    EXPECT_EQ(run("ethtool -C eth0 tx-usecs 5"), usage);
}

TEST_F(EthtoolCommand, WhatIsNotThere) {
    bundles = false;
    EXPECT_EQ(run("ethtool -C eth0 rx-usecs 5"), "netlink error: Operation not supported\n");
    EXPECT_EQ(run("ethtool -c eth0"), "netlink error: Operation not supported\n");
    EXPECT_EQ(run("ethtool -i eth7"), "netlink error: No such device\n");
    EXPECT_EQ(run("ethtool -z eth0"), bad_command_line);
    operations.ethtool_stats = nullptr;
    operations.ring = nullptr;
    operations.driver_info = nullptr;
    bundles = true;
    operations.set_coalesce = nullptr;
    EXPECT_EQ(run("ethtool -C eth0 rx-usecs 5"), "netlink error: Operation not supported\n");
    operations.coalesce = nullptr;
    EXPECT_EQ(run("ethtool -S eth0"), "no stats available\n");
    for (const char* line : {"ethtool -g eth0", "ethtool -G eth0 rx 5", "ethtool -i eth0", "ethtool -c eth0"})
        EXPECT_EQ(run(line), "netlink error: Operation not supported\n") << line;
}

const std::string settings_before_speed = "Settings for eth0:\n"
                                          "\tSupported ports: [ TP\t MII ]\n"
                                          "\tSupported link modes:   10baseT/Half 10baseT/Full\n"
                                          "\t                        100baseT/Half 100baseT/Full\n"
                                          "\tSupported pause frame use: No\n"
                                          "\tSupports auto-negotiation: Yes\n"
                                          "\tSupported FEC modes: Not reported\n";
const std::string partner = "\tLink partner advertised link modes:  10baseT/Half 10baseT/Full\n"
                            "\t                                     100baseT/Half 100baseT/Full\n"
                            "\tLink partner advertised pause frame use: Symmetric\n"
                            "\tLink partner advertised auto-negotiation: Yes\n"
                            "\tLink partner advertised FEC modes: Not reported\n";

TEST_F(EthtoolCommand, Settings) {
    EXPECT_EQ(run("ethtool eth0"), settings_before_speed +
                                       "\tAdvertised link modes:  10baseT/Half 10baseT/Full\n"
                                       "\t                        100baseT/Half 100baseT/Full\n"
                                       "\tAdvertised pause frame use: No\n"
                                       "\tAdvertised auto-negotiation: Yes\n"
                                       "\tAdvertised FEC modes: Not reported\n" +
                                       partner +
                                       "\tSpeed: 100Mb/s\n"
                                       "\tDuplex: Full\n"
                                       "\tAuto-negotiation: on\n"
                                       "\tPort: MII\n"
                                       "\tPHYAD: 1\n"
                                       "\tTransceiver: internal\n"
                                       "        Current message level: 0x00000007 (7)\n"
                                       "                               drv probe link\n"
                                       "\tLink detected: yes\n");
    card.link.advertised = 0x280 | kernel::link_mode::half_100;
    card.link.partner = 0;
    card.link.autonegotiation = false;
    card.link.full_duplex = false;
    card.link.speed = 10;
    device.carrier = false;
    EXPECT_EQ(run("ethtool eth0"), settings_before_speed + "\tAdvertised link modes:  100baseT/Half\n"
                                                           "\tAdvertised pause frame use: No\n"
                                                           "\tAdvertised auto-negotiation: No\n"
                                                           "\tAdvertised FEC modes: Not reported\n"
                                                           "\tSpeed: 10Mb/s\n"
                                                           "\tDuplex: Half\n"
                                                           "\tAuto-negotiation: off\n"
                                                           "\tPort: MII\n"
                                                           "\tPHYAD: 1\n"
                                                           "\tTransceiver: internal\n"
                                                           "        Current message level: 0x00000007 (7)\n"
                                                           "                               drv probe link\n"
                                                           "\tLink detected: no\n");
}

TEST_F(EthtoolCommand, ChangeOfTheLink) {
    EXPECT_EQ(run("ethtool -s eth0 autoneg off speed 10 duplex half"), "");
    EXPECT_TRUE(card.link.speed == 10 && !card.link.full_duplex && !card.link.autonegotiation);
    EXPECT_EQ(run("ethtool -s eth0 autoneg on"), "");
    EXPECT_TRUE(card.link.autonegotiation);
    EXPECT_EQ(card.link.advertised & kernel::link_mode::speeds, kernel::link_mode::speeds);
    EXPECT_EQ(run("ethtool -s eth0 speed 100 duplex half"), "");
    EXPECT_EQ(card.link.advertised, kernel::link_mode::half_100) << "negotiated, but nothing else";
    EXPECT_EQ(run("ethtool -s eth0 advertise 0x003"), "");
    EXPECT_EQ(card.link.advertised, 3u);
    card.error = -22;
    EXPECT_EQ(run("ethtool -s eth0 speed 1000"),
              "netlink error: link settings update failed\nnetlink error: Invalid argument\n");
    EXPECT_EQ(run("ethtool -r eth0"), "Cannot restart autonegotiation: Invalid argument\n");
    card.error = 0;
    EXPECT_EQ(run("ethtool -r eth0"), "");
    EXPECT_EQ(card.negotiations, 2u);
}

TEST_F(EthtoolCommand, MessageLevel) {
    EXPECT_EQ(run("ethtool -s eth0 msglvl 0x60"), "");
    EXPECT_EQ(card.level, 0x60u);
    EXPECT_NE(run("ethtool eth0")
                  .find("        Current message level: 0x00000060 (96)\n"
                        "                               ifup rx_err\n"),
              std::string::npos);
    EXPECT_EQ(run("ethtool -s eth0 msglvl drv on rx_err off"), "");
    EXPECT_EQ(card.level, 0x21u);
    EXPECT_EQ(run("ethtool -s eth0 msglvl drv maybe"),
              "ethtool (-s): invalid value 'drv' for parameter 'msglvl'\n");
}

TEST_F(EthtoolCommand, MistakesInChanges) {
    EXPECT_EQ(run("ethtool -s eth0"), bad_command_line);
    EXPECT_EQ(run("ethtool -s eth0 foo 1"), "ethtool (-s): unknown parameter 'foo'\n");
    EXPECT_EQ(run("ethtool -s eth0 duplex foo"),
              "ethtool (-s): invalid value 'foo' for parameter 'duplex'\n");
    EXPECT_EQ(run("ethtool -s eth0 speed xx"), "ethtool (-s): invalid value 'xx' for parameter 'speed'\n");
    EXPECT_EQ(run("ethtool -s eth0 speed"), "ethtool (-s): no value for parameter 'speed'\n");
    EXPECT_EQ(card.link.speed, 100u);
}

TEST_F(EthtoolCommand, Tests) {
    const std::string passed = "The test result is PASS\nThe test extra info:\n"
                               "Link test     (on/offline)\t 0\n"
                               "Eeprom test   (on/offline)\t 0\n"
                               "Self test        (offline)\t 0\n"
                               "Mac loopback     (offline)\t 0\n"
                               "Phy loopback     (offline)\t 0\n\n";
    EXPECT_EQ(run("ethtool -t eth0 online"), passed);
    EXPECT_FALSE(card.offline);
    for (const char* line : {"ethtool -t eth0", "ethtool -t eth0 offline", "ethtool --test eth0"}) {
        card.offline = false;
        EXPECT_EQ(run(line), passed);
        EXPECT_TRUE(card.offline) << line;
    }
    card.failed[3] = 1;
    EXPECT_EQ(run("ethtool -t eth0").substr(0, 24), "The test result is FAIL\n");
    EXPECT_NE(run("ethtool -t eth0").find("Mac loopback     (offline)\t 1\nPhy loopback     (offline)\t 0\n"),
              std::string::npos);
    EXPECT_EQ(run("ethtool -t eth0 sideways"), bad_command_line);
}

TEST_F(EthtoolCommand, EepromDump) {
    const std::string text = run("ethtool -e eth0");
    EXPECT_EQ(text.substr(0, text.find("0x0020")),
              "Offset\t\tValues\n------\t\t------\n"
              "0x0000:\t\t52 54 00 12 34 56 03 02 00 00 00 00 00 00 00 00 \n"
              "0x0010:\t\t00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \n");
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2 + 8);
    EXPECT_EQ(run("ethtool -e eth0 offset 3 length 4"),
              "Offset\t\tValues\n------\t\t------\n0x0003:\t\t12 34 56 03 \n");
    EXPECT_EQ(run("ethtool -e eth0 offset 129"), "Cannot get EEPROM data: Invalid argument\n");
    EXPECT_EQ(run("ethtool -e eth0 length x"), bad_command_line);
    EXPECT_EQ(run("ethtool -P eth0"), "Permanent address: 52:54:00:12:34:56\n");
}

TEST_F(EthtoolCommand, RegisterDump) {
    EXPECT_EQ(run("ethtool -d eth0"), "SCB Status Word (Lower Word)             0x0050\n"
                                      "      RU Status:               Ready\n"
                                      "      CU Status:               Suspended\n"
                                      "      ---- Interrupts Pending ----\n"
                                      "      Flow Control Pause:                no\n"
                                      "      Early Receive:                     no\n"
                                      "      Software Generated Interrupt:      no\n"
                                      "      MDI Done:                          no\n"
                                      "      RU Not In Ready State:             no\n"
                                      "      CU Not in Active State:            no\n"
                                      "      RU Received Frame:                 no\n"
                                      "      CU Completed Command:              no\n"
                                      "SCB Command Word (Upper Word)            0x0000\n"
                                      "      RU Command:              No Command\n"
                                      "      CU Command:              No Command\n"
                                      "      Software Generated Interrupt:      no\n"
                                      "      ---- Interrupts Masked ----\n"
                                      "      ALL Interrupts:                    no\n"
                                      "      Flow Control Pause:                no\n"
                                      "      Early Receive:                     no\n"
                                      "      RU Not In Ready State:             no\n"
                                      "      CU Not in Active State:            no\n"
                                      "      RU Received Frame:                 no\n"
                                      "      CU Completed Command:              no\n"
                                      "MDI/MDI-X Status:                        MDI\n");
    EXPECT_EQ(run("ethtool -d eth0 hex on"),
              "Offset\t\tValues\n------\t\t------\n0x0000:\t\t50 00 00 00 80 00 00 00 \n");
    EXPECT_EQ(run("ethtool -d eth0 hex"), bad_command_line);
}

TEST_F(EthtoolCommand, Identify) {
    using enum kernel::PhysicalId;
    EXPECT_EQ(run("ethtool -p eth0 1"), "");
    EXPECT_EQ(card.lights, (std::vector{Begin, On, Off, On, Off, End}));
    EXPECT_EQ(run("ethtool -p eth0 x"), bad_command_line);
}

TEST_F(EthtoolCommand, FeaturesAndPause) {
    const std::string text = run("ethtool -k eth0");
    EXPECT_EQ(text.substr(0, 111),
              "Features for eth0:\nrx-checksumming: off [fixed]\ntx-checksumming: off [fixed]\n"
              "\ttx-checksum-ipv4: off [fixed]\n\ttx");
    EXPECT_NE(text.find("\nreceive-hashing: off [fixed]\n"), std::string::npos);
    EXPECT_EQ(run("ethtool -a eth0"), "netlink error: Operation not supported\n");
    EXPECT_EQ(run("ethtool -A eth0 rx on"), "netlink error: Operation not supported\n");
}

/// Texts as ethtool's own where a card has both.
TEST_F(EthtoolCommand, FeaturesAreSwitched) {
    namespace feature = kernel::feature;
    constexpr uint32_t both = feature::tx_checksum_ipv4 | feature::tx_tcp_segmentation;
    EXPECT_EQ(run("ethtool -K eth0 tso on"), "Actual changes:\ntx-tcp-segmentation: off [requested on]\n"
                                             "Could not change any device features\n");
    EXPECT_EQ(device.features, 0u);
    device.hw_features = both;
    EXPECT_NE(run("ethtool -k eth0").find("\n\ttx-tcp-segmentation: off\n"), std::string::npos);
    EXPECT_EQ(run("ethtool -K eth0 tx on tso on"), "");
    EXPECT_EQ(device.features, both);
    const std::string text = run("ethtool -k eth0");
    for (const char* line :
         {"\ntx-checksumming: on\n\ttx-checksum-ipv4: on\n\ttx-checksum-ip-generic: off [fixed]\n",
          "\nscatter-gather: off [fixed]\n", "\ntcp-segmentation-offload: on\n\ttx-tcp-segmentation: on\n"})
        EXPECT_NE(text.find(line), std::string::npos) << text;
    EXPECT_EQ(run("ethtool -K eth0 tso off"), "");
    EXPECT_EQ(device.features, feature::tx_checksum_ipv4);
    EXPECT_EQ(run("ethtool -K eth0 tx-tcp-segmentation on"), "");
    EXPECT_EQ(device.features, both);
    EXPECT_EQ(run("ethtool -K eth0 tx off"),
              "Actual changes:\ntx-checksum-ipv4: off\ntx-tcp-segmentation: off [not requested]\n");
    EXPECT_EQ(device.features, 0u) << "no segments without checksums";
    for (const char* line :
         {"ethtool -K eth0", "ethtool -K eth0 tso", "ethtool -K eth0 tso maybe", "ethtool -K eth0 lro on"})
        EXPECT_EQ(run(line), bad_command_line) << line;
}

TEST_F(EthtoolCommand, ADriverThatKnowsNothingOfIt) {
    operations.ethtool = nullptr;
    EXPECT_EQ(run("ethtool eth0"), "Settings for eth0:\n\tLink detected: yes\n");
    EXPECT_EQ(run("ethtool -t eth0"), "Cannot test: Operation not supported\n");
    EXPECT_EQ(run("ethtool -r eth0"), "Cannot restart autonegotiation: Operation not supported\n");
    EXPECT_EQ(run("ethtool -e eth0"), "Cannot get EEPROM data: Operation not supported\n");
    EXPECT_EQ(run("ethtool -d eth0"), "Cannot get register dump: Operation not supported\n");
    EXPECT_EQ(run("ethtool -p eth0 1"), "Cannot identify NIC: Operation not supported\n");
    EXPECT_EQ(run("ethtool -s eth0 speed 10"), "netlink error: Operation not supported\n");
    EXPECT_EQ(run("ethtool"), bad_command_line);
    EXPECT_EQ(run("ethtool -h").substr(0, 6), "Usage:");
}

} // namespace
