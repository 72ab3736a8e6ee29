// SPDX-License-Identifier: GPL-2.0-or-later
// The chip's EEPROM and configuration as the C side sees them.

#include "c_views.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "i8255x/configuration.h"
#include "i8255x/eeprom.h"
#include "i8255x/phy.h"

using namespace i8255x;

void i8255x_eeprom_identity(const uint16_t* eeprom, struct i8255x_eeprom_identity* identity) {
    const uint16_t id = eeprom[eeprom_word::id];

    *identity = {};
    if ((id & eeprom_id_valid_mask) != eeprom_id_valid)
        return;
    identity->boot_disabled = (id & eeprom_id_boot_disable) != 0;
    identity->subsystem_vendor = eeprom[eeprom_word::subsystem_vendor];
    identity->subsystem_id = eeprom[eeprom_word::subsystem_id];
    identity->overrides_revision = (id & eeprom_id_overrides_revision) != 0;
    identity->revision_low = static_cast<uint8_t>((id & eeprom_id_revision_mask) >> eeprom_id_revision_shift);
}

const char* i8255x_leds(const struct i8255x_state* state) {
    // SDM 7.3: activity LED, link LED.
    constexpr std::array modes = {"activity,link", "speed,collision", "speed,link", "activity,collision",
                                  "off,off",       "off,on",          "on,off",     "on,on"};
    return modes[state->phy[mii::led_control] & phy_led::mode];
}

void i8255x_receive_filter(const struct i8255x_state* state, struct i8255x_receive_filter* filter) {
    ConfigurationBytes bytes;

    std::copy(std::begin(state->configuration), std::end(state->configuration), bytes.begin());
    filter->promiscuous = config::promiscuous.is_set(bytes);
    filter->broadcast = !config::broadcast_disable.is_set(bytes);
    filter->all_multicast = config::multicast_all.is_set(bytes);
    filter->multicast_hash = std::any_of(std::begin(state->multicast_hash), std::end(state->multicast_hash),
                                         [](uint8_t b) { return b != 0; });
    std::copy(std::begin(state->individual_address), std::end(state->individual_address), filter->address);
}
