// SPDX-License-Identifier: GPL-2.0-or-later
// Control/status registers (SDM 6.3): the one declaration of each register and its bits. The same layout
// appears behind BAR0 (memory) and BAR1 (I/O).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace i8255x {

inline constexpr uint32_t csr_size = 64; // bytes that carry registers; the memory BAR is a 4 KiB page

namespace csr {
inline constexpr uint32_t scb_status = 0x00;
inline constexpr uint32_t stat_ack = 0x01;
inline constexpr uint32_t scb_command = 0x02;
inline constexpr uint32_t interrupt_control = 0x03;
inline constexpr uint32_t general_pointer = 0x04;
inline constexpr uint32_t port = 0x08;
inline constexpr uint32_t flash_control = 0x0c;
inline constexpr uint32_t eeprom_control = 0x0e;
inline constexpr uint32_t mdi_control = 0x10;
inline constexpr uint32_t rx_dma_byte_count = 0x14;
inline constexpr uint32_t early_rx = 0x18;
inline constexpr uint32_t fc_threshold = 0x19;
inline constexpr uint32_t fc_command = 0x1a;
inline constexpr uint32_t pmdr = 0x1b;
inline constexpr uint32_t general_control = 0x1c;
inline constexpr uint32_t general_status = 0x1d;
inline constexpr uint32_t general_control2 = 0x1e;
} // namespace csr

/// Generation of the family from which a register (or feature) exists; ordered oldest first.
enum class Generation : uint8_t { I82557, I82558, I82559, I82550 };

/// What is true of one register whatever unit implements it.
struct Register {
    std::string_view name;    ///< as the manual names it
    uint8_t offset;           ///< from the base of either BAR
    uint8_t width;            ///< bytes
    uint32_t writable;        ///< bits that software sets and that read back as written
    uint32_t clear_on_one;    ///< bits that a written 1 clears
    uint32_t reset;           ///< value after a hardware reset
    Generation since;         ///< older chips read 0 and ignore writes
    std::string_view section; ///< of the SDM
};

inline constexpr std::array registers = {
    Register{"SCB status", csr::scb_status, 1, 0, 0, 0, Generation::I82557, "6.3.2.1"},
    Register{"STAT/ACK", csr::stat_ack, 1, 0, 0xff, 0, Generation::I82557, "6.3.2.1"},
    Register{"SCB command", csr::scb_command, 1, 0, 0, 0, Generation::I82557, "6.3.2.2"},
    Register{"interrupt control", csr::interrupt_control, 1, 0xfd, 0, 0, Generation::I82557, "6.3.2.2"},
    Register{"SCB general pointer", csr::general_pointer, 4, 0xffffffff, 0, 0, Generation::I82557, "6.3.2.3"},
    Register{"PORT", csr::port, 4, 0, 0, 0, Generation::I82557, "6.3.3"},
    Register{"flash control", csr::flash_control, 2, 0xffff, 0, 0, Generation::I82557, "6.3.4"},
    Register{"EEPROM control", csr::eeprom_control, 1, 0x07, 0, 0x08, Generation::I82557, "6.3.4"},
    Register{"MDI control", csr::mdi_control, 4, 0x2fffffff, 0, 0x10200000, Generation::I82557, "6.3.5"},
    Register{"RX DMA byte count", csr::rx_dma_byte_count, 4, 0, 0, 0, Generation::I82557, "6.3.6"},
    Register{"early RX interrupt", csr::early_rx, 1, 0xff, 0, 0, Generation::I82558, "6.3.7"},
    Register{"flow control threshold", csr::fc_threshold, 1, 0x07, 0, 0, Generation::I82558, "6.3.8"},
    Register{"flow control command", csr::fc_command, 1, 0x02, 0, 0, Generation::I82558, "6.3.8"},
    Register{"PMDR", csr::pmdr, 1, 0, 0xe1, 0, Generation::I82558, "6.3.9"},
    Register{"general control", csr::general_control, 1, 0x03, 0, 0, Generation::I82559, "6.3.10"},
    Register{"general status", csr::general_status, 1, 0, 0, 0, Generation::I82559, "6.3.11"},
    Register{"general control 2", csr::general_control2, 1, 0x80, 0, 0, Generation::I82550, "6.3.10"},
};

/// The declaration of the register that begins at `offset`.
consteval Register register_at(uint32_t offset) {
    std::size_t i = 0;
    while (registers.at(i).offset != offset)
        i++;
    return registers[i];
}

/// SCB status byte (SDM 6.3.2.1).
enum class CuStatus : uint8_t { Idle = 0, Suspended = 1, Active = 2, ActiveHighPriority = 3 };
/// The last three are of the flexible mode: what they say first, and no free receive buffer (RBD) besides.
enum class RuStatus : uint8_t {
    Idle = 0,
    Suspended = 1,
    NoResources = 2,
    Ready = 4,
    SuspendedNoRbds = 9,
    NoResourcesNoRbds = 10,
    ReadyNoRbds = 12,
};
namespace scb_status {
inline constexpr uint8_t cus_shift = 6;
inline constexpr uint8_t rus_shift = 2;
inline constexpr uint8_t rus_mask = 0x3c;
inline constexpr uint8_t rus_no_resources = 0x08;
inline constexpr uint8_t rus_ready = 0x10;
} // namespace scb_status

