// SPDX-License-Identifier: GPL-2.0-or-later
// What a new card carries in its EEPROM (SDM 5).
#include "eeprom_image.h"

#include <algorithm>
#include <numeric>

#include "i8255x/eeprom.h"
#include "i8255x/phy.h"

namespace i8255x {
namespace {

// Bits 1:0: the board needs no work-around for the receiver of the 82557, which locks up after garbage in a
// preamble at either speed.
constexpr uint16_t compatibility = 0x0203;
constexpr uint16_t connector_rj45 = 0x0001;
constexpr uint16_t phy_82555 = 7 << 8;
constexpr uint16_t phy_needs_own_code = 0x4000;
constexpr uint16_t id_fixed_bit = 0x0080;
constexpr uint16_t intel = 0x8086;
constexpr uint16_t pro100_management_adapter = 0x000c;
constexpr uint16_t no_smbus_address = 0x00fe;

} // namespace

void build_eeprom(std::span<uint16_t> words, const Variant& variant, const MacAddress& mac) {
    std::ranges::fill(words, uint16_t{0});
    for (std::size_t i = 0; i < mac.size() / 2; i++)
        words[eeprom_word::mac + i] = static_cast<uint16_t>(mac[2 * i] | mac[2 * i + 1] << 8);
    words[eeprom_word::compatibility] = compatibility;
    words[eeprom_word::controller] = static_cast<uint16_t>(variant.eeprom_controller << 8 | connector_rj45);
    words[eeprom_word::primary_phy] = phy_82555 | phy_needs_own_code | internal_phy_address;
    words[eeprom_word::id] = eeprom_id_valid | id_fixed_bit;
    if (variant.pm_capabilities != 0)
        words[eeprom_word::id] |= eeprom_id_wake_on_lan;
    words[eeprom_word::subsystem_id] = pro100_management_adapter;
    words[eeprom_word::subsystem_vendor] = intel;
    if (words.size() > eeprom_word::smbus_address)
        words[eeprom_word::smbus_address] = no_smbus_address;
    const unsigned sum = std::accumulate(words.begin(), words.end(), 0u);
    words.back() = static_cast<uint16_t>(eeprom_checksum - sum);
}

} // namespace i8255x
