// SPDX-License-Identifier: GPL-2.0-or-later
// Control/status registers at every width, against their declaration in include/i8255x/csr.h; order of what
// one write of several bytes does (SDM 6.3).
#include <random>

#include "chip_bench.h"

namespace i8255x {
namespace {

using Image = std::array<uint8_t, csr_size>;

Image reset_image(Generation generation) {
    Image image{};
    for (const Register& which : registers)
        for (unsigned i = 0; i < which.width && which.since <= generation; i++)
            image[which.offset + i] = static_cast<uint8_t>(which.reset >> (8 * i));
    if (generation >= Generation::I82559)
        image[csr::general_status] = 7;
    return image;
}

uint32_t from(const Image& image, uint32_t offset, unsigned width) {
    uint32_t value = 0;
    for (unsigned i = 0; i < width && offset + i < csr_size; i++)
        value |= static_cast<uint32_t>(image[offset + i]) << (8 * i);
    return value;
}

/// Registers that only store.
bool plain(const Register& which) {
    return which.writable != 0 && which.offset != csr::interrupt_control &&
           which.offset != csr::mdi_control && which.offset != csr::eeprom_control &&
           which.offset != csr::fc_command;
}

class CsrOfChip : public testing::TestWithParam<const char*> {
  protected:
    ChipBench e100{GetParam()};
    Generation generation() const { return find_variant(GetParam())->generation; }
};

INSTANTIATE_TEST_SUITE_P(Chips, CsrOfChip, testing::Values("82557b", "82558b", "82559c", "82550"),
                         [](const auto& info) { return "Chip" + std::string(info.param); });

TEST_P(CsrOfChip, ResetValuesAtEveryWidthAndAlignment) {
    const Image image = reset_image(generation());
    for (unsigned width : {1u, 2u, 4u})
        for (uint32_t offset = 0; offset < csr_size; offset++)
            EXPECT_EQ(e100.chip.csr_read(offset, width), from(image, offset, width))
                << offset << " " << width;
}

TEST_P(CsrOfChip, YoungerRegistersReadZeroAndIgnoreWrites) {
    for (const Register& which : registers) {
        if (which.since <= generation())
            continue;
        for (unsigned i = 0; i < which.width; i++) {
            e100.set_csr8(which.offset + i, 0xff);
            EXPECT_EQ(e100.csr8(which.offset + i), 0) << which.name;
        }
    }
}

TEST_P(CsrOfChip, WritableBitsReadBackAndOthersStay) {
    for (const Register& which : registers) {
        if (!plain(which) || which.since > generation())
            continue;
        for (uint32_t value : {0xffffffffu, 0u, 0x5aa5a55au, 0xa55a5aa5u}) {
            e100.chip.csr_write(which.offset, which.width, value);
            EXPECT_EQ(e100.chip.csr_read(which.offset, which.width),
                      (value & which.writable) | (which.reset & ~which.writable))
                << which.name;
        }
    }
}

TEST_P(CsrOfChip, WritesTouchTheirByteLanesOnly) {
    std::mt19937 random(1);
    Image image = reset_image(generation()), writable{};
    for (const Register& which : registers)
        for (unsigned i = 0; i < which.width && plain(which) && which.since <= generation(); i++)
            writable[which.offset + i] = static_cast<uint8_t>(which.writable >> (8 * i));
    const uint32_t places[] = {csr::general_pointer, csr::flash_control, csr::early_rx, csr::general_control};
    for (int step = 0; step < 500; step++) {
        const unsigned width = 1u << random() % 3;
        const uint32_t offset = places[random() % 4] + random() % 4 / width * width;
        const auto crosses = [&](uint32_t at) { return offset <= at && at < offset + width; };
        if (crosses(csr::eeprom_control) || crosses(csr::fc_command))
            continue;
        const auto value = static_cast<uint32_t>(random());
        e100.chip.csr_write(offset, width, value);
        for (unsigned i = 0; i < width; i++)
            image[offset + i] = static_cast<uint8_t>((image[offset + i] & ~writable[offset + i]) |
                                                     (value >> (8 * i) & writable[offset + i]));
        for (uint32_t at : places)
            ASSERT_EQ(e100.csr32(at), from(image, at, 4)) << width << " bytes written at " << offset;
    }
}

struct CsrTest : testing::Test, ChipBench {};

TEST_F(CsrTest, NothingBehindTheRegisters) {
    for (uint32_t offset : {0x1fu, 0x20u, 0x30u, 0x3fu, 0x40u, 0x80u, 0xfffu, 0xfffffffcu, 0xffffffffu})
        for (unsigned width : {1u, 2u, 4u}) {
            chip.csr_write(offset, width, 0xffffffff);
            EXPECT_EQ(chip.csr_read(offset, width), 0u) << offset;
        }
    EXPECT_TRUE(host.guest_errors.empty());
}

TEST_F(CsrTest, ReadOnlyBytesIgnoreWrites) {
    for (uint32_t offset : {csr::scb_status, csr::general_status, csr::rx_dma_byte_count}) {
        const uint8_t before = csr8(offset);
        set_csr8(offset, static_cast<uint8_t>(~before));
        EXPECT_EQ(csr8(offset), before) << offset;
    }
}

TEST_F(CsrTest, ReadsHaveNoSideEffects) {
    set_csr8(csr::interrupt_control, interrupt_control::si);
    for (unsigned width : {1u, 2u, 4u})
        for (uint32_t offset = 0; offset < csr_size; offset++)
            chip.csr_read(offset, width);
    EXPECT_EQ(stat(), stat::swi);
    EXPECT_TRUE(host.interrupt);
}

TEST_F(CsrTest, InterruptControlReadsBackWithoutSi) {
    for (uint32_t value : {0xffu, 0xfdu, 0x54u, 0x02u, 0x01u, 0x00u}) {
        set_csr8(csr::interrupt_control, value);
        EXPECT_EQ(csr8(csr::interrupt_control), value & 0xfd);
    }
}

TEST_F(CsrTest, LinuxTriggersASoftwareInterruptWithTheOldMask) {
    set_csr8(csr::interrupt_control, interrupt_control::mask_all);
    set_csr8(csr::interrupt_control, csr8(csr::interrupt_control) | 0x02u);
    EXPECT_FALSE(host.interrupt);
    set_csr8(csr::interrupt_control, 0);
    EXPECT_TRUE(host.interrupt);
}

/// The old Linux driver writes command and masks as one word: the interrupt must find the mask in place.
TEST_F(CsrTest, AWordAtTheCommandSetsMasksFirst) {
    put_block(area, cb_command::end_of_list | cb_command::interrupt, 0);
    set_csr32(csr::general_pointer, area);
    set_csr16(csr::scb_command, 0x0110);
    host.run_command_unit();
    EXPECT_EQ(stat(), stat::cx | stat::cna);
    EXPECT_EQ(host.interrupt_edges, 0u);
    EXPECT_EQ(csr8(csr::interrupt_control), 0x01);
}

TEST_F(CsrTest, AMaskOnlyWordDisturbsNoUnit) {
    start_receiving();
    set_csr16(csr::scb_command, 0x0100);
    EXPECT_EQ(ru(), RuStatus::Ready);
    EXPECT_EQ(csr16(csr::scb_command), 0x0100);
}

TEST_F(CsrTest, AWordAtZeroOnlyAcknowledges) {
    set_csr8(csr::interrupt_control, interrupt_control::si);
    EXPECT_EQ(csr16(csr::scb_status), 0x0400);
    set_csr16(csr::scb_status, 0x04ff);
    EXPECT_EQ(csr16(csr::scb_status), 0);
    EXPECT_FALSE(host.interrupt);
}

TEST_F(CsrTest, ADwordAtZeroAcknowledgesMasksAndCommandsInThisOrder) {
    start_receiving();
    // Acknowledges everything, masks RNR, aborts the receive unit: its RNR is not acknowledged and is masked.
    set_csr32(csr::scb_status, 0x1004ff00);
    EXPECT_EQ(stat(), stat::rnr);
    EXPECT_EQ(host.interrupt_edges, 0u);
    EXPECT_EQ(ru(), RuStatus::Idle);
}

TEST_F(CsrTest, AnAcknowledgeDoesNotTakeTheSoftwareInterruptOfTheSameWrite) {
    set_csr32(csr::scb_status, 0x0200ff00);
    EXPECT_EQ(stat(), stat::swi);
}

TEST_F(CsrTest, ReservedCommandsAreAcceptedReportedAndIgnored) {
    for (uint8_t reserved : {0x08, 0x80, 0x90, 0xc0, 0xd0, 0xe0, 0xf0, 0x03, 0x07}) {
        host.forget();
        command_byte(reserved, 0x1000);
        EXPECT_EQ(csr16(csr::scb_status), 0) << unsigned{reserved};
        EXPECT_EQ(host.guest_errors.size(), 1u) << unsigned{reserved};
        EXPECT_FALSE(host.command_unit_scheduled);
    }
}

TEST_F(CsrTest, BothUnitsInOneCommandByteAreBothServed) {
    put_block(area, cb_command::suspend, 0);
    put_rfd(area, 0, area, 0);
    command_byte(0x11, area);
    EXPECT_EQ(cu(), CuStatus::Active);
    EXPECT_EQ(ru(), RuStatus::Ready);
    EXPECT_EQ(host.guest_errors.size(), 1u);
}

TEST_F(CsrTest, PortFiresWithItsHighestByte) {
    set_csr32(csr::general_pointer, 0x1000);
    for (uint32_t i = 0; i < 3; i++)
        set_csr8(csr::port + i, 0);
    EXPECT_EQ(csr32(csr::general_pointer), 0x1000u);
    set_csr8(csr::port + 3, 0);
    EXPECT_EQ(csr32(csr::general_pointer), 0u);
    EXPECT_TRUE(host.traced(TraceEvent::Reset));

    set_csr32(csr::general_pointer, 0x2000);
    set_csr16(csr::port, 2);
    EXPECT_EQ(csr32(csr::general_pointer), 0x2000u);
    set_csr16(csr::port + 2, 0);
    EXPECT_EQ(csr32(csr::general_pointer), 0u);
    EXPECT_EQ(host.trace_record.back().event, TraceEvent::CsrRead);
    EXPECT_EQ(csr32(csr::port), 0u) << "write only";
}

TEST_F(CsrTest, APortAddressInBytesIsPutTogether) {
    host.memory.write32(area + 4, 0xffffffff);
    const uint32_t value = area | static_cast<uint32_t>(PortCommand::SelfTest);
    for (uint32_t i = 0; i < 4; i++)
        set_csr8(csr::port + i, value >> (8 * i) & 0xff);
    EXPECT_NE(host.memory.read32(area), 0u);
    EXPECT_EQ(host.memory.read32(area + 4), 0u);
}

TEST_F(CsrTest, MdiFiresWithItsHighestByte) {
    const uint32_t cycle = 0x08220000;
    for (uint32_t i = 0; i < 3; i++)
        set_csr8(csr::mdi_control + i, cycle >> (8 * i) & 0xff);
    EXPECT_NE(csr16(csr::mdi_control), 0x02a8);
    set_csr8(csr::mdi_control + 3, cycle >> 24);
    EXPECT_EQ(csr16(csr::mdi_control), 0x02a8);
}

TEST_F(CsrTest, EepromPinsTakeWordsWithJunkAbove) {
    set_csr16(csr::eeprom_control, 0x4802);
    EXPECT_EQ(csr16(csr::eeprom_control), 0x000a);
    set_csr16(csr::eeprom_control, 0x4803);
    EXPECT_EQ(csr16(csr::eeprom_control), 0x000b);
}

TEST_F(CsrTest, XoffReadsUntilXon) {
    set_csr8(csr::fc_command, 0x02);
    EXPECT_EQ(csr8(csr::fc_command), 0x02);
    set_csr8(csr::fc_command, 0x00);
    EXPECT_EQ(csr8(csr::fc_command), 0x02);
    set_csr8(csr::fc_command, 0x01);
    EXPECT_EQ(csr8(csr::fc_command), 0x00);
}

TEST_F(CsrTest, PmdrTellsOfALinkChangeUntilCleared) {
    chip.link_changed(false);
    EXPECT_EQ(csr8(csr::pmdr), 0x80);
    set_csr8(csr::pmdr, 0x7f);
    EXPECT_EQ(csr8(csr::pmdr), 0x80);
    set_csr8(csr::pmdr, 0x80);
    EXPECT_EQ(csr8(csr::pmdr), 0x00);
    chip.link_changed(false);
    EXPECT_EQ(csr8(csr::pmdr), 0x00) << "no news";
}

TEST_F(CsrTest, GeneralStatusFollowsThePhy) {
    EXPECT_EQ(csr8(csr::general_status), 7);
    phy_write(mii::bmcr, 0);
    EXPECT_EQ(csr8(csr::general_status), 1);
    chip.link_changed(false);
    EXPECT_EQ(csr8(csr::general_status), 0);
}

TEST_F(CsrTest, TracesEachAccessOnce) {
    set_csr16(csr::scb_command, 0x0100);
    csr32(csr::scb_status);
    EXPECT_EQ(host.trace_record, (std::vector<FakeHost::Trace>{{TraceEvent::CsrWrite, 2, 0x0100},
                                                               {TraceEvent::CsrRead, 0, 0x01000000}}));
}

} // namespace
} // namespace i8255x
