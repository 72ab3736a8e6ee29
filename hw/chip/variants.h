// SPDX-License-Identifier: GPL-2.0-or-later
// Which chip of the family has what: the only place where chips are told apart (SDM 4.1, table 1; real cards'
// headers).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "i8255x/csr.h"
#include "i8255x/features.h"
#include "phy_models.h"

namespace i8255x {

/// Which microcode images are for a chip, by Intel's names of the silicon.
enum class MicrocodeKind : uint8_t { None, D101A, D101B0, D101M, D101S, D102B, D102C, D102E };
/// What can wake the machine up, bits of Variant::wake_events.
namespace wake_event {
inline constexpr uint8_t magic_packet = 0x01;
inline constexpr uint8_t link = 0x02;
inline constexpr uint8_t any_address = 0x04;        ///< of the address filter's
inline constexpr uint8_t individual_address = 0x08; ///< this one alone
inline constexpr uint8_t multicast = 0x10;
inline constexpr uint8_t arp = 0x20; ///< for the IP address in the configuration
inline constexpr uint8_t programmable_filters = 0x40;
} // namespace wake_event

struct Variant {
    std::string_view name; ///< as in the device property `chip=`
    std::string_view description;
    uint16_t device_id;
    uint8_t revision;
    Generation generation; ///< what comes with age: registers, configuration bits, commands
    FeatureSet features;   ///< what does not
    bool bar0_prefetchable;
    uint8_t io_bar_bytes;
    uint32_t flash_bar_bytes;  ///< 0: no BAR2
    uint16_t pm_capabilities;  ///< PMC word at DEh; 0: no capability list
    uint8_t wake_events;       ///< bits of wake_event
    const PhyModel* phy;       ///< unless the board has another one for the same socket
    uint8_t eeprom_controller; ///< high byte of EEPROM word 5
    uint16_t subsystem_id;     ///< of a typical Intel board, in EEPROM word 0Bh
    uint16_t eeprom_words;     ///< on such a board
    uint8_t pad_byte;          ///< fills short transmit frames
    MicrocodeKind microcode = MicrocodeKind::None;

    constexpr bool has(Feature feature) const { return features.has(feature); }
};

std::span<const Variant> variants();
/// nullptr if no chip has that name.
const Variant* find_variant(std::string_view name);
inline constexpr std::string_view default_variant = "82559c";

} // namespace i8255x
