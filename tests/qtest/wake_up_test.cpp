// SPDX-License-Identifier: GPL-2.0-or-later
// Wake-up: a machine that sleeps in ACPI S3 runs again because of what its card sees on the wire (SDM A.6).
#include "e100_test.h"
#include "sleep_button.h"

namespace qtest {
namespace {

constexpr uint8_t pmc = 0xde;
constexpr uint16_t d0 = 0, d1 = 1, d2 = 2, d3 = 3;

constexpr MacAddress all_stations = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr MacAddress some_multicast = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};

Frame magic_packet(const MacAddress& destination = all_stations) {
    Frame frame = numbered_frame(0, 60, destination);
    frame.insert(frame.end(), 6, 0xff);
    for (int i = 0; i < 16; i++)
        frame.insert(frame.end(), card_mac.begin(), card_mac.end());
    return frame;
}

Frame arp_request(uint8_t high, uint8_t low) {
    Frame frame = numbered_frame(0, 60, all_stations, peer_mac, ether_type::arp);
    frame[20] = 0;
    frame[21] = 1;
    frame[40] = high;
    frame[41] = low;
    return frame;
}

ConfigurationBytes with(std::initializer_list<ConfigField> bits,
                        std::initializer_list<ConfigField> cleared = {}) {
    ConfigurationBytes bytes = usual_configuration();
    for (const ConfigField& bit : bits)
        bit.set(bytes, true);
    for (const ConfigField& bit : cleared)
        bit.set(bytes, false);
    return bytes;
}

const ConfigurationBytes no_magic = with({config::magic_packet_disable});

class Sleeper {
  public:
    explicit Sleeper(const std::string& properties = "")
        : e100({.machine = "q35", .properties = properties}), button_(e100.qtest()) {
        e100.qmp().status(); // events come from now on
    }

    void sleep(uint16_t state, bool enabled = true) {
        e100.pci().write16(pmcsr, static_cast<uint16_t>(pme_status | state | (enabled ? pme_enable : 0)));
        button_.press();
        e100.qmp().wait_event("SUSPEND");
        ASSERT_EQ(e100.qmp().status(), "suspended");
    }
    void expect_awake() {
        e100.qmp().wait_event("WAKEUP");
        EXPECT_EQ(e100.qmp().status(), "running");
    }
    void expect_asleep() {
        e100.settle();
        EXPECT_EQ(e100.qmp().status(), "suspended");
    }
    void load_filter(uint32_t dword) {
        const Le32 filter = dword;
        EXPECT_EQ(
            e100.execute(Opcode::LoadFilter, {reinterpret_cast<const uint8_t*>(&filter), sizeof(filter)}),
            0xa000);
    }
    E100Harness e100;

