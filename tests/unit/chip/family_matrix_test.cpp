// SPDX-License-Identifier: GPL-2.0-or-later
// Every chip of the family against the matrix of features, as software finds them out (SDM 4.1, 6.3, 6.4;
// what drivers know of the parts for embedded use and of those inside an ICH). Nothing here asks
// hw/chip/variants.cpp who has what.
#include <algorithm>
#include <string>

#include "chip_bench.h"
#include "i8255x/configuration.h"
#include "i8255x/eeprom.h"

namespace i8255x {
namespace {

/// The columns of the matrix.
enum class Column : uint8_t { C557, C558A, C558B, C559, C559ER, C550, C551, C551ER, CICH };

struct Member {
    std::string_view name;
    Column column;
    uint16_t device_id;
    uint8_t revision;
    friend std::ostream& operator<<(std::ostream& out, const Member& chip) { return out << chip.name; }
};

const Member family[] = {
    {"82557a", Column::C557, 0x1229, 0x01},    {"82557b", Column::C557, 0x1229, 0x02},
    {"82557c", Column::C557, 0x1229, 0x03},    {"82558a", Column::C558A, 0x1229, 0x04},
    {"82558b", Column::C558B, 0x1229, 0x05},   {"82559a", Column::C559, 0x1229, 0x06},
    {"82559b", Column::C559, 0x1229, 0x07},    {"82559c", Column::C559, 0x1229, 0x08},
    {"82559er", Column::C559ER, 0x1209, 0x09}, {"82559cardbus", Column::C559, 0x1029, 0x08},
    {"82550", Column::C550, 0x1229, 0x0c},     {"82550c", Column::C550, 0x1229, 0x0d},
    {"82551f", Column::C551, 0x1229, 0x0f},    {"82551", Column::C551, 0x1229, 0x10},
    {"82551qm", Column::C551, 0x1059, 0x10},   {"82551it", Column::C551, 0x1209, 0x10},
    {"82551er", Column::C551ER, 0x1209, 0x10}, {"82801ba", Column::CICH, 0x2449, 0x03},
    {"82801cam", Column::CICH, 0x1031, 0x42},  {"82801db", Column::CICH, 0x103a, 0x82},
    {"82801eb", Column::CICH, 0x1050, 0x02},   {"82801fb", Column::CICH, 0x1064, 0x03},
    {"82801gb", Column::CICH, 0x27dc, 0x01},
};

class Matrix : public testing::TestWithParam<Member> {
  protected:
    Column column() const { return GetParam().column; }
    /// One row of the matrix: has this chip what the columns in `these` have?
    bool in(std::initializer_list<Column> these) const { return std::ranges::count(these, column()) > 0; }
    bool since_558() const { return column() != Column::C557; }
    bool since_559() const { return !in({Column::C557, Column::C558A, Column::C558B}); }
    const Variant& variant() const { return *find_variant(GetParam().name); }

    void configure(ChipBench& bench, std::initializer_list<std::pair<ConfigField, bool>> changes) {
        ChipBench::Bytes bytes = ChipBench::linux_configuration();
        if (!since_558()) { // as Linux does
            config_bit(bytes, config::standard_tcb, true);
            config_bit(bytes, config::standard_statistics, true);
        }
        for (auto [field, on] : changes)
            config_bit(bytes, field, on);
        ASSERT_EQ(bench.execute(Opcode::Configure, bytes), 0xa000);
    }
    static void config_bit(ChipBench::Bytes& bytes, ConfigField field, bool on) {
        if (field.byte >= bytes.size()) {
            bytes.resize(field.byte + 1u);
            bytes[0] = static_cast<uint8_t>(bytes.size());
        }
        bytes[field.byte] =
            static_cast<uint8_t>(on ? bytes[field.byte] | field.mask : bytes[field.byte] & ~field.mask);
    }
    static bool sticks(ChipBench& bench, uint32_t offset, uint8_t value) {
        bench.set_csr8(offset, value);
        return bench.csr8(offset) == value;
    }

