// SPDX-License-Identifier: GPL-2.0-or-later
// What ethtool asks of the driver, with the real chip behind it: settings of the link, tests, dumps.
#include "kernel/ethtool.h"

#include <algorithm>
#include <cstring>

#include "arch/clock.h"
#include "cosim.h"
#include "i8255x/phy.h"

namespace cosim {
namespace {

using i8255x::TraceEvent;
namespace link_mode = kernel::link_mode;

class Ethtool : public Cosim {
  protected:
    const kernel::EthtoolOperations& ethtool() { return *device().operations->ethtool; }
    /// One value per test, 0 for one that passed.
    std::vector<uint64_t> test(bool offline) {
        std::array<kernel::TestResult, 8> results{};
        const std::size_t count = ethtool().self_test(device(), offline, results);
        std::vector<uint64_t> values;
        for (const auto& result : std::span(results).first(count))
            values.push_back(result.value);
        return values;
    }
    /// From here on the books begin anew: frames that turned round were received by nobody.
    void reopen() {
        kernel::dev_close(device());
        open();
    }
};

using Values = std::vector<uint64_t>;

class SelfTests : public Ethtool, public testing::WithParamInterface<std::string> {};

TEST_P(SelfTests, PassOnEachChipAndTrafficGoesOn) {
    plug({.chip = GetParam()});
    open();
    const uint64_t packets = device().stats.rx_packets;
    EXPECT_EQ(test(true), (Values{0, 0, 0, 0, 0}));
    EXPECT_EQ(card().count(TraceEvent::RfdComplete), 2u) << "one frame for each loopback";
    EXPECT_TRUE(card().sent.empty()) << "nothing left the card";
    EXPECT_EQ(device().stats.rx_packets, packets);
    EXPECT_EQ(device().stats.tx_packets, 0u);
    EXPECT_EQ(device().stats.tx_dropped, 0u);
    settle(1100); // the watchdog sees the link
    EXPECT_TRUE(device().carrier);
    burst(5);
    settle();
    expect_received_all(5);
    reopen();
}

std::vector<std::string> all_chips() {
    std::vector<std::string> names;
    for (const i8255x::Variant& variant : i8255x::variants())
        names.emplace_back(variant.name);
    return names;
}
INSTANTIATE_TEST_SUITE_P(Chips, SelfTests, testing::ValuesIn(all_chips()),
                         [](const auto& info) { return "i" + info.param; });

TEST_F(Ethtool, OnlineTestsTouchNothing) {
    open();
    const uint64_t starts = adapter().counters.ru_starts;
    EXPECT_EQ(test(false), (Values{0, 0, 0, 0, 0}));
    EXPECT_EQ(adapter().counters.ru_starts, starts);
    EXPECT_TRUE(device().carrier);
}

TEST_F(Ethtool, TestsOfAnInterfaceThatIsDown) {
    open();
    close();
    EXPECT_EQ(test(true), (Values{0, 0, 0, 0, 0}));
    EXPECT_FALSE(adapter().running);
    open();
    burst(3);
    settle();
    expect_received_all(3);
}

TEST_F(Ethtool, EachTestNoticesItsFault) {
    open();
    card().chip().link_changed(false);
    settle(3000);
    EXPECT_EQ(test(false), (Values{1, 0, 0, 0, 0}));
    card().chip().link_changed(true);
    settle(3000);

    // A bit of the EEPROM's answers is wrong.
    card().on_read = [](uint32_t offset, uint32_t& value) {
        if (offset == i8255x::csr::eeprom_control && (value & i8255x::eeprom_pin::sk) != 0)
            value |= i8255x::eeprom_pin::dout;
    };
    EXPECT_EQ(test(false), (Values{0, 1, 0, 0, 0}));
    card().on_read = nullptr;
    EXPECT_EQ(test(false), (Values{0, 0, 0, 0, 0}));

    // No memory is reached: neither the self-test's result nor a frame comes.
    card().on_event = [&](TraceEvent) { card().refuse_dma = !adapter().running; };
    const Values values = test(true);
    card().on_event = nullptr;
    card().refuse_dma = false;
    EXPECT_EQ(values[2] + values[3] + values[4], 3u);
    card().guest_errors.clear();
    kernel::dev_close(device());
    open();
}

/// What a loopback test must catch: a frame that comes back changed.
TEST_F(Ethtool, AFrameThatComesBackWrongIsAFailure) {
    open();
    card().on_event = [&](TraceEvent event) {
        if (event != TraceEvent::RfdComplete)
            return;
        // The last byte of the first buffer, behind the driver's back.
        const uint32_t last = adapter().receive.clean_bus_address() +
                              static_cast<uint32_t>(sizeof(i8255x::ReceiveFrameDescriptor)) + 1499;
        hosted::ram(last, 1)[0] ^= std::byte{1};
    };
    EXPECT_EQ(test(true), (Values{0, 0, 0, 1, 1}));
    card().on_event = nullptr;
    reopen();
}

TEST_F(Ethtool, TheKernelsPacketsTakeNoPartAndGoOnAfterwards) {
    open();
    unsigned turned_round = 0;
    card().on_event = [&](TraceEvent event) {
        if (event != TraceEvent::RfdComplete)
            return;
        turned_round++;
        EXPECT_TRUE(device().tx_stopped);
    };
    EXPECT_EQ(test(true), (Values{0, 0, 0, 0, 0}));
    card().on_event = nullptr;
    EXPECT_EQ(turned_round, 2u);
    EXPECT_FALSE(device().tx_stopped);
    kernel::PacketBuffer* packet = kernel::alloc_packet();
    const Frame frame = numbered_frame(7);
    std::memcpy(packet->put(frame.size()), frame.data(), frame.size());
    packet->device = &device();
    kernel::dev_queue_xmit(packet);
    settle();
    EXPECT_EQ(card().sent, std::vector<Frame>{frame});
    reopen();
}

TEST_F(Ethtool, LinkSettingsOfANegotiatedLink) {
    open();
    const kernel::LinkSettings settings = ethtool().link_settings(device());
    constexpr uint32_t all = link_mode::speeds | link_mode::autonegotiation;
    EXPECT_EQ(settings.supported, all | link_mode::twisted_pair | link_mode::mii);
    EXPECT_EQ(settings.advertised & all, all);
    EXPECT_EQ(settings.partner & all, all);
    EXPECT_EQ(settings.speed, 100u);
    EXPECT_TRUE(settings.full_duplex && settings.autonegotiation);
    EXPECT_EQ(settings.phy_address, 1u);
}

TEST_F(Ethtool, ASpeedCanBeForcedAndNegotiatedAgain) {
    open();
    kernel::LinkSettings settings = ethtool().link_settings(device());
    settings.autonegotiation = false;
    settings.speed = 10;
    EXPECT_EQ(ethtool().set_link_settings(device(), settings), 0);
    settle(3000);
    settings = ethtool().link_settings(device());
    EXPECT_EQ(settings.speed, 10u);
    EXPECT_TRUE(settings.full_duplex);
    EXPECT_FALSE(settings.autonegotiation);
    EXPECT_EQ(settings.partner, 0u);
    EXPECT_TRUE(device().carrier);
    EXPECT_EQ(ethtool().restart_negotiation(device()), -22) << "it does not negotiate";
    burst(3);
    settle();
    expect_received_all(3);

    settings.autonegotiation = true;
    settings.advertised = link_mode::half_100;
    EXPECT_EQ(ethtool().set_link_settings(device(), settings), 0);
    settle(3000);
    settings = ethtool().link_settings(device());
    EXPECT_EQ(settings.speed, 100u);
    EXPECT_FALSE(settings.full_duplex);
    EXPECT_EQ(settings.advertised & link_mode::speeds, link_mode::half_100);
    EXPECT_EQ(ethtool().restart_negotiation(device()), 0);

    settings.autonegotiation = false;
    settings.speed = 1000;
    EXPECT_EQ(ethtool().set_link_settings(device(), settings), -22);
    settings.autonegotiation = true;
    settings.advertised = 0;
    EXPECT_EQ(ethtool().set_link_settings(device(), settings), -22);
    settle(1000);
}

TEST_F(Ethtool, RegisterDump) {
    open();
    std::array<uint32_t, 256> dump{};
    ASSERT_EQ(ethtool().registers(device(), dump), 1u + 29 + 149);
    EXPECT_EQ(dump[0] & 0xff, 0x50u) << "command unit suspended, receive unit ready";
    EXPECT_EQ(dump[0] >> 16, 0u) << "no command, nothing masked";
    EXPECT_EQ(dump[1 + 28 - i8255x::mii::id1], i8255x::phy_id1);
    EXPECT_NE(dump[1 + 28 - i8255x::mii::bmsr] & i8255x::bmsr::link, 0u);
    EXPECT_TRUE(std::any_of(dump.begin() + 30, dump.begin() + 179, [](uint32_t word) { return word != 0; }));
    close();
    ASSERT_EQ(ethtool().registers(device(), dump), 179u);
    EXPECT_TRUE(std::all_of(dump.begin() + 30, dump.begin() + 179, [](uint32_t word) { return word == 0; }))
        << "nobody to ask while the interface is down";
}

TEST_F(Ethtool, Eeprom) {
    open();
    const auto words = ethtool().eeprom(device());
    EXPECT_EQ(std::vector<uint16_t>(words.begin(), words.end()), card().eeprom);
}

TEST_F(Ethtool, TheLightBlinks) {
    open();
    auto led = [&] { return adapter().phy.read(i8255x::mii::led_control) & i8255x::phy_led::mode; };
    EXPECT_EQ(led(), 0);
    ethtool().set_physical_id(device(), kernel::PhysicalId::On);
    EXPECT_EQ(led(), 5);
    ethtool().set_physical_id(device(), kernel::PhysicalId::Off);
    EXPECT_EQ(led(), 4);
    ethtool().set_physical_id(device(), kernel::PhysicalId::End);
    EXPECT_EQ(led(), 0);
}

TEST_F(Ethtool, AnotherMacAddressIsTheChipsToo) {
    open();
    constexpr kernel::MacAddress other = {0x02, 0, 0, 0, 0, 7};
    EXPECT_EQ(device().operations->set_mac_address(device(), other), 0);
    settle();
    card().receive(numbered_frame(0)); // to the old one: filtered
    card().receive(numbered_frame(1, min_frame, other));
    settle();
    EXPECT_EQ(received, std::vector<uint32_t>{1});
    device().operations->set_mac_address(device(), CardOptions{}.mac);
    settle();
}

TEST_F(Ethtool, LinkMessagesCanBeTurnedOff) {
    open();
    hosted::take_console_output();
    card().chip().link_changed(false);
    settle(3000);
    EXPECT_NE(hosted::take_console_output().find("Link is Down"), std::string::npos);
    ethtool().set_message_level(device(), kernel::message::driver);
    card().chip().link_changed(true);
    settle(4000);
    EXPECT_TRUE(device().carrier);
    EXPECT_EQ(hosted::take_console_output().find("Link is Up"), std::string::npos);
}

} // namespace
} // namespace cosim
