// SPDX-License-Identifier: GPL-2.0-or-later
// Which chip of the family has what: the only place where chips are told apart (SDM 4.1, table 1; real cards'
// headers).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "i8255x/csr.h"

namespace i8255x {

struct Variant {
    std::string_view name; ///< as in the device property `chip=`
    std::string_view description;
    uint16_t device_id;
    uint8_t revision;
    Generation generation;
    bool bar0_prefetchable;
    uint8_t io_bar_bytes;
    uint32_t flash_bar_bytes;  ///< 0: no BAR2
    uint16_t pm_capabilities;  ///< PMC word at DEh; 0: no capability list
    uint16_t phy_id2;          ///< MII register 3
    uint16_t anar;             ///< MII register 4 after reset
    uint8_t eeprom_controller; ///< high byte of EEPROM word 5
    uint8_t pad_byte;          ///< fills short transmit frames
    bool checksum_word;        ///< can append one to received frames
};

std::span<const Variant> variants();
/// nullptr if no chip has that name.
const Variant* find_variant(std::string_view name);
inline constexpr std::string_view default_variant = "82559c";

} // namespace i8255x