    ChipBench bench{GetParam().name};
};

INSTANTIATE_TEST_SUITE_P(Chips, Matrix, testing::ValuesIn(family),
                         [](const auto& info) { return "i" + std::string(info.param.name); });

TEST(Family, IsCompleteInTheMatrix) {
    for (const Variant& variant : variants())
        EXPECT_EQ(std::ranges::count(family, variant.name, &Member::name), 1) << variant.name;
    EXPECT_EQ(variants().size(), std::size(family));
}

TEST_P(Matrix, Identity) {
    EXPECT_EQ(variant().device_id, GetParam().device_id);
    EXPECT_EQ(variant().revision, GetParam().revision);
}

TEST_P(Matrix, PciFunction) {
    const bool old = !since_559();
    EXPECT_EQ(variant().bar0_prefetchable, old);
    EXPECT_EQ(variant().io_bar_bytes, old ? 32 : 64);
    const uint32_t flash = in({Column::CICH})                                                 ? 0
                           : in({Column::C559ER, Column::C550, Column::C551, Column::C551ER}) ? 128 * 1024
                                                                                              : 1024 * 1024;
    EXPECT_EQ(variant().flash_bar_bytes, flash);
    EXPECT_EQ(variant().has(Feature::ExpansionRom), !in({Column::CICH, Column::C559ER, Column::C551ER}));
    EXPECT_EQ(variant().has(Feature::EepromSubsystem), GetParam().name != "82557a");
    EXPECT_EQ(variant().has(Feature::LargeEeprom), !in({Column::C558A, Column::C558B}));
}

TEST_P(Matrix, PowerManagementAndWakeUp) {
    EXPECT_EQ(variant().pm_capabilities, in({Column::C557})    ? 0
                                         : in({Column::C558A}) ? 0x1f21
                                         : in({Column::C558B}) ? 0x7e21
                                                               : 0x7e22);
    const auto wakes_by = [&](uint8_t event) { return (variant().wake_events & event) != 0; };
    const bool b_step = in({Column::C558B});
    EXPECT_EQ(wakes_by(wake_event::magic_packet), !in({Column::C557, Column::C559ER, Column::C551ER}));
    EXPECT_EQ(wakes_by(wake_event::link), !in({Column::C557, Column::C558A}));
    EXPECT_EQ(wakes_by(wake_event::any_address), in({Column::C558A}));
    EXPECT_EQ(wakes_by(wake_event::individual_address), b_step);
    EXPECT_EQ(wakes_by(wake_event::multicast), b_step);
    EXPECT_EQ(wakes_by(wake_event::arp), b_step);
    EXPECT_EQ(wakes_by(wake_event::programmable_filters), since_559());
}

TEST_P(Matrix, Ipcb) {
    bench.bring_up();
    configure(bench, {{config::standard_tcb, false}});
    constexpr uint32_t block = ChipBench::area, buffer = block + 0x100;
    bench.host.memory.put(block, ChipBench::Bytes(64));
    bench.put_block(block, cb_command::end_of_list | static_cast<uint16_t>(Opcode::Ipcb), 0);
    bench.host.memory.write32(block + 8, no_tbd_array);
    bench.host.memory.write32(block + 12, 0x01e00000);
    bench.host.memory.write32(block + 24, buffer);
    bench.host.memory.write32(block + 28, 100 | tbd_end_of_list_sdm);
    bench.command(CuCommand::Start, block);
    bench.host.run_command_unit();
    EXPECT_EQ(bench.host.sent.size(), in({Column::C550, Column::C551}) ? 1u : 0u);
}

TEST_P(Matrix, ExtendedRfd) {
    bench.bring_up();
    configure(bench, {{config::extended_rfd, true}, {config::gamla_receive, true}});
    const uint32_t rfd = bench.start_receiving();
    const auto frame = ChipBench::frame_to(ChipBench::mac, 98);
    bench.chip.receive(frame);
    const bool extended = in({Column::C550, Column::C551});
    EXPECT_EQ(bench.host.memory.bytes(rfd + (extended ? 32 : 16), 98), frame);
}

TEST_P(Matrix, HighPriorityQueue) {
    bench.put_block(ChipBench::area, cb_command::end_of_list, 0);
    bench.command(CuCommand::HpqStart, ChipBench::area);
    bench.host.run_command_unit();
    EXPECT_EQ(bench.host.memory.read16(ChipBench::area), since_558() ? 0xa000 : 0);
}

/// In between there is time only where the chip has the command.
TEST_P(Matrix, DmaRedirect) {
    bench.bring_up();
    const uint32_t rfd = bench.start_receiving();
    bench.host.memory.write16(rfd + 2, rfd_command::header);
    bench.command(RuCommand::LoadHeaderDataSize, 54);
    bench.chip.receive(ChipBench::frame_to(ChipBench::mac, 250));
    EXPECT_EQ((bench.host.memory.read16(rfd) & rfd_status::complete) == 0, since_558());
}

TEST_P(Matrix, Phy) {
    const uint16_t id2 = in({Column::CICH}) ? 0x0330 : since_559() ? 0x0154 : 0x0150;
    EXPECT_EQ(bench.phy_read(mii::id1), 0x02a8);
    EXPECT_EQ(bench.phy_read(mii::id2), id2);
    EXPECT_EQ(bench.phy_read(mii::anar), since_559() ? 0x05e1 : 0x01e1);
    bench.phy_write(mii::status_control, 0x8000);
    EXPECT_EQ(bench.phy_read(mii::status_control) >> 15, in({Column::C558A, Column::C558B}) ? 1 : 0)
        << "Bay flow control";
    bench.phy_write(mii::mdix_control, 0x0080);
    EXPECT_EQ((bench.phy_read(mii::mdix_control) & 0x80) != 0,
              in({Column::C550, Column::C551, Column::C551ER, Column::CICH}));
    EXPECT_EQ(bench.phy_read(mii::led_control), in({Column::CICH}) ? 0x8000 : 0);
    EXPECT_EQ(variant().phy->socket, in({Column::C557})   ? PhySocket::Mii
                                     : in({Column::CICH}) ? PhySocket::LanConnect
                                                          : PhySocket::Chip);
}

TEST_P(Matrix, SpecificInterruptMasks) {
    bench.set_csr8(csr::interrupt_control, interrupt_control::mask_cx);
    bench.put_block(ChipBench::area, cb_command::end_of_list | cb_command::interrupt, 0);
    bench.command(CuCommand::Start, ChipBench::area);
    bench.host.run_command_unit();
    EXPECT_NE(bench.stat() & stat::cx, 0);
    bench.set_csr8(csr::stat_ack, static_cast<uint8_t>(~stat::cx));
    EXPECT_EQ(bench.host.interrupt, !since_558());
}

TEST_P(Matrix, Registers) {
    EXPECT_EQ(sticks(bench, csr::early_rx, 0x21), since_558());
    EXPECT_EQ(sticks(bench, csr::fc_threshold, 0x05), since_558());
    EXPECT_EQ(sticks(bench, csr::fc_command, 0x02), since_558());
    EXPECT_EQ(sticks(bench, csr::general_control, 0x03), since_559());
    EXPECT_EQ(bench.csr8(csr::general_status), since_559() ? 0x07 : 0);
    EXPECT_EQ(sticks(bench, csr::general_control2, 0x80), in({Column::C550, Column::C551, Column::C551ER}));
}

TEST_P(Matrix, StaticResume) {
    const uint32_t first = ChipBench::area, second = first + 0x40;
    bench.put_block(first, cb_command::suspend, second);
    bench.put_block(second, cb_command::end_of_list, 0);
    bench.command(CuCommand::Start, first);
    bench.host.run_command_unit();
    ASSERT_EQ(bench.cu(), CuStatus::Suspended);
    bench.host.memory.write16(first + 2, 0);
    bench.command(CuCommand::StaticResume);
    bench.host.run_command_unit();
    EXPECT_EQ(bench.host.memory.read16(second), since_558() ? 0xa000 : 0);
}

TEST_P(Matrix, ExtendedTcb) {
    bench.bring_up();
    configure(bench, {{config::standard_tcb, false}});
    const auto frame = ChipBench::frame_to({2, 0, 0, 0, 0, 1});
    bench.transmit(frame); // behind an extended TCB
    ASSERT_EQ(bench.host.sent.size(), 1u);
    EXPECT_EQ(bench.host.sent[0] == frame, since_558());
}

TEST_P(Matrix, StatisticsFormats) {
    struct Format {
        bool standard, tco;
    };
    for (const Format& format : {Format{true, true}, {false, true}, {false, false}}) {
        configure(bench,
                  {{config::standard_statistics, format.standard}, {config::tco_statistics, format.tco}});
        const uint32_t at = ChipBench::area + 0x900;
        for (uint32_t i = 0; i < 96; i += 4)
            bench.host.memory.write32(at + i, 0);
        bench.command(CuCommand::LoadDumpCountersAddress, at);
        bench.command(CuCommand::DumpCounters);
        const uint32_t bytes = since_559() && format.tco ? 80 : !since_558() || format.standard ? 64 : 76;
        for (uint32_t completion : {64u, 76u, 80u})
            EXPECT_EQ(bench.host.memory.read32(at + completion), completion == bytes ? 0xa005u : 0u)
                << format.standard << format.tco << completion;
    }
}

TEST_P(Matrix, ReceiveChecksum) {
    bench.bring_up();
    configure(bench, {{config::rx_checksum, true}});
    const uint32_t rfd = bench.start_receiving();
    bench.chip.receive(ChipBench::frame_to(ChipBench::mac, 98));
    const bool has = in({Column::C559, Column::C550, Column::C551, Column::CICH});
    EXPECT_EQ(bench.host.memory.read16(rfd + 12) & 0x3fff, has ? 100 : 98);
}

TEST_P(Matrix, LongReceiveOk) {
    bench.bring_up();
    configure(bench, {{config::long_receive_ok, true}});
    const uint32_t rfd = bench.start_receiving();
    ChipBench::Bytes tagged = ChipBench::frame_to(ChipBench::mac, 1518);
    tagged[12] = 0x81;
    tagged[13] = 0x00;
    bench.chip.receive(tagged);
    EXPECT_EQ((bench.host.memory.read16(rfd) & rfd_status::ok) != 0, since_558());
}

TEST_P(Matrix, FilterAndWakeUpCommands) {
    bench.host.forget();
    EXPECT_EQ(bench.execute(Opcode::LoadFilter, {0, 0, 0, 0x80}), since_559() ? 0xa000 : 0x8000);
    bench.port(PortCommand::DumpWakeUp, ChipBench::area + 0x100);
    EXPECT_EQ(bench.host.guest_errors.size(), since_559() ? 0u : 2u);
}

TEST_P(Matrix, Padding) {
    bench.bring_up();
    configure(bench, {{config::standard_tcb, true}, {config::padding, true}});
    bench.put_block(ChipBench::area, cb_command::end_of_list | 4, 0);
    bench.host.memory.write32(ChipBench::area + 8, no_tbd_array);
    bench.host.memory.write32(ChipBench::area + 12, 0x00e08000 | 20);
    bench.command(CuCommand::Start, ChipBench::area);
    bench.host.run_command_unit();
    ASSERT_EQ(bench.host.sent.size(), 1u);
    ASSERT_GT(bench.host.sent[0].size(), 20u);
    EXPECT_EQ(bench.host.sent[0].back(), since_558() ? 0x00 : 0x7e);
}

TEST_P(Matrix, Eeprom) {
    EXPECT_EQ(bench.contents[eeprom_word::controller] >> 8, in({Column::C557}) ? 1 : 2);
    EXPECT_EQ((bench.contents[eeprom_word::compatibility] & 0x80) != 0, in({Column::CICH})) << "MDI-X";
    EXPECT_EQ((bench.contents[eeprom_word::id] & eeprom_id_wake_on_lan) != 0,
              !in({Column::C557, Column::C559ER, Column::C551ER}));
    EXPECT_EQ(bench.contents[eeprom_word::subsystem_id], in({Column::C557})                   ? 0x0001
                                                         : in({Column::C558A, Column::C558B}) ? 0x000a
                                                         : in({Column::C559, Column::C559ER}) ? 0x000c
                                                         : in({Column::CICH})                 ? 0x3013
                                                                                              : 0x0040);
}

} // namespace
} // namespace i8255x
