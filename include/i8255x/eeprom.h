// SPDX-License-Identifier: GPL-2.0-or-later
// Word map of the serial EEPROM and its microwire instructions (SDM 5, 6.3.4).
#pragma once

#include <cstdint>

namespace i8255x {

namespace eeprom_word {
inline constexpr unsigned mac = 0x00; ///< 3 words; the low byte of word 0 is the first byte on the wire
inline constexpr unsigned compatibility = 0x03;
inline constexpr unsigned controller = 0x05; ///< high byte: 1 = 82557, 2 = 82558 or later
inline constexpr unsigned primary_phy = 0x06;
inline constexpr unsigned id = 0x0a;
inline constexpr unsigned subsystem_id = 0x0b;
inline constexpr unsigned subsystem_vendor = 0x0c;
inline constexpr unsigned smbus_address = 0x90;
} // namespace eeprom_word

inline constexpr uint16_t eeprom_checksum = 0xbaba; ///< 16-bit sum of all words, the last one included
inline constexpr uint16_t eeprom_id_valid_mask = 0xc000;
inline constexpr uint16_t eeprom_id_valid = 0x4000;
inline constexpr uint16_t eeprom_id_overrides_revision =
    0x2000;                                                ///< revision bits 2:0 come from the field below
inline constexpr uint16_t eeprom_id_boot_disable = 0x0800; ///< no expansion ROM
inline constexpr uint16_t eeprom_id_revision_mask = 0x0700;
inline constexpr unsigned eeprom_id_revision_shift = 8;
inline constexpr uint16_t eeprom_id_wake_on_lan = 0x0020;

/// Words 06h and 07h: the PHYs; bits 7:0 are the MDI address.
namespace eeprom_phy {
inline constexpr uint16_t serial_10_only = 0x8000;
inline constexpr uint16_t needs_own_code = 0x4000; ///< vendor specific code
inline constexpr unsigned type_shift = 8;
inline constexpr uint16_t type_82503 = 3;
inline constexpr uint16_t type_82555 = 7;
inline constexpr uint16_t type_dp83840a = 10;
} // namespace eeprom_phy

/// The two bits behind the start bit.
enum class EepromOpcode : uint8_t { Extended = 0, Write = 1, Read = 2, Erase = 3 };
/// Top two address bits of an Extended instruction.
enum class EepromExtended : uint8_t { WriteDisable = 0, WriteAll = 1, EraseAll = 2, WriteEnable = 3 };

} // namespace i8255x
