// SPDX-License-Identifier: GPL-2.0-or-later
// What a new card carries in its EEPROM (SDM 5).
#include "eeprom_image.h"

#include <algorithm>
#include <numeric>

#include "i8255x/eeprom.h"

namespace i8255x {
namespace {

// Bits 1:0: the board needs no work-around for the receiver of the 82557, which locks up after garbage in a
// preamble at either speed.
constexpr uint16_t compatibility = 0x0203;
constexpr uint16_t crossover_enable = 0x0080; // on an ICH: switch between MDI and MDI-X automatically
constexpr uint16_t connector_rj45 = 0x0001;
constexpr uint16_t id_fixed_bit = 0x0080;
constexpr uint16_t intel = 0x8086;
constexpr uint16_t no_smbus_address = 0x00fe;

} // namespace

void build_eeprom(std::span<uint16_t> words, const Variant& variant, const PhyModel& phy,
                  const MacAddress& mac) {
    std::ranges::fill(words, uint16_t{0});
    for (std::size_t i = 0; i < mac.size() / 2; i++)
        words[eeprom_word::mac + i] = static_cast<uint16_t>(mac[2 * i] | mac[2 * i + 1] << 8);
    words[eeprom_word::compatibility] = compatibility;
    if (phy.crossover_flag)
        words[eeprom_word::compatibility] |= crossover_enable;
    words[eeprom_word::controller] = static_cast<uint16_t>(variant.eeprom_controller << 8 | connector_rj45);
    words[eeprom_word::primary_phy] = phy.eeprom_record;
    words[eeprom_word::id] = eeprom_id_valid | id_fixed_bit;
    if ((variant.wake_events & wake_event::magic_packet) != 0)
        words[eeprom_word::id] |= eeprom_id_wake_on_lan;
    words[eeprom_word::subsystem_id] = variant.subsystem_id;
    words[eeprom_word::subsystem_vendor] = intel;
    if (words.size() > eeprom_word::smbus_address)
        words[eeprom_word::smbus_address] = no_smbus_address;
    const unsigned sum = std::accumulate(words.begin(), words.end(), 0u);
    words.back() = static_cast<uint16_t>(eeprom_checksum - sum);
}

} // namespace i8255x
