// SPDX-License-Identifier: GPL-2.0-or-later
// Every control/status register: reset value, access widths, read-only and clear-on-one bits (SDM 6.3).
// Expectations come from the one declaration in include/i8255x/csr.h.
#include <random>

#include "e100_test.h"

namespace qtest {
namespace {

class Registers : public E100Test {
  protected:
    /// As a byte, word or dword access sees it.
    uint32_t read(uint32_t offset, unsigned width) {
        return width == 1 ? e100.csr8(offset) : width == 2 ? e100.csr16(offset) : e100.csr32(offset);
    }
    void write(uint32_t offset, unsigned width, uint32_t value) {
        if (width == 1)
            e100.set_csr8(offset, static_cast<uint8_t>(value));
        else if (width == 2)
            e100.set_csr16(offset, static_cast<uint16_t>(value));
        else
            e100.set_csr32(offset, value);
    }
};

/// What each of the 64 bytes reads after reset on a chip of `generation` with the link up.
std::array<uint8_t, csr_size> reset_image(Generation generation) {
    std::array<uint8_t, csr_size> image{};
    for (const Register& r : registers)
        for (unsigned i = 0; i < r.width && r.since <= generation; i++)
            image[r.offset + i] = static_cast<uint8_t>(r.reset >> (8 * i));
    if (generation >= Generation::I82559)
        image[csr::general_status] =
            general_status::link_up | general_status::speed_100 | general_status::full_duplex;
    return image;
}

uint32_t from_image(const std::array<uint8_t, csr_size>& image, uint32_t offset, unsigned width) {
    uint32_t value = 0;
    for (unsigned i = 0; i < width; i++)
        value |= static_cast<uint32_t>(image[offset + i]) << (8 * i);
    return value;
}

TEST_F(Registers, ResetValuesAtEveryWidth) {
    auto image = reset_image(Generation::I82559);
    for (unsigned width : {1u, 2u, 4u})
        for (uint32_t offset = 0; offset < csr_size; offset += width)
            EXPECT_EQ(read(offset, width), from_image(image, offset, width))
                << "offset " << offset << " width " << width;
}

TEST_F(Registers, IoBarShowsTheSameRegisters) {
    auto image = reset_image(Generation::I82559);
    for (uint16_t offset = 0; offset < csr_size; offset += 4)
        EXPECT_EQ(e100.qtest().inl(static_cast<uint16_t>(E100Harness::io_bar + offset)),
                  from_image(image, offset, 4));
    e100.qtest().outl(E100Harness::io_bar + csr::general_pointer, 0x12345678);
    EXPECT_EQ(e100.csr32(csr::general_pointer), 0x12345678u);
    e100.set_csr8(csr::general_pointer + 1, 0xab);
    EXPECT_EQ(e100.qtest().inb(E100Harness::io_bar + csr::general_pointer + 1), 0xab);
    e100.qtest().outb(E100Harness::io_bar + csr::interrupt_control, interrupt_control::si);
    EXPECT_EQ(e100.stat(), stat::swi);
}

/// The registers that software may write without starting anything.
bool plain(const Register& r) {
    return r.writable != 0 && r.offset != csr::interrupt_control && r.offset != csr::mdi_control &&
           r.offset != csr::eeprom_control && r.offset != csr::fc_command;
}

TEST_F(Registers, WritableBitsReadBackAndOthersStay) {
    for (const Register& r : registers) {
        if (!plain(r) || r.since > Generation::I82559)
            continue;
        uint32_t all = r.width == 4 ? 0xffffffff : (1u << (8 * r.width)) - 1;
        for (uint32_t value : {all, 0u, 0x5aa5a55au & all, 0xa55a5aa5u & all}) {
            write(r.offset, r.width, value);
            EXPECT_EQ(read(r.offset, r.width), (value & r.writable) | (r.reset & ~r.writable))
                << r.name << " SDM " << r.section << " written " << value;
        }
    }
}

TEST_F(Registers, WritesTouchTheirByteLanesOnly) {
    std::mt19937 random(1);
    std::array<uint8_t, csr_size> image = reset_image(Generation::I82559), writable{};
    for (const Register& r : registers)
        for (unsigned i = 0; i < r.width && plain(r) && r.since <= Generation::I82559; i++)
            writable[r.offset + i] = static_cast<uint8_t>(r.writable >> (8 * i));
    for (int step = 0; step < 200; step++) {
        unsigned width = 1u << random() % 3;
        uint32_t offsets[] = {csr::general_pointer, csr::flash_control, csr::early_rx, csr::general_control};
        uint32_t offset = offsets[random() % 4] + random() % 4 / width * width;
        bool effect = (offset <= csr::eeprom_control + 1 && offset + width > csr::eeprom_control) ||
                      (offset <= csr::fc_command && offset + width > csr::fc_command);
        if (effect)
            continue;
        auto value = static_cast<uint32_t>(random());
        write(offset, width, value);
        for (unsigned i = 0; i < width; i++)
            image[offset + i] = static_cast<uint8_t>((image[offset + i] & ~writable[offset + i]) |
                                                     (value >> (8 * i) & writable[offset + i]));
        for (uint32_t at : {csr::general_pointer, csr::flash_control, csr::early_rx, csr::general_control})
            ASSERT_EQ(e100.csr32(at), from_image(image, at, 4))
                << "after writing " << width << " at " << offset;
    }
}

TEST_F(Registers, ReadOnlyBytesIgnoreWrites) {
    for (uint32_t offset : {csr::scb_status, csr::general_status, csr::rx_dma_byte_count}) {
        uint8_t before = e100.csr8(offset);
        e100.set_csr8(offset, static_cast<uint8_t>(~before));
        EXPECT_EQ(e100.csr8(offset), before) << offset;
    }
    e100.set_csr32(csr::rx_dma_byte_count, 0xffffffff);
    EXPECT_EQ(e100.csr32(csr::rx_dma_byte_count), 0u);
}

TEST_F(Registers, NothingBehindTheDocumentedOnes) {
    for (uint32_t offset : {0x1fu, 0x20u, 0x2cu, 0x30u, 0x34u, 0x3cu, 0x40u, 0x80u, 0x7fcu, 0xffcu}) {
        uint32_t aligned = offset & ~3u;
        uint32_t before = e100.csr32(aligned);
        e100.set_csr8(offset, 0xff);
        EXPECT_EQ(e100.csr8(offset), 0) << offset;
        EXPECT_EQ(e100.csr32(aligned), before) << offset;
    }
}

TEST_F(Registers, ReadingHasNoSideEffects) {
    e100.set_interrupt_control(interrupt_control::si);
    for (unsigned width : {1u, 2u, 4u})
        for (uint32_t offset = 0; offset < csr_size; offset += width)
            read(offset, width);
    EXPECT_EQ(e100.stat(), stat::swi);
    EXPECT_TRUE(e100.interrupt());
}

TEST_F(Registers, CommandByteClearsItself) {
    e100.set_csr8(csr::scb_command, static_cast<uint8_t>(CuCommand::LoadDumpCountersAddress));
    EXPECT_TRUE(wait_until([&] { return e100.csr8(csr::scb_command) == 0; }));
    e100.set_csr8(csr::scb_command, 0);
    EXPECT_EQ(e100.csr8(csr::scb_command), 0);
}

TEST_F(Registers, ReservedCommandsAreAcceptedAndIgnored) {
    for (unsigned reserved : {0x08u, 0x80u, 0x90u, 0xc0u, 0xd0u, 0xe0u, 0xf0u}) {
        e100.set_csr8(csr::scb_command, static_cast<uint8_t>(reserved));
        EXPECT_TRUE(wait_until([&] { return e100.csr8(csr::scb_command) == 0; })) << reserved;
    }
    EXPECT_EQ(e100.csr16(csr::scb_status), 0);
    EXPECT_FALSE(e100.interrupt());
}

TEST_F(Registers, InterruptControlReadsBackWithoutSi) {
    const uint8_t written[] = {0xff, 0xfd, 0xa8, 0x54, 0x02, 0x01, 0x00};
    for (uint8_t value : written) {
        e100.set_interrupt_control(value);
        EXPECT_EQ(e100.csr8(csr::interrupt_control), value & ~interrupt_control::si);
    }
}

TEST_F(Registers, WordWriteCarriesCommandAndMask) {
    uint32_t block =
        memory.place(command_block(Opcode::Nop, cb_command::end_of_list | cb_command::interrupt, 0));
    e100.set_csr32(csr::general_pointer, block);
    unsigned before = e100.interrupts();
    // The mask must hold before the command's interrupt can appear (the old Linux driver writes it so).
    e100.set_csr16(csr::scb_command,
                   static_cast<uint16_t>(CuCommand::Start) | interrupt_control::mask_all << 8);
    EXPECT_TRUE(e100.wait_stat(stat::cx | stat::cna));
    EXPECT_EQ(e100.interrupts(), before);
    EXPECT_EQ(e100.csr8(csr::interrupt_control), interrupt_control::mask_all);
}

TEST_F(Registers, WordWriteAtZeroOnlyAcknowledges) {
    e100.set_interrupt_control(interrupt_control::si);
    uint16_t seen = e100.csr16(csr::scb_status);
    EXPECT_EQ(seen, stat::swi << 8);
    e100.set_csr16(csr::scb_status, static_cast<uint16_t>(seen | 0xff));
    EXPECT_EQ(e100.csr16(csr::scb_status), 0);
    EXPECT_FALSE(e100.interrupt());
}

TEST_F(Registers, DwordWriteAtZeroDoesAllThree) {
    e100.set_interrupt_control(interrupt_control::si);
    uint32_t block = memory.place(command_block(Opcode::Nop, cb_command::end_of_list, 0));
    e100.set_csr32(csr::general_pointer, block);
    uint32_t value = 0x000000ffu | stat::swi << 8 | static_cast<uint32_t>(CuCommand::Start) << 16 |
                     static_cast<uint32_t>(interrupt_control::mask_cx) << 24;
    e100.set_csr32(csr::scb_status, value);
    EXPECT_TRUE(e100.wait_stat(stat::cna));
    EXPECT_EQ(e100.stat(), stat::cna); // SWI acknowledged
    EXPECT_EQ(e100.csr8(csr::interrupt_control), interrupt_control::mask_cx);
    EXPECT_EQ(memory.read16(block), cb_status::complete | cb_status::ok);
}

TEST_F(Registers, PortFiresAtItsHighestByte) {
    e100.set_csr8(csr::early_rx, 0x55);
    e100.set_csr32(csr::general_pointer, 0x1000);
    for (uint32_t i = 0; i < 3; i++)
        e100.set_csr8(csr::port + i, 0);
    EXPECT_EQ(e100.csr32(csr::general_pointer), 0x1000u);
    e100.set_csr8(csr::port + 3, 0);
    EXPECT_EQ(e100.csr32(csr::general_pointer), 0u);

    e100.set_csr32(csr::general_pointer, 0x2000);
    e100.set_csr16(csr::port, static_cast<uint16_t>(PortCommand::SelectiveReset));
    EXPECT_EQ(e100.csr32(csr::general_pointer), 0x2000u);
    e100.set_csr16(csr::port + 2, 0);
    EXPECT_EQ(e100.csr32(csr::general_pointer), 0u);
}

TEST_F(Registers, MdiFiresAtItsHighestByte) {
    // Read of the PHY's identifier, byte by byte.
    uint32_t cycle = mdi::opcode_read | 1u << mdi::phy_shift | 2u << mdi::register_shift;
    for (uint32_t i = 0; i < 3; i++)
        e100.set_csr8(csr::mdi_control + i, static_cast<uint8_t>(cycle >> (8 * i)));
    EXPECT_NE(e100.csr32(csr::mdi_control) & mdi::data_mask, 0x02a8u);
    e100.set_csr8(csr::mdi_control + 3, static_cast<uint8_t>(cycle >> 24));
    EXPECT_TRUE(wait_until([&] { return (e100.csr32(csr::mdi_control) & mdi::ready) != 0; }));
    EXPECT_EQ(e100.csr32(csr::mdi_control) & mdi::data_mask, 0x02a8u);
}

TEST_F(Registers, PmdrAndAcknowledgeIgnoreOnesOfClearBits) {
    e100.set_csr8(csr::pmdr, 0xff);
    EXPECT_EQ(e100.csr8(csr::pmdr), 0);
    e100.acknowledge(0xff);
    EXPECT_EQ(e100.stat(), 0);
    EXPECT_FALSE(e100.interrupt());
}

/// Accesses that cross registers or their alignment must not disturb what they do not name.
TEST_F(Registers, MisalignedAccessesAreHarmless) {
    for (uint32_t offset = 0; offset < csr_size; offset++) {
        e100.csr16(offset);
        e100.csr32(offset);
    }
    e100.set_csr32(csr::general_pointer + 1, 0x44332211);
    EXPECT_EQ(e100.csr32(csr::general_pointer) & 0xffffff00, 0x33221100u);
    EXPECT_EQ(e100.cu(), CuStatus::Idle);
}

struct OldChip {
    const char* name;
    Generation generation;
    friend std::ostream& operator<<(std::ostream& out, const OldChip& chip) { return out << chip.name; }
};

class RegistersOfOlderChips : public ::testing::TestWithParam<OldChip> {};

TEST_P(RegistersOfOlderChips, YoungerRegistersReadZero) {
    E100Harness e100({.properties = std::string("chip=") + GetParam().name});
    auto image = reset_image(GetParam().generation);
    for (uint32_t offset = 0; offset < csr_size; offset += 4)
        EXPECT_EQ(e100.csr32(offset), from_image(image, offset, 4)) << offset;
    for (const Register& r : registers)
        for (unsigned i = 0; i < r.width && r.since > GetParam().generation; i++) {
            e100.set_csr8(r.offset + i, 0xff);
            EXPECT_EQ(e100.csr8(r.offset + i), 0) << r.name;
        }
}

INSTANTIATE_TEST_SUITE_P(Chips, RegistersOfOlderChips,
                         ::testing::Values(OldChip{"82557b", Generation::I82557},
                                           OldChip{"82558b", Generation::I82558},
                                           OldChip{"82550", Generation::I82550}),
                         [](const auto& info) { return std::string("Chip") + info.param.name; });

} // namespace
} // namespace qtest
