// SPDX-License-Identifier: GPL-2.0-or-later
// Configuration space as real cards show it (SDM 4.1; revisions and BARs as lspci printed them).
#include "e100_test.h"

namespace qtest {
namespace {

struct Card {
    const char* chip;
    uint16_t device_id;
    uint8_t revision;
    uint16_t status;
    bool prefetchable;
    uint32_t io_bytes, flash_bytes;
    uint8_t pm_version; // 0: no capability list
    friend std::ostream& operator<<(std::ostream& out, const Card& card) { return out << card.chip; }
};

constexpr uint32_t kib = 1024, mib = 1024 * kib;

const Card cards[] = {
    {"82557a", 0x1229, 0x01, 0x0280, true, 32, mib, 0},
    {"82557b", 0x1229, 0x02, 0x0280, true, 32, mib, 0},
    {"82558b", 0x1229, 0x05, 0x0290, true, 32, mib, 1},
    {"82559c", 0x1229, 0x08, 0x0290, false, 64, mib, 2},
    {"82559er", 0x1209, 0x09, 0x0290, false, 64, 128 * kib, 2},
    {"82550", 0x1229, 0x0c, 0x0290, false, 64, 128 * kib, 2},
    {"82551", 0x1229, 0x10, 0x0290, false, 64, 128 * kib, 2},
    {"82551er", 0x1209, 0x10, 0x0290, false, 64, 128 * kib, 2},
    {"82551qm", 0x1059, 0x10, 0x0290, false, 64, 128 * kib, 2},
    {"82801ba", 0x2449, 0x03, 0x0290, false, 64, 0, 2},
};

class PciHeader : public ::testing::TestWithParam<Card> {
  protected:
    E100Harness e100{{.properties = std::string("chip=") + GetParam().chip}};
};

TEST_P(PciHeader, Identity) {
    auto& pci = e100.pci();
    EXPECT_EQ(pci.read16(pci::vendor_id), 0x8086);
    EXPECT_EQ(pci.read16(pci::device_id), GetParam().device_id);
    EXPECT_EQ(pci.read8(pci::revision), GetParam().revision);
    EXPECT_EQ(pci.read32(pci::revision) >> 8, 0x020000u);
    EXPECT_EQ(pci.read16(pci::status), GetParam().status);
    EXPECT_EQ(pci.read8(pci::header_type), 0);
    EXPECT_EQ(pci.read8(pci::bist), 0);
    EXPECT_EQ(pci.read8(pci::interrupt_pin), 1);
    EXPECT_EQ(pci.read8(pci::min_grant), 0x08);
    EXPECT_EQ(pci.read8(pci::max_latency), 0x38);
}

TEST_P(PciHeader, BaseAddresses) {
    auto& pci = e100.pci();
    auto memory = pci.probe_bar(pci::bar0), io = pci.probe_bar(pci::bar0 + 4),
         flash = pci.probe_bar(pci::bar0 + 8);
    EXPECT_FALSE(memory.io);
    EXPECT_EQ(memory.size, 4 * kib);
    EXPECT_EQ(memory.prefetchable, GetParam().prefetchable);
    EXPECT_TRUE(io.io);
    EXPECT_EQ(io.size, GetParam().io_bytes);
    EXPECT_FALSE(flash.io);
    EXPECT_FALSE(flash.prefetchable);
    EXPECT_EQ(flash.size, GetParam().flash_bytes);
    for (uint8_t bar : {0x1c, 0x20, 0x24})
        EXPECT_EQ(pci.probe_bar(bar).size, 0u) << unsigned(bar);
}

TEST_P(PciHeader, PowerManagement) {
    auto& pci = e100.pci();
    if (GetParam().pm_version == 0) {
        EXPECT_EQ(pci.read8(pci::capabilities), 0);
        return;
    }
    ASSERT_EQ(pci.read8(pci::capabilities), 0xdc);
    EXPECT_EQ(pci.read16(0xdc), 0x0001); // PM, the last one
    uint16_t pmc = pci.read16(0xde);
    EXPECT_EQ(pmc & 7, GetParam().pm_version);
    EXPECT_EQ(pmc & 0x7e20, 0x7e20); // PME from D0 to D3hot, D1, D2, device specific initialisation
    EXPECT_EQ(pci.read16(0xe0) & 3, 0);
}

TEST_P(PciHeader, ExpansionRomOfThosePartsThatHaveOne) {
    const std::string chip = GetParam().chip;
    const bool none = chip == "82559er" || chip == "82551er" || chip == "82801ba";
    EXPECT_EQ(e100.pci().probe_bar(pci::rom).size == 0, none);
}

TEST_P(PciHeader, SubsystemAndMemoryWriteInvalidate) {
    auto& pci = e100.pci();
    const std::string chip = GetParam().chip;
    EXPECT_EQ(pci.read16(pci::subsystem_vendor), chip == "82557a" ? 0 : 0x8086);
    pci.write8(pci::cache_line_size, 0x08);
    pci.write16(pci::command, pci::command_mwi);
    const bool has = chip.substr(0, 5) != "82557";
    EXPECT_EQ(pci.read8(pci::cache_line_size), has ? 0x08 : 0);
    EXPECT_EQ(pci.read16(pci::command), has ? pci::command_mwi : 0);
}

INSTANTIATE_TEST_SUITE_P(Chips, PciHeader, ::testing::ValuesIn(cards),
                         [](const auto& info) { return std::string("Chip") + info.param.chip; });

class Pci : public E100Test {};

TEST_F(Pci, DefaultChipIsThe82559) {
    EXPECT_EQ(e100.pci().read16(pci::device_id), 0x1229);
    EXPECT_EQ(e100.pci().read8(pci::revision), 0x08);
}

TEST_F(Pci, OnlyImplementedCommandBitsStick) {
    auto& pci = e100.pci();
    pci.write16(pci::command, 0xffff); // INTx disable, too, is younger than the chip
    constexpr uint16_t implemented = pci::command_io | pci::command_memory | pci::command_master |
                                     pci::command_mwi | pci::command_parity | pci::command_serr;
    EXPECT_EQ(pci.read16(pci::command), implemented);
    pci.write16(pci::command, 0);
    EXPECT_EQ(pci.read16(pci::command), 0);
}

TEST_F(Pci, CacheLineSizeTakesTwoValues) {
    auto& pci = e100.pci();
    EXPECT_EQ(pci.read8(pci::cache_line_size), 0);
    for (uint8_t good : {0x08, 0x10}) {
        pci.write8(pci::cache_line_size, good);
        EXPECT_EQ(pci.read8(pci::cache_line_size), good);
    }
    for (uint8_t bad : {0x04, 0x20, 0xff, 0x18}) {
        pci.write8(pci::cache_line_size, bad);
        EXPECT_EQ(pci.read8(pci::cache_line_size), 0) << unsigned(bad);
    }
}

TEST_F(Pci, ReadWriteScratchFields) {
    auto& pci = e100.pci();
    pci.write8(pci::interrupt_line, 0x0b);
    pci.write8(pci::latency_timer, 0x40);
    EXPECT_EQ(pci.read8(pci::interrupt_line), 0x0b);
    EXPECT_EQ(pci.read8(pci::latency_timer), 0x40);
}

TEST_F(Pci, IdentityIsReadOnly) {
    auto& pci = e100.pci();
    uint32_t id = pci.read32(pci::vendor_id), subsystem = pci.read32(pci::subsystem_vendor);
    uint32_t revision = pci.read32(pci::revision);
    for (uint8_t offset : {pci::vendor_id, pci::subsystem_vendor, pci::revision, uint8_t(0x28)})
        pci.write32(offset, 0xffffffff);
    EXPECT_EQ(pci.read32(pci::vendor_id), id);
    EXPECT_EQ(pci.read32(pci::subsystem_vendor), subsystem);
    EXPECT_EQ(pci.read32(pci::revision), revision);
    EXPECT_EQ(pci.read32(0x28), 0u);
}

TEST_F(Pci, PmcsrKeepsPmeEnableAndPowerState) {
    auto& pci = e100.pci();
    constexpr uint8_t pmcsr = 0xe0;
    pci.write16(pmcsr, 0x0100);
    EXPECT_EQ(pci.read16(pmcsr) & 0x8103, 0x0100);
    pci.write16(pmcsr, 0x0003);
    EXPECT_EQ(pci.read16(pmcsr) & 0x8103, 0x0003);
    pci.write16(pmcsr, 0x0000);
    EXPECT_EQ(pci.read16(pmcsr) & 0x8103, 0x0000);
}

TEST_F(Pci, BootRomIsThereUnlessTakenOut) {
    EXPECT_GE(e100.pci().probe_bar(pci::rom).size, 64 * kib);
    E100Harness without({.properties = "romfile="});
    EXPECT_EQ(without.pci().probe_bar(pci::rom).size, 0u);
}

TEST_F(Pci, FlashIsNotTheRegisterBlock) {
    e100.set_csr32(csr::general_pointer, 0xcafe0000);
    EXPECT_NE(e100.qtest().read32(E100Harness::flash_bar + csr::general_pointer), 0xcafe0000u);
    e100.qtest().write32(E100Harness::flash_bar + csr::general_pointer, 0x11111111);
    EXPECT_EQ(e100.csr32(csr::general_pointer), 0xcafe0000u);
}

TEST_F(Pci, NoDmaWithoutBusMastering) {
    uint32_t area = memory.allocate(16);
    e100.port(PortCommand::SelfTest, area); // the card knows the way to this memory
    ASSERT_TRUE(wait_until([&] { return memory.read32(area) != 0; }));
    memory.write32(area, 0);
    memory.write32(area + 4, 0xffffffff);
    e100.pci().write16(pci::command, pci::command_io | pci::command_memory);
    e100.port(PortCommand::SelfTest, area);
    e100.settle();
    EXPECT_EQ(memory.read32(area), 0u);
    EXPECT_EQ(memory.read32(area + 4), 0xffffffffu);
    e100.pci().write16(pci::command, pci::command_memory | pci::command_master);
    e100.port(PortCommand::SelfTest, area);
    EXPECT_TRUE(wait_until([&] { return memory.read32(area) != 0; }));
    EXPECT_EQ(memory.read32(area + 4), 0u);
}

TEST_F(Pci, ConfigWritesOfAllWidthsReachTheCommandRegister) {
    auto& pci = e100.pci();
    pci.write8(pci::command, 0x06);
    EXPECT_EQ(pci.read16(pci::command), 0x0006);
    pci.write32(pci::command, 0xffff0007); // the status half clears on ones, nothing of it is set
    EXPECT_EQ(pci.read16(pci::command), 0x0007);
    EXPECT_EQ(pci.read16(pci::status) & 0x06f0, 0x0290);
}

} // namespace
} // namespace qtest
