// SPDX-License-Identifier: GPL-2.0-or-later
// Which chip of the family has what (SDM 4.1, table 1; real cards' headers).
#include "variants.h"

#include <algorithm>
#include <array>

namespace i8255x {
namespace {

constexpr uint16_t usual_device = 0x1229;
constexpr uint16_t embedded_device = 0x1209;

constexpr uint32_t flash_1m = 1024 * 1024;
constexpr uint32_t flash_128k = 128 * 1024;

// Power management capabilities without auxiliary power: no PME from D3cold (SDM 4.1.18).
constexpr uint16_t pm_82558a = 0x1f21; // PME from D0 and D1 only, needs the full PCI clock for it
constexpr uint16_t pm_version1 = 0x7e21;
constexpr uint16_t pm_version2 = 0x7e22;

// MII register 3: model and revision of the 82555, which the chips from the 82558 on have inside.
constexpr uint16_t phy_revision0 = 0x0150;
constexpr uint16_t phy_revision4 = 0x0154;

constexpr uint16_t all_modes = 0x01e1;
constexpr uint16_t all_modes_and_pause = 0x05e1;

constexpr Variant i82557(std::string_view name, std::string_view description, uint8_t revision) {
    return {.name = name,
            .description = description,
            .device_id = usual_device,
            .revision = revision,
            .generation = Generation::I82557,
            .bar0_prefetchable = true,
            .io_bar_bytes = 32,
            .flash_bar_bytes = flash_1m,
            .pm_capabilities = 0,
            .phy_id2 = phy_revision0,
            .anar = all_modes,
            .eeprom_controller = 1,
            .pad_byte = 0x7e,
            .checksum_word = false};
}

constexpr Variant i82558(std::string_view name, std::string_view description, uint8_t revision,
                         uint16_t pm_capabilities) {
    return {.name = name,
            .description = description,
            .device_id = usual_device,
            .revision = revision,
            .generation = Generation::I82558,
            .bar0_prefetchable = true,
            .io_bar_bytes = 32,
            .flash_bar_bytes = flash_1m,
            .pm_capabilities = pm_capabilities,
            .phy_id2 = phy_revision0,
            .anar = all_modes,
            .eeprom_controller = 2,
            .pad_byte = 0x00,
            .checksum_word = false};
}

struct Silicon {
    uint16_t device_id;
    uint8_t revision;
    Generation generation;
    uint32_t flash_bar_bytes;
};

constexpr Variant younger(std::string_view name, std::string_view description, const Silicon& silicon) {
    return {.name = name,
            .description = description,
            .device_id = silicon.device_id,
            .revision = silicon.revision,
            .generation = silicon.generation,
            .bar0_prefetchable = false,
            .io_bar_bytes = 64,
            .flash_bar_bytes = silicon.flash_bar_bytes,
            .pm_capabilities = pm_version2,
            .phy_id2 = phy_revision4,
            .anar = all_modes_and_pause,
            .eeprom_controller = 2,
            .pad_byte = 0x00,
            .checksum_word = silicon.device_id != embedded_device};
}

constexpr std::array all_variants = {
    i82557("82557a", "82557 A-step (PRO/100B)", 0x01),
    i82557("82557b", "82557 B-step (PRO/100B)", 0x02),
    i82557("82557c", "82557 C-step (PRO/100B)", 0x03),
    i82558("82558a", "82558 A-step (PRO/100+)", 0x04, pm_82558a),
    i82558("82558b", "82558 B-step (PRO/100+)", 0x05, pm_version1),
    younger("82559a", "82559 A-step (never shipped)", {usual_device, 0x06, Generation::I82559, flash_1m}),
    younger("82559b", "82559 B-step (never shipped)", {usual_device, 0x07, Generation::I82559, flash_1m}),
    younger("82559c", "82559 C-step (PRO/100+ Management)",
            {usual_device, 0x08, Generation::I82559, flash_1m}),
    younger("82559er", "82559ER (embedded)", {embedded_device, 0x09, Generation::I82559, flash_128k}),
    younger("82550", "82550 (PRO/100 S)", {usual_device, 0x0c, Generation::I82550, flash_128k}),
    younger("82551", "82551 (PRO/100 S; Linux wants microcode for it)",
            {usual_device, 0x10, Generation::I82550, flash_128k}),
};

} // namespace

std::span<const Variant> variants() { return all_variants; }

const Variant* find_variant(std::string_view name) {
    const auto* found = std::ranges::find(all_variants, name, &Variant::name);
    return found == all_variants.end() ? nullptr : found;
}

} // namespace i8255x