  private:
    SleepButton button_;
};

class WakeUp : public ::testing::Test, public Sleeper {};

TEST_F(WakeUp, ByMagicPacket) {
    e100.bring_up(with({}, {config::magic_packet_disable}));
    sleep(d3);
    e100.wire().send(numbered_frame(1, 100));
    expect_asleep();
    e100.wire().send(magic_packet());
    expect_awake();
}

TEST_F(WakeUp, ByMagicPacketFromD1AndD2) {
    for (uint16_t state : {d1, d2}) {
        e100.enable_function();
        e100.bring_up(with({}, {config::magic_packet_disable}));
        sleep(state);
        e100.wire().send(magic_packet(card_mac));
        expect_awake();
    }
}

TEST_F(WakeUp, ByLinkChange) {
    e100.bring_up(with({config::link_wake}));
    sleep(d3);
    e100.qmp().set_link(E100Harness::device_id, false);
    expect_awake();
}

TEST_F(WakeUp, ByProgrammableFilter) {
    e100.bring_up(no_magic);
    load_filter(0xc2000000); // frames to the individual address
    sleep(d3);
    e100.wire().send(magic_packet());
    e100.wire().send(arp_request(0x3f, 0x3d));
    expect_asleep();
    e100.wire().send(numbered_frame(1, 100));
    expect_awake();
}

TEST_F(WakeUp, ByArpFilter) {
    e100.bring_up(no_magic);
    load_filter(0xc8003f3d);
    sleep(d2);
    e100.wire().send(numbered_frame(1, 100));
    e100.wire().send(arp_request(0x3f, 0x3e));
    expect_asleep();
    e100.wire().send(arp_request(0x3f, 0x3d));
    expect_awake();
}

TEST_F(WakeUp, NotWithoutPmeEnable) {
    e100.bring_up(with({config::link_wake}, {config::magic_packet_disable}));
    sleep(d3, false);
    e100.wire().send(magic_packet());
    e100.qmp().set_link(E100Harness::device_id, false);
    expect_asleep();
    EXPECT_NE(e100.pci().read16(pmcsr) & pme_status, 0) << "the status is set all the same";
}

TEST_F(WakeUp, FramesOfTheNightAreNotDeliveredInTheMorning) {
    e100.bring_up(with({}, {config::magic_packet_disable}));
    RfdRing ring(e100.memory(), 4);
    e100.start_receiving(ring);
    sleep(d1);
    for (uint32_t i = 0; i < 4; i++)
        e100.wire().send(numbered_frame(i, 100));
    e100.wire().send(magic_packet());
    expect_awake();
    e100.enable_function();
    e100.bring_up();
    e100.start_receiving(ring);
    e100.wire().send(numbered_frame(9, 200));
    ASSERT_TRUE(ring.wait_complete(0));
    EXPECT_EQ(ring.frame(0), numbered_frame(9, 200));
}

class WakeUp82558b : public ::testing::Test, public Sleeper {
  protected:
    WakeUp82558b() : Sleeper("chip=82558b") {}
};

TEST_F(WakeUp82558b, ByIndividualAddress) {
    e100.bring_up(with({config::address_wake, config::magic_packet_disable}));
    sleep(d3);
    e100.wire().send(numbered_frame(1, 100, all_stations));
    expect_asleep();
    e100.wire().send(numbered_frame(1, 100));
    expect_awake();
}

TEST_F(WakeUp82558b, ByMulticast) {
    e100.bring_up(with({config::multicast_wake, config::multicast_all}));
    sleep(d3);
    e100.wire().send(numbered_frame(1, 100));
    expect_asleep();
    e100.wire().send(numbered_frame(1, 100, some_multicast));
    expect_awake();
}

TEST_F(WakeUp82558b, ByArpRequest) {
    ConfigurationBytes bytes = with({config::arp_wake});
    bytes[config::arp_address_low.byte] = 0x3d;
    bytes[config::arp_address_high.byte] = 0x3f;
    e100.bring_up(bytes);
    sleep(d3);
    e100.wire().send(arp_request(0x3d, 0x3f));
    expect_asleep();
    e100.wire().send(arp_request(0x3f, 0x3d));
    expect_awake();
}

TEST_F(WakeUp82558b, ByLinkChange) {
    e100.bring_up(with({config::link_wake}));
    sleep(d2);
    e100.qmp().set_link(E100Harness::device_id, false);
    expect_awake();
}

TEST(WakeUp82558a, ByAnyAddressOfItsOwn) {
    Sleeper sleeper("chip=82558a");
    sleeper.e100.bring_up(with({config::address_wake, config::magic_packet_disable}));
    sleeper.sleep(d1);
    sleeper.e100.wire().send(numbered_frame(1, 100, peer_mac, card_mac));
    sleeper.expect_asleep();
    sleeper.e100.wire().send(numbered_frame(1, 100, all_stations));
    sleeper.expect_awake();
}

/// In a machine that runs.
class Pme : public E100Test {
  protected:
    uint16_t status() { return e100.pci().read16(pmcsr) & pme_status; }
};

TEST_F(Pme, StatusIsTheSameInBothRegisters) {
    e100.bring_up(with({config::link_wake}));
    e100.qmp().set_link(E100Harness::device_id, false);
    EXPECT_EQ(e100.csr8(csr::pmdr), pmdr::link_changed | pmdr::pme_status);
    EXPECT_EQ(status(), pme_status);
    e100.pci().write16(pmcsr, 0);
    EXPECT_EQ(status(), pme_status) << "zeros do not clear it";
    e100.pci().write16(pmcsr, pme_status);
    EXPECT_EQ(status(), 0);
    EXPECT_EQ(e100.csr8(csr::pmdr), pmdr::link_changed);
    e100.qmp().set_link(E100Harness::device_id, true);
    EXPECT_EQ(status(), pme_status);
    e100.set_csr8(csr::pmdr, pmdr::pme_status);
    EXPECT_EQ(status(), 0);
}

TEST_F(Pme, FrameThatWokeIsDumped) {
    e100.bring_up(no_magic);
    const Le32 filter = 0xc2000000;
    e100.execute(Opcode::LoadFilter, {reinterpret_cast<const uint8_t*>(&filter), sizeof(filter)});
    e100.pci().write16(pmcsr, d3);
    const Frame frame = numbered_frame(5, 300);
    e100.wire().send(frame);
    EXPECT_TRUE(wait_until([&] { return status() != 0; }));
    e100.pci().write16(pmcsr, d0);
    e100.enable_function();
    EXPECT_EQ(e100.csr8(csr::pmdr), pmdr::interesting_packet | pmdr::pme_status);
    const uint32_t at = memory.allocate(256, 16);
    e100.port(PortCommand::DumpWakeUp, at);
    ASSERT_TRUE(wait_until([&] { return memory.read32(at) == 0xa000; }));
    EXPECT_EQ(memory.read32(at + 4), 0xffu);
    EXPECT_EQ(memory.read(at + 8, 120), Bytes(frame.begin(), frame.begin() + 120));
}

TEST(PmeMigration, StatusFiltersAndFrameGoAlong) {
    auto old = std::make_unique<E100Harness>();
    old->bring_up(no_magic);
    const Le32 filter = 0xc2000000;
    old->execute(Opcode::LoadFilter, {reinterpret_cast<const uint8_t*>(&filter), sizeof(filter)});
    old->pci().write16(pmcsr, d1 | pme_enable);
    const Frame frame = numbered_frame(5, 64);
    old->wire().send(frame);
    ASSERT_TRUE(wait_until([&] { return (old->pci().read16(pmcsr) & pme_status) != 0; }));
    const std::string stream = old->directory().file("stream");
    old->qmp().migrate_to_file(stream);
    E100Harness e100({.incoming = stream});
    old.reset();
    EXPECT_EQ(e100.pci().read16(pmcsr) & (pme_status | pme_enable | d3), pme_status | pme_enable | d1);
    e100.pci().write16(pmcsr, pme_status | d1);
    EXPECT_EQ(e100.pci().read16(pmcsr) & pme_status, 0);
    e100.wire().send(frame);
    EXPECT_TRUE(wait_until([&] { return (e100.pci().read16(pmcsr) & pme_status) != 0; }))
        << "the filter is there";
    e100.pci().write16(pmcsr, d0);
    const uint32_t at = e100.memory().allocate(256, 16);
    e100.port(PortCommand::DumpWakeUp, at);
    ASSERT_TRUE(wait_until([&] { return e100.memory().read32(at) == 0xa000; }));
    EXPECT_EQ(e100.memory().read(at + 8, 64), frame);
}

} // namespace
} // namespace qtest
