// SPDX-License-Identifier: GPL-2.0-or-later
// Which chip of the family has what (SDM 4.1, table 1; real cards' headers).
#include "variants.h"

#include <algorithm>
#include <array>

namespace i8255x {
namespace {

constexpr uint16_t usual_device = 0x1229;
constexpr uint16_t embedded_device = 0x1209; // 82559ER, 82551ER, 82551IT
constexpr uint16_t cardbus_device = 0x1029;
constexpr uint16_t mobile_device = 0x1059;

constexpr uint32_t flash_1m = 1024 * 1024;
constexpr uint32_t flash_128k = 128 * 1024;
constexpr uint32_t no_flash = 0;

// Power management capabilities without auxiliary power: no PME from D3cold (SDM 4.1.18).
constexpr uint16_t pm_82558a = 0x1f21; // PME from D0 and D1 only, needs the full PCI clock for it
constexpr uint16_t pm_version1 = 0x7e21;
constexpr uint16_t pm_version2 = 0x7e22;

constexpr uint16_t pro100b_tx = 0x0001;
constexpr uint16_t pro100_plus = 0x000a;
constexpr uint16_t pro100_management = 0x000c;
constexpr uint16_t pro100_s_desktop = 0x0040;
constexpr uint16_t pro100_ve = 0x3013;

constexpr uint16_t small_eeprom = 64;

constexpr uint8_t wake_82558a = wake_event::magic_packet | wake_event::any_address;
constexpr uint8_t wake_82558b = wake_event::magic_packet | wake_event::link | wake_event::individual_address |
                                wake_event::multicast | wake_event::arp;
constexpr uint8_t wake_embedded = wake_event::link | wake_event::programmable_filters;
constexpr uint8_t wake_82559 = wake_embedded | wake_event::magic_packet;

constexpr FeatureSet features_82557 = {Feature::ExpansionRom, Feature::EepromSubsystem, Feature::LargeEeprom};
constexpr FeatureSet features_82558 = features_82557.without({Feature::LargeEeprom});
constexpr FeatureSet features_82559 = features_82557.with({Feature::ReceiveChecksum});
constexpr FeatureSet features_82550 = features_82559.with({Feature::Offload});
constexpr FeatureSet features_ich = features_82559.without({Feature::ExpansionRom});

/// The micromachine is the same in all chips of one revision; those without a kind have no images.
constexpr MicrocodeKind microcode_for(uint8_t revision) {
    switch (revision) {
    case 0x04:
        return MicrocodeKind::D101A;
    case 0x05:
        return MicrocodeKind::D101B0;
    case 0x08:
        return MicrocodeKind::D101M;
    case 0x09:
        return MicrocodeKind::D101S;
    case 0x0c:
        return MicrocodeKind::D102B;
    case 0x0d:
        return MicrocodeKind::D102C;
    case 0x0f:
    case 0x10:
        return MicrocodeKind::D102E;
    default:
        return MicrocodeKind::None;
    }
}

constexpr Variant i82557(std::string_view name, std::string_view description, uint8_t revision,
                         FeatureSet features = features_82557) {
    return {.name = name,
            .description = description,
            .device_id = usual_device,
            .revision = revision,
            .generation = Generation::I82557,
            .features = features,
            .bar0_prefetchable = true,
            .io_bar_bytes = 32,
            .flash_bar_bytes = flash_1m,
            .pm_capabilities = 0,
            .wake_events = 0,
            .phy = &phy_model::i82555,
            .eeprom_controller = 1,
            .subsystem_id = pro100b_tx,
            .eeprom_words = small_eeprom,
            .pad_byte = 0x7e};
}

constexpr Variant i82558(std::string_view name, std::string_view description, uint8_t revision,
                         uint16_t pm_capabilities, uint8_t wake_events) {
    return {.name = name,
            .description = description,
            .device_id = usual_device,
            .revision = revision,
            .generation = Generation::I82558,
            .features = features_82558,
            .bar0_prefetchable = true,
            .io_bar_bytes = 32,
            .flash_bar_bytes = flash_1m,
            .pm_capabilities = pm_capabilities,
            .wake_events = wake_events,
            .phy = &phy_model::in_82558,
            .eeprom_controller = 2,
            .subsystem_id = pro100_plus,
            .eeprom_words = small_eeprom,
            .pad_byte = 0x00,
            .microcode = microcode_for(revision)};
}

struct Silicon {
    uint16_t device_id;
    uint8_t revision;
    Generation generation;
    FeatureSet features;
    uint32_t flash_bar_bytes;
    const PhyModel* phy;
    uint16_t subsystem_id;
};

constexpr Variant younger(std::string_view name, std::string_view description, const Silicon& silicon) {
    return {.name = name,
            .description = description,
            .device_id = silicon.device_id,
            .revision = silicon.revision,
            .generation = silicon.generation,
            .features = silicon.features,
            .bar0_prefetchable = false,
            .io_bar_bytes = 64,
            .flash_bar_bytes = silicon.flash_bar_bytes,
            .pm_capabilities = pm_version2,
            .wake_events = wake_82559,
            .phy = silicon.phy,
            .eeprom_controller = 2,
            .subsystem_id = silicon.subsystem_id,
            .eeprom_words = small_eeprom,
            .pad_byte = 0x00,
            .microcode = microcode_for(silicon.revision)};
}

constexpr Variant i82559(std::string_view name, std::string_view description, uint8_t revision,
                         uint16_t device_id = usual_device) {
    return younger(name, description,
                   {device_id, revision, Generation::I82559, features_82559, flash_1m, &phy_model::in_82559,
                    pro100_management});
}

constexpr Variant i82550(std::string_view name, std::string_view description, uint8_t revision,
                         uint16_t device_id = usual_device) {
    return younger(name, description,
                   {device_id, revision, Generation::I82550, features_82550, flash_128k, &phy_model::in_82550,
                    pro100_s_desktop});
}

/// The embedded parts know no magic packet, no checksums and no offload, and boot from no ROM.
constexpr Variant without_what_embedded_parts_lack(Variant variant) {
    variant.features =
        variant.features.without({Feature::ReceiveChecksum, Feature::Offload, Feature::ExpansionRom});
    variant.wake_events = wake_embedded;
    variant.flash_bar_bytes = flash_128k;
    return variant;
}

/// The LAN controller of an I/O controller hub: an 82559 to software, whatever its revision says, and the PHY
/// a chip of its own.
constexpr Variant in_ich(std::string_view name, std::string_view description, uint16_t device_id,
                         uint8_t revision) {
    return younger(
        name, description,
        {device_id, revision, Generation::I82559, features_ich, no_flash, &phy_model::i82562et, pro100_ve});
}

constinit const std::array all_variants = {
    // The A-step does not look for subsystem IDs (SDM 4.1.11).
    i82557("82557a", "82557 A-step (PRO/100B)", 0x01, features_82557.without({Feature::EepromSubsystem})),
    i82557("82557b", "82557 B-step (PRO/100B)", 0x02),
    i82557("82557c", "82557 C-step (PRO/100B)", 0x03),
    i82558("82558a", "82558 A-step (PRO/100+)", 0x04, pm_82558a, wake_82558a),
    i82558("82558b", "82558 B-step (PRO/100+)", 0x05, pm_version1, wake_82558b),
    i82559("82559a", "82559 A-step (never shipped)", 0x06),
    i82559("82559b", "82559 B-step (never shipped)", 0x07),
    i82559("82559c", "82559 C-step (PRO/100+ Management)", 0x08),
    without_what_embedded_parts_lack(i82559("82559er", "82559ER (embedded)", 0x09, embedded_device)),
    i82559("82559cardbus", "82559 (PCI/CardBus, mobile)", 0x08, cardbus_device),
    i82550("82550", "82550 (PRO/100 S)", 0x0c),
    i82550("82550c", "82550 C-step (PRO/100 S)", 0x0d),
    i82550("82551f", "82551 F-step (PRO/100 S; Linux wants microcode for it)", 0x0f),
    i82550("82551", "82551 (PRO/100 S; Linux wants microcode for it)", 0x10),
    i82550("82551qm", "82551QM (mobile; Linux wants microcode for it)", 0x10, mobile_device),
    i82550("82551it", "82551IT (industrial; Linux wants microcode for it)", 0x10, embedded_device),
    without_what_embedded_parts_lack(
        i82550("82551er", "82551ER (embedded; Linux wants microcode for it)", 0x10, embedded_device)),
    in_ich("82801ba", "82801BA, ICH2 (PRO/100 VE)", 0x2449, 0x03),
    in_ich("82801cam", "82801CAM, ICH3 (PRO/100 VE)", 0x1031, 0x42),
    in_ich("82801db", "82801DB, ICH4 (PRO/100 VE)", 0x103a, 0x82),
    in_ich("82801eb", "82801EB, ICH5 (PRO/100 VE)", 0x1050, 0x02),
    in_ich("82801fb", "82801FB, ICH6 (PRO/100 VE)", 0x1064, 0x03),
    in_ich("82801gb", "82801GB, ICH7 (PRO/100 VE)", 0x27dc, 0x01),
};

} // namespace

std::span<const Variant> variants() { return all_variants; }

const Variant* find_variant(std::string_view name) {
    const auto* found = std::ranges::find(all_variants, name, &Variant::name);
    return found == all_variants.end() ? nullptr : found;
}

} // namespace i8255x