/// STAT/ACK causes.
namespace stat {
inline constexpr uint8_t cx = 0x80;  ///< a command block with I completed
inline constexpr uint8_t fr = 0x40;  ///< frame received
inline constexpr uint8_t cna = 0x20; ///< command unit left the active state
inline constexpr uint8_t rnr = 0x10; ///< receive unit left the ready state
inline constexpr uint8_t mdi = 0x08; ///< management cycle done (only with MDI IE)
inline constexpr uint8_t swi = 0x04; ///< software wrote SI
inline constexpr uint8_t er = 0x02;  ///< early receive (>= 82558)
inline constexpr uint8_t fcp = 0x01; ///< PAUSE frame received (>= 82558)
inline constexpr uint8_t card_gone = 0xff;
} // namespace stat

/// Interrupt control byte: masks, software interrupt, master mask. ER and FCP sit crossed to the STAT byte.
namespace interrupt_control {
inline constexpr uint8_t mask_cx = 0x80;
inline constexpr uint8_t mask_fr = 0x40;
inline constexpr uint8_t mask_cna = 0x20;
inline constexpr uint8_t mask_rnr = 0x10;
inline constexpr uint8_t mask_er = 0x08;
inline constexpr uint8_t mask_fcp = 0x04;
inline constexpr uint8_t si = 0x02;
inline constexpr uint8_t mask_all = 0x01;
} // namespace interrupt_control

/// SCB command byte: CUC in bits 7:4, RUC in bits 2:0; never both in one write (SDM 6.5.1).
namespace scb_command {
inline constexpr uint8_t cuc_mask = 0xf0;
inline constexpr uint8_t must_be_zero = 0x08;
inline constexpr uint8_t ruc_mask = 0x07;
} // namespace scb_command
enum class CuCommand : uint8_t {
    Nop = 0x00,
    Start = 0x10,
    Resume = 0x20,
    HpqStart = 0x30,
    LoadDumpCountersAddress = 0x40,
    DumpCounters = 0x50,
    LoadBase = 0x60,
    DumpAndResetCounters = 0x70,
    StaticResume = 0xa0,
    HpqResume = 0xb0,
};
enum class RuCommand : uint8_t {
    Nop = 0,
    Start = 1,
    Resume = 2,
    DmaRedirect = 3,
    Abort = 4,
    LoadHeaderDataSize = 5,
    LoadBase = 6,
    RbdResume = 7,
};

/// PORT selectors, bits 3:0 of the dword; bits 31:4 are a 16-byte aligned absolute address (SDM 6.3.3).
enum class PortCommand : uint8_t {
    SoftwareReset = 0,
    SelfTest = 1,
    SelectiveReset = 2,
    Dump = 3,
    DumpWakeUp = 7
};
inline constexpr uint32_t port_selector_mask = 0xf;

/// Load Header Data Size: an even number of bytes that is not 0; the other bits of the general pointer are 0.
inline constexpr uint32_t header_data_size_mask = 0x3ffe;

/// RX DMA byte count: bytes left in the receive buffer, in steps of 8.
inline constexpr uint32_t rx_dma_byte_count_mask = 0x07f8;

/// Early RX interrupt: its unit is 8 bytes.
inline constexpr unsigned early_rx_shift = 3;

/// Self-test result area (SDM 6.3.3.2): dword 0 signature (non-zero when done), dword 1 result (0 = passed).
namespace self_test {
inline constexpr uint32_t general_failed = 0x1000;
inline constexpr uint32_t diagnose_failed = 0x20;
inline constexpr uint32_t register_failed = 0x08;
inline constexpr uint32_t rom_failed = 0x04;
} // namespace self_test

/// EEPROM control pins (SDM 6.3.4).
namespace eeprom_pin {
inline constexpr uint8_t sk = 0x01;   ///< clock
inline constexpr uint8_t cs = 0x02;   ///< chip select
inline constexpr uint8_t di = 0x04;   ///< to the EEPROM
inline constexpr uint8_t dout = 0x08; ///< from the EEPROM; reads 1 while it does not drive
} // namespace eeprom_pin

/// Flow control command/status (>= 82558, SDM 6.3.8).
namespace fc_command {
inline constexpr uint8_t paused_low = 0x10;
inline constexpr uint8_t paused = 0x08;
inline constexpr uint8_t full = 0x04;
inline constexpr uint8_t xoff = 0x02; ///< reads 1 until Xon is written
inline constexpr uint8_t xon = 0x01;  ///< write only
} // namespace fc_command

/// Power management driver register (>= 82558, SDM 6.3.9).
namespace pmdr {
inline constexpr uint8_t link_changed = 0x80;       ///< >= 82559
inline constexpr uint8_t magic_packet = 0x40;       ///< >= 82559, not on the embedded chips
inline constexpr uint8_t interesting_packet = 0x20; ///< >= 82559: a programmable filter matched
inline constexpr uint8_t pme_status = 0x01;         ///< the same bit as PMCSR 15
} // namespace pmdr

/// MDI control register (SDM 6.3.5).
namespace mdi {
inline constexpr uint32_t interrupt_enable = 1u << 29;
inline constexpr uint32_t ready = 1u << 28;
inline constexpr uint32_t opcode_write = 1u << 26;
inline constexpr uint32_t opcode_read = 2u << 26;
inline constexpr uint32_t opcode_mask = 3u << 26;
inline constexpr unsigned phy_shift = 21;
inline constexpr unsigned register_shift = 16;
inline constexpr uint32_t data_mask = 0xffff;
} // namespace mdi

/// General status (>= 82559): live link state.
namespace general_status {
inline constexpr uint8_t link_up = 0x01;
inline constexpr uint8_t speed_100 = 0x02;
inline constexpr uint8_t full_duplex = 0x04;
} // namespace general_status

} // namespace i8255x
