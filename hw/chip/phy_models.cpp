// SPDX-License-Identifier: GPL-2.0-or-later
// The PHYs of the family (SDM 7; identifiers as drivers know them).
#include "phy_models.h"

#include <algorithm>
#include <array>

#include "i8255x/eeprom.h"
#include "i8255x/phy.h"

namespace i8255x {
namespace {

constexpr uint16_t national = 0x2000;
constexpr uint16_t no_id = 0;

constexpr uint16_t all_modes = anar::modes | anar::selector_802_3;
constexpr uint16_t all_modes_and_pause = all_modes | anar::pause;

constexpr uint16_t record(uint16_t type, uint16_t flags) {
    return static_cast<uint16_t>(type << eeprom_phy::type_shift | flags | internal_phy_address);
}
constexpr uint16_t record_of_82555 = record(eeprom_phy::type_82555, eeprom_phy::needs_own_code);

constexpr PhyModel intel(std::string_view name, PhySocket socket, uint16_t id2, uint16_t anar) {
    return {.name = name,
            .socket = socket,
            .kind = PhyKind::Intel,
            .id1 = phy_id1,
            .id2 = id2,
            .anar = anar,
            .eeprom_record = record_of_82555,
            .bay_flow_control = false,
            .crossover = false,
            .crossover_flag = false};
}

constexpr PhyModel with_bay_flow_control(PhyModel model) {
    model.bay_flow_control = true;
    return model;
}

constexpr PhyModel with_crossover(PhyModel model) {
    model.crossover = true;
    model.crossover_flag = model.socket == PhySocket::LanConnect;
    return model;
}

} // namespace

namespace phy_model {

constinit const PhyModel i82555 = intel("82555", PhySocket::Mii, 0x0150, all_modes);
constinit const PhyModel dp83840 = {.name = "dp83840",
                                    .socket = PhySocket::Mii,
                                    .kind = PhyKind::National,
                                    .id1 = national,
                                    .id2 = 0x5c01,
                                    .anar = all_modes,
                                    .eeprom_record =
                                        record(eeprom_phy::type_dp83840a, eeprom_phy::needs_own_code),
                                    .bay_flow_control = false,
                                    .crossover = false,
                                    .crossover_flag = false};
constinit const PhyModel i82503 = {.name = "82503",
                                   .socket = PhySocket::Mii,
                                   .kind = PhyKind::Serial,
                                   .id1 = no_id,
                                   .id2 = no_id,
                                   .anar = 0,
                                   .eeprom_record =
                                       record(eeprom_phy::type_82503, eeprom_phy::serial_10_only),
                                   .bay_flow_control = false,
                                   .crossover = false,
                                   .crossover_flag = false};

constinit const PhyModel in_82558 = with_bay_flow_control(intel("", PhySocket::Chip, 0x0150, all_modes));
constinit const PhyModel in_82559 = intel("", PhySocket::Chip, 0x0154, all_modes_and_pause);
constinit const PhyModel in_82550 = with_crossover(intel("", PhySocket::Chip, 0x0154, all_modes_and_pause));

constinit const PhyModel i82562et =
    with_crossover(intel("82562et", PhySocket::LanConnect, 0x0330, all_modes_and_pause));
constinit const PhyModel i82562em =
    with_crossover(intel("82562em", PhySocket::LanConnect, 0x0320, all_modes_and_pause));
constinit const PhyModel i82562ek =
    with_crossover(intel("82562ek", PhySocket::LanConnect, 0x0310, all_modes_and_pause));

} // namespace phy_model

namespace {
constexpr std::array<const PhyModel*, 9> all_models = {
    &phy_model::i82555,   &phy_model::dp83840,  &phy_model::i82503,
    &phy_model::in_82558, &phy_model::in_82559, &phy_model::in_82550,
    &phy_model::i82562et, &phy_model::i82562em, &phy_model::i82562ek,
};
} // namespace

std::span<const PhyModel* const> phy_models() { return all_models; }

const PhyModel* find_phy(std::string_view name, PhySocket socket) {
    const auto found = std::ranges::find_if(all_models, [&](const PhyModel* model) {
        return model->socket == socket && model->name == name && !name.empty();
    });
    return found == all_models.end() ? nullptr : *found;
}

} // namespace i8255x
