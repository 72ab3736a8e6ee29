// SPDX-License-Identifier: GPL-2.0-or-later
// A whole chip on a FakeHost, used through its registers and guest memory as a driver does.
#pragma once

#include <initializer_list>
#include <string_view>

#include "chip/chip.h"
#include "chip/eeprom_image.h"
#include "fake_host.h"
#include "i8255x/command_block.h"
#include "i8255x/csr.h"
#include "i8255x/phy.h"
#include "i8255x/rfd.h"

namespace i8255x {

struct ChipBench {
    using Bytes = std::vector<uint8_t>;
    static constexpr MacAddress mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    static constexpr uint32_t area = 0x80000; ///< for whoever needs some memory

    /// What Linux configures on an 82559.
    static Bytes linux_configuration() {
        return {0x16, 0x08, 0x00, 0x01, 0x00, 0x00, 0x26, 0x07, 0x01, 0x00, 0x2e,
                0x00, 0x60, 0x00, 0xf2, 0x48, 0x00, 0x40, 0xfa, 0x86, 0x3f, 0x05};
    }
    static std::vector<uint16_t> new_eeprom(std::string_view chip_name) {
        std::vector<uint16_t> words(64);
        build_eeprom(words, *find_variant(chip_name), mac);
        return words;
    }

    explicit ChipBench(std::string_view chip_name = default_variant, bool backpressure = false,
                       uint32_t wire_mbps = 0)
        : contents(new_eeprom(chip_name)),
          chip(host, *find_variant(chip_name),
               {.eeprom = contents, .backpressure = backpressure, .wire_mbps = wire_mbps}) {
        host.connect(chip);
    }

    uint8_t csr8(uint32_t offset) { return static_cast<uint8_t>(chip.csr_read(offset, 1)); }
    uint16_t csr16(uint32_t offset) { return static_cast<uint16_t>(chip.csr_read(offset, 2)); }
    uint32_t csr32(uint32_t offset) { return chip.csr_read(offset, 4); }
    void set_csr8(uint32_t offset, uint32_t value) { chip.csr_write(offset, 1, value); }
    void set_csr16(uint32_t offset, uint32_t value) { chip.csr_write(offset, 2, value); }
    void set_csr32(uint32_t offset, uint32_t value) { chip.csr_write(offset, 4, value); }

    void command(CuCommand what, uint32_t pointer = 0) { command_byte(static_cast<uint8_t>(what), pointer); }
    void command(RuCommand what, uint32_t pointer = 0) { command_byte(static_cast<uint8_t>(what), pointer); }
    void command_byte(uint8_t value, uint32_t pointer) {
        set_csr32(csr::general_pointer, pointer);
        set_csr8(csr::scb_command, value);
        EXPECT_EQ(csr8(csr::scb_command), 0) << "accepted";
    }
    void port(PortCommand what, uint32_t address = 0) {
        set_csr32(csr::port, address | static_cast<uint32_t>(what));
    }
    CuStatus cu() { return static_cast<CuStatus>(csr8(csr::scb_status) >> scb_status::cus_shift); }
    RuStatus ru() {
        return static_cast<RuStatus>((csr8(csr::scb_status) & scb_status::rus_mask) >> scb_status::rus_shift);
    }
    uint8_t stat() { return csr8(csr::stat_ack); }
    uint8_t take_stat() {
        const uint8_t causes = stat();
        set_csr8(csr::stat_ack, causes);
        return causes;
    }
    uint16_t phy_read(unsigned number) {
        set_csr32(csr::mdi_control, mdi::opcode_read | 1u << mdi::phy_shift | number << mdi::register_shift);
        return csr16(csr::mdi_control);
    }
    void phy_write(unsigned number, uint16_t value) {
        set_csr32(csr::mdi_control,
                  mdi::opcode_write | 1u << mdi::phy_shift | number << mdi::register_shift | value);
    }

    void put_block(uint32_t at, uint16_t command_word, uint32_t link, const Bytes& parameters = {}) {
        host.memory.write16(at, 0);
        host.memory.write16(at + 2, command_word);
        host.memory.write32(at + 4, link);
        host.memory.put(at + 8, parameters);
    }
    void put_rfd(uint32_t at, uint16_t command_word, uint32_t link, uint16_t size) {
        put_block(at, command_word, link);
        host.memory.write32(at + 8, no_rbd);
        host.memory.write32(at + 12, static_cast<uint32_t>(size) << 16);
    }
    /// Runs one command block with EL at `area`; its status word.
    uint16_t execute(Opcode opcode, const Bytes& parameters = {}) {
        put_block(area, static_cast<uint16_t>(cb_command::end_of_list | static_cast<uint16_t>(opcode)), 0,
                  parameters);
        command(CuCommand::Start, area);
        EXPECT_TRUE(host.run_command_unit());
        return host.memory.read16(area);
    }
    /// Configuration and address as Linux sets them; bases 0; no interrupt pending.
    void bring_up() {
        command(CuCommand::LoadBase, 0);
        command(RuCommand::LoadBase, 0);
        execute(Opcode::Configure, linux_configuration());
        execute(Opcode::IndividualAddress, Bytes(mac.begin(), mac.end()));
        take_stat();
    }
    /// Two RFDs that link to each other, the receive unit started at the first.
    uint32_t start_receiving(uint32_t at = area + 0x1002) {
        put_rfd(at, 0, at + 0x1000, 1522);
        put_rfd(at + 0x1000, 0, at, 1522);
        command(RuCommand::Start, at);
        return at;
    }
    static Bytes frame_to(const MacAddress& destination, std::size_t bytes = 98) {
        Bytes frame(destination.begin(), destination.end());
        frame.insert(frame.end(), {0x00, 0xaa, 0x00, 0x01, 0x02, 0x03, 0x08, 0x00});
        while (frame.size() < bytes)
            frame.push_back(static_cast<uint8_t>(frame.size() * 7));
        return frame;
    }
    /// A simplified frame in a block with EL.
    void transmit(const Bytes& frame) {
        put_block(area, cb_command::end_of_list | 4, 0);
        host.memory.write32(area + 8, no_tbd_array);
        host.memory.write32(area + 12, 0x00e08000 | static_cast<uint32_t>(frame.size()));
        host.memory.put(area + 32, frame); // behind the extended TCB
        command(CuCommand::Start, area);
        EXPECT_TRUE(host.run_command_unit());
    }
    uint32_t counter(Counter which) {
        command(CuCommand::LoadDumpCountersAddress, area + 0x800);
        command(CuCommand::DumpCounters);
        return host.memory.read32(area + 0x800 + 4 * static_cast<uint32_t>(which));
    }

    FakeHost host;
    std::vector<uint16_t> contents;
    Chip chip;
};

} // namespace i8255x
