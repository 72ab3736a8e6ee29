// SPDX-License-Identifier: GPL-2.0-or-later
// Wake-up: events, PMDR, the stored frame, what resets what (SDM 6.3.9, A.6).
#include <cstring>

#include "chip_bench.h"

namespace i8255x {
namespace {

using Bytes = ChipBench::Bytes;

constexpr MacAddress some_multicast = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};
constexpr MacAddress somebody_else = {0x52, 0x54, 0x00, 0x99, 0x99, 0x99};

constexpr std::size_t link_byte = 9, alternatives_byte = 19;

Bytes magic_packet(std::size_t at = 14, const MacAddress& address = ChipBench::mac,
                   const MacAddress& destination = broadcast_address) {
    Bytes frame = ChipBench::frame_to(destination, at);
    frame.resize(at);
    frame.insert(frame.end(), 6, 0xff);
    for (int i = 0; i < 16; i++)
        frame.insert(frame.end(), address.begin(), address.end());
    return frame;
}

struct WakeUpBench : ChipBench {
    explicit WakeUpBench(std::string_view name) : ChipBench(name) { bring_up(); }
    /// Linux' configuration with one byte changed.
    void configure(std::size_t byte, uint8_t value) {
        Bytes bytes = linux_configuration();
        bytes[byte] = value;
        EXPECT_EQ(execute(Opcode::Configure, bytes), 0xa000);
        take_stat();
    }
    uint16_t load_filters(std::initializer_list<uint32_t> dwords) {
        Bytes bytes;
        for (uint32_t dword : dwords)
            for (unsigned i = 0; i < 4; i++)
                bytes.push_back(static_cast<uint8_t>(dword >> (8 * i)));
        const uint16_t status = execute(Opcode::LoadFilter, bytes);
        take_stat();
        return status;
    }
    void sleep(PowerState state = PowerState::D3) { chip.set_power_state(state); }
    uint8_t pmdr() { return csr8(csr::pmdr); }
};

struct WakeUpTest : testing::Test, WakeUpBench {
    WakeUpTest() : WakeUpBench("82559c") {}
};

constexpr uint8_t magic_on = 0x84, magic_off = 0x86;

TEST_F(WakeUpTest, MagicPacketWakes) {
    configure(alternatives_byte, magic_on);
    sleep();
    chip.receive(magic_packet());
    EXPECT_EQ(host.pme_events, 1u);
    EXPECT_EQ(pmdr(), pmdr::magic_packet | pmdr::pme_status);
}

TEST_F(WakeUpTest, MagicSequenceMayStandAnywhere) {
    configure(alternatives_byte, magic_on);
    sleep();
    unsigned woken = 0;
    for (std::size_t at : {14u, 15u, 16u, 17u, 18u, 19u, 42u, 1412u}) {
        chip.receive(magic_packet(at));
        EXPECT_EQ(host.pme_events, ++woken) << at;
    }
    Bytes longer_run = magic_packet();
    longer_run.insert(longer_run.begin() + 14, 3, 0xff);
    chip.receive(longer_run);
    EXPECT_EQ(host.pme_events, ++woken);
}

TEST_F(WakeUpTest, AndIsFoundThereInD0) {
    configure(alternatives_byte, magic_on);
    for (std::size_t at = 14; at <= 1412; at++) {
        Bytes frame = magic_packet(at);
        for (const std::size_t bytes : {frame.size(), std::size_t{1514}}) {
            frame.resize(bytes);
            set_csr8(csr::pmdr, pmdr::magic_packet);
            chip.receive(frame);
            EXPECT_NE(pmdr() & pmdr::magic_packet, 0) << at << " of " << bytes;
        }
    }
}

TEST_F(WakeUpTest, AlmostMagicDoesNotWake) {
    configure(alternatives_byte, magic_on);
    sleep();
    Bytes cut = magic_packet();
    cut.pop_back();
    chip.receive(cut);
    for (std::size_t spoilt : {14u, 19u, 20u, 60u, 115u}) {
        Bytes frame = magic_packet();
        frame[spoilt] ^= 0x10;
        chip.receive(frame);
    }
    chip.receive(magic_packet(14, somebody_else));
    EXPECT_EQ(host.pme_events, 0u);
    EXPECT_EQ(pmdr(), 0);
}

TEST_F(WakeUpTest, MagicPacketMustPassTheAddressFilter) {
    configure(alternatives_byte, magic_on);
    sleep();
    chip.receive(magic_packet(14, mac, somebody_else));
    EXPECT_EQ(host.pme_events, 0u);
    chip.receive(magic_packet(14, mac, mac));
    EXPECT_EQ(host.pme_events, 1u);
}

TEST_F(WakeUpTest, DisabledMagicPacketIsOnlyReported) {
    configure(alternatives_byte, magic_off);
    sleep();
    chip.receive(magic_packet());
    EXPECT_EQ(host.pme_events, 0u);
    EXPECT_EQ(pmdr(), pmdr::magic_packet);
}

TEST_F(WakeUpTest, MagicPacketIsReportedInD0AndReceived) {
    configure(alternatives_byte, magic_on);
    const uint32_t rfd = start_receiving();
    chip.receive(magic_packet());
    EXPECT_EQ(host.pme_events, 1u);
    EXPECT_EQ(host.memory.read16(rfd), 0xa022);
}

TEST_F(WakeUpTest, NothingWakesBeforeTheFirstConfigure) {
    port(PortCommand::SoftwareReset);
    sleep();
    chip.receive(magic_packet(14, broadcast_address));
    EXPECT_EQ(host.pme_events, 0u);
}

TEST_F(WakeUpTest, NothingWakesWithoutLinkOrWithCsmaDisabled) {
    configure(alternatives_byte, magic_on);
    sleep();
    chip.link_changed(false);
    chip.receive(magic_packet());
    chip.link_changed(true);
    EXPECT_EQ(host.pme_events, 0u);
    sleep(PowerState::D0);
    Bytes bytes = linux_configuration();
    bytes[8] = 0x81;
    bytes[alternatives_byte] = magic_on;
    execute(Opcode::Configure, bytes);
    sleep();
    chip.receive(magic_packet());
    EXPECT_EQ(host.pme_events, 0u);
}

TEST_F(WakeUpTest, FramesBelowD0AreNotReceived) {
    const uint32_t rfd = start_receiving();
    sleep(PowerState::D1);
    host.forget();
    EXPECT_EQ(chip.receive(frame_to(mac)), Receive::Taken);
    EXPECT_EQ(host.memory.read16(rfd), 0);
    EXPECT_TRUE(host.writes().empty());
    EXPECT_EQ(host.count_traced(TraceEvent::RxFiltered), 1u);
    sleep(PowerState::D0);
    chip.receive(frame_to(mac));
    EXPECT_EQ(host.memory.read16(rfd), 0xa020);
    EXPECT_EQ(counter(Counter::RxGoodFrames), 1u);
}

TEST_F(WakeUpTest, LinkChangeIsReportedAndWakesOnDemand) {
    chip.link_changed(false);
    EXPECT_EQ(host.pme_events, 0u);
    EXPECT_EQ(pmdr(), pmdr::link_changed);
    configure(link_byte, 0x20);
    chip.link_changed(true);
    EXPECT_EQ(host.pme_events, 1u) << "in D0, too";
    sleep();
    chip.link_changed(false);
    EXPECT_EQ(host.pme_events, 2u);
    EXPECT_EQ(pmdr(), pmdr::link_changed | pmdr::pme_status);
}

TEST_F(WakeUpTest, PmdrBitsAreClearedByOnes) {
    configure(alternatives_byte, magic_on);
    chip.link_changed(false);
    chip.link_changed(true);
    chip.receive(magic_packet());
    ASSERT_EQ(pmdr(), pmdr::link_changed | pmdr::magic_packet | pmdr::pme_status);
    set_csr8(csr::pmdr, 0);
    set_csr8(csr::pmdr, pmdr::link_changed);
    EXPECT_EQ(pmdr(), pmdr::magic_packet | pmdr::pme_status);
    EXPECT_TRUE(host.pme);
    set_csr32(csr::early_rx, 0x01000000); // PMDR as the dword's last byte
    EXPECT_EQ(pmdr(), pmdr::magic_packet);
    EXPECT_FALSE(host.pme) << "PMCSR follows";
    set_csr8(csr::pmdr, pmdr::pme_status);
    EXPECT_EQ(pmdr(), pmdr::magic_packet);
}

TEST_F(WakeUpTest, PmcsrClearsPmdr) {
    configure(alternatives_byte, magic_on);
    chip.receive(magic_packet());
    chip.acknowledge_pme();
    EXPECT_EQ(pmdr(), pmdr::magic_packet);
    chip.acknowledge_pme();
}

TEST_F(WakeUpTest, EveryReasonIsAnEvent) {
    configure(alternatives_byte, magic_on);
    sleep();
    chip.receive(magic_packet());
    chip.receive(magic_packet());
    EXPECT_EQ(host.pme_events, 2u) << "the status was set already";
}

TEST_F(WakeUpTest, ProgrammableFilterWakesOnlyBelowD0) {
    EXPECT_EQ(load_filters({0xc2000000}), 0xa000); // any frame to our address
    chip.receive(frame_to(mac));
    EXPECT_EQ(host.pme_events, 0u);
    sleep(PowerState::D1);
    chip.receive(frame_to(broadcast_address));
    EXPECT_EQ(host.pme_events, 0u);
    chip.receive(frame_to(mac));
    EXPECT_EQ(host.pme_events, 1u);
    EXPECT_EQ(pmdr(), pmdr::interesting_packet | pmdr::pme_status);
}

TEST_F(WakeUpTest, ShortFramesCountAsPadded) {
    load_filters({0x80000000, 1u << 31 | 1u << 12}); // bytes 12 and 31 are 00
    sleep();
    Bytes frame(mac.begin(), mac.end());
    frame.resize(20);
    chip.receive(frame);
    EXPECT_EQ(host.pme_events, 1u);
    EXPECT_EQ(chip.receive(Bytes(3)), Receive::Taken);
    EXPECT_EQ(chip.receive({}), Receive::Taken);
}

TEST_F(WakeUpTest, MalformedFiltersFailAndLeaveTheOldOnes) {
    load_filters({0xc2000000});
    EXPECT_EQ(load_filters({0x10000000}), 0x8000);
    EXPECT_FALSE(host.guest_errors.empty());
    sleep();
    chip.receive(frame_to(mac));
    EXPECT_EQ(host.pme_events, 1u);
}

TEST_F(WakeUpTest, FilterListIsReadNoFurtherThanItsEnd) {
    const uint32_t any = 0x42000000, last = 0xc2000000;
    host.memory.refuse(area + 8 + 7 * 4, 4096);
    EXPECT_EQ(load_filters({any, any, any, any, any, any, last, any}), 0xa000);
    EXPECT_EQ(load_filters({any, any, any, any, any, any, any, last}), 0x8000);
    host.memory.refuse_nothing();
}

TEST_F(WakeUpTest, FiltersSurviveASelectiveResetOnly) {
    load_filters({0xc2000000});
    port(PortCommand::SelectiveReset);
    sleep();
    chip.receive(frame_to(mac));
    EXPECT_EQ(host.pme_events, 1u);
    sleep(PowerState::D0);
    port(PortCommand::SoftwareReset);
    bring_up();
    sleep();
    chip.receive(frame_to(mac));
    EXPECT_EQ(host.pme_events, 1u);
}

struct StoredFrame : WakeUpTest {
    static constexpr uint32_t at = 0x90000;
    void wake_by(const Bytes& frame) {
        bring_up();
        load_filters({0xc2000000});
        sleep();
        chip.receive(frame);
        sleep(PowerState::D0);
        chip.reset(ResetKind::Software); // what leaving D3 does
    }
    void dump() {
        host.memory.fill(at, 256, 0xee);
        port(PortCommand::DumpWakeUp, at);
    }
};

TEST_F(StoredFrame, IsDumped) {
    const Bytes frame = frame_to(mac, 98);
    wake_by(frame);
    host.forget();
    dump();
    EXPECT_EQ(host.memory.read32(at), 0xa000u);
    EXPECT_EQ(host.memory.read32(at + 4), 98u);
    EXPECT_EQ(host.memory.bytes(at + 8, 98), frame);
    EXPECT_EQ(host.memory.bytes(at + 106, 1), Bytes{0xee});
    const std::vector<std::pair<uint32_t, std::size_t>> order = {{at + 4, 4}, {at + 8, 98}, {0, 0}, {at, 4}};
    EXPECT_EQ(host.writes(), order) << "the completion comes last";
}

TEST_F(StoredFrame, IsCutTo120Bytes) {
    const Bytes frame = frame_to(mac, 121);
    wake_by(frame);
    dump();
    EXPECT_EQ(host.memory.read32(at + 4), 0xffu);
    EXPECT_EQ(host.memory.bytes(at + 8, 120), Bytes(frame.begin(), frame.begin() + 120));
    EXPECT_EQ(host.memory.bytes(at + 128, 1), Bytes{0xee});
    wake_by(frame_to(mac, 120));
    dump();
    EXPECT_EQ(host.memory.read32(at + 4), 120u);
}

TEST_F(StoredFrame, NoneIsDumpedAsNone) {
    dump();
    EXPECT_EQ(host.memory.read32(at), 0xa000u);
    EXPECT_EQ(host.memory.read32(at + 4), 0u);
}

TEST_F(StoredFrame, OfAnEarlierSleepIsForgotten) {
    wake_by(frame_to(mac));
    sleep();
    sleep(PowerState::D0);
    dump();
    EXPECT_EQ(host.memory.read32(at + 4), 0u);
}

TEST_F(StoredFrame, MagicPacketIsNotStored) {
    configure(alternatives_byte, magic_on);
    sleep();
    chip.receive(magic_packet());
    sleep(PowerState::D0);
    dump();
    EXPECT_EQ(host.memory.read32(at + 4), 0u);
}

TEST_F(StoredFrame, MigratesWithFiltersAndPmdr) {
    wake_by(frame_to(mac, 98));
    bring_up();
    load_filters({0x42000000, 0xc2000000});
    StateRecord record;
    chip.save(record);
    WakeUpBench other("82559c");
    ASSERT_EQ(other.chip.restore(record), RestoreError::None);
    EXPECT_EQ(other.host.pme_events, 0u) << "nobody is woken a second time";
    EXPECT_TRUE(other.chip.pme_status());
    EXPECT_EQ(other.pmdr(), pmdr());
    other.port(PortCommand::DumpWakeUp, at);
    EXPECT_EQ(other.host.memory.bytes(at + 8, 98), frame_to(mac, 98));
    other.sleep();
    other.chip.receive(frame_to(mac));
    EXPECT_EQ(other.host.pme_events, 1u);
}

TEST_F(WakeUpTest, ImpossibleStatesAreRefused) {
    StateRecord record;
    chip.save(record);
    const auto refuses = [&](auto spoil) {
        StateRecord spoilt = record;
        spoil(spoilt);
        return chip.restore(spoilt) == RestoreError::BadWakeUp;
    };
    EXPECT_TRUE(refuses([](StateRecord& state) { state.wake_filter_count = 17; }));
    EXPECT_TRUE(refuses([](StateRecord& state) { state.wake_filter_count = 1; }));
    EXPECT_TRUE(refuses([](StateRecord& state) { state.wake_packet_length = 121; }));
    EXPECT_FALSE(refuses([](StateRecord& state) { state.wake_packet_length = 120; }));
}

TEST_F(WakeUpTest, HardwareResetClearsPmdr) {
    configure(alternatives_byte, magic_on);
    chip.receive(magic_packet());
    port(PortCommand::SoftwareReset);
    EXPECT_EQ(pmdr(), pmdr::magic_packet | pmdr::pme_status);
    chip.reset(ResetKind::Hardware);
    EXPECT_EQ(pmdr(), 0);
    EXPECT_FALSE(host.pme);
}

TEST(WakeUpWithAuxPower, HardwareResetKeepsPmdr) {
    FakeHost host;
    const auto eeprom = ChipBench::new_eeprom("82559c");
    Chip chip(host, *find_variant("82559c"), {.eeprom = eeprom, .aux_power = true});
    chip.link_changed(false);
    chip.reset(ResetKind::Hardware);
    EXPECT_EQ(chip.csr_read(csr::pmdr, 1), pmdr::link_changed);
}

TEST(WakeUpOn82559er, KnowsNoMagicPacket) {
    WakeUpBench er("82559er");
    er.configure(alternatives_byte, magic_on);
    er.sleep();
    er.chip.receive(magic_packet());
    EXPECT_EQ(er.host.pme_events, 0u);
    EXPECT_EQ(er.pmdr(), 0);
    er.sleep(PowerState::D0);
    EXPECT_EQ(er.load_filters({0xc2000000}), 0xa000);
    er.sleep();
    er.chip.receive(ChipBench::frame_to(ChipBench::mac));
    EXPECT_EQ(er.host.pme_events, 1u);
}

constexpr std::size_t arp_low_byte = 13, arp_high_byte = 14;

Bytes arp_request(uint8_t high, uint8_t low) {
    Bytes frame = ChipBench::frame_to(broadcast_address, 60);
    frame[13] = 0x06;
    frame[20] = 0;
    frame[21] = 1;
    frame[40] = high;
    frame[41] = low;
    return frame;
}

struct WakeUpOn82558b : testing::Test, WakeUpBench {
    WakeUpOn82558b() : WakeUpBench("82558b") {}
    unsigned events_of(const Bytes& frame) {
        host.pme_events = 0;
        sleep(PowerState::D2);
        chip.receive(frame);
        sleep(PowerState::D0);
        return host.pme_events;
    }
};

TEST_F(WakeUpOn82558b, IndividualAddress) {
    EXPECT_EQ(events_of(frame_to(mac)), 0u);
    configure(alternatives_byte, 0x87);
    EXPECT_EQ(events_of(frame_to(mac)), 1u);
    EXPECT_EQ(events_of(frame_to(broadcast_address)), 0u);
    EXPECT_EQ(pmdr(), pmdr::pme_status) << "it does not tell of reasons";
}

TEST_F(WakeUpOn82558b, Multicast) {
    configure(link_byte, 0x80);
    EXPECT_EQ(events_of(frame_to(some_multicast)), 0u) << "stopped by the filter";
    execute(Opcode::MulticastSetup, {6, 0, 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01});
    EXPECT_EQ(events_of(frame_to(some_multicast)), 1u);
    EXPECT_EQ(events_of(frame_to(broadcast_address)), 0u);
    configure(link_byte, 0);
    EXPECT_EQ(events_of(frame_to(some_multicast)), 0u);
}

TEST_F(WakeUpOn82558b, ArpRequest) {
    Bytes bytes = linux_configuration();
    bytes[link_byte] = 0x40;
    bytes[arp_low_byte] = 0x3d;
    bytes[arp_high_byte] = 0x3f;
    execute(Opcode::Configure, bytes);
    EXPECT_EQ(events_of(arp_request(0x3f, 0x3d)), 1u);
    EXPECT_EQ(events_of(arp_request(0x3d, 0x3f)), 0u);
    Bytes tagged = arp_request(0x3f, 0x3d);
    tagged.insert(tagged.begin() + 12, {0x81, 0x00, 0x00, 0x01});
    EXPECT_EQ(events_of(tagged), 0u);
    bytes[link_byte] = 0x50;
    execute(Opcode::Configure, bytes);
    EXPECT_EQ(events_of(tagged), 1u);
}

TEST_F(WakeUpOn82558b, Link) {
    configure(link_byte, 0x20);
    sleep();
    chip.link_changed(false);
    EXPECT_EQ(host.pme_events, 1u);
}

TEST_F(WakeUpOn82558b, HasNoProgrammableFilters) { EXPECT_EQ(load_filters({0xc2000000}), 0x8000); }

TEST(WakeUpOn82558a, AnyAddressInD1) {
    WakeUpBench bench("82558a");
    bench.configure(alternatives_byte, 0x87);
    bench.sleep(PowerState::D1);
    bench.chip.receive(ChipBench::frame_to(somebody_else));
    EXPECT_EQ(bench.host.pme_events, 0u);
    bench.chip.receive(ChipBench::frame_to(broadcast_address));
    EXPECT_EQ(bench.host.pme_events, 1u);
    bench.sleep(PowerState::D3);
    bench.chip.receive(ChipBench::frame_to(broadcast_address));
    EXPECT_EQ(bench.host.pme_events, 1u) << "no PME from D2 and D3";
}

TEST(WakeUpOn82557, IsSilent) {
    WakeUpBench bench("82557b");
    bench.chip.receive(magic_packet());
    bench.chip.link_changed(false);
    EXPECT_EQ(bench.host.pme_events, 0u);
    EXPECT_EQ(bench.csr8(csr::pmdr), 0);
}

} // namespace
} // namespace i8255x
