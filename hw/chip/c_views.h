/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What QEMU wants to know of a chip in its own words: the part of the EEPROM that shapes the PCI header, the
 * LEDs, and the receive filter that the guest configured.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "state_record.h"

#ifdef __cplusplus
extern "C" {
#endif

/* SDM 4.1.5, 4.1.11, 4.1.12: zeros unless the EEPROM says that its ID words are valid. */
struct i8255x_eeprom_identity {
    uint16_t subsystem_vendor, subsystem_id;
    bool overrides_revision;
    uint8_t revision_low; /* bits 2:0 of the revision then */
    bool boot_disabled;   /* no expansion ROM */
};

struct i8255x_receive_filter {
    bool promiscuous, broadcast, all_multicast;
    bool multicast_hash; /* some multicast groups pass */
    uint8_t address[6];
};

/* `eeprom` has 64 words or more. */
void i8255x_eeprom_identity(const uint16_t* eeprom, struct i8255x_eeprom_identity* identity);
/*
 * What the activity and the link LED show: "activity,link" unless the guest has changed it (MII register 27,
 * as `ethtool -p` does). A literal.
 */
const char* i8255x_leds(const struct i8255x_state* state);
void i8255x_receive_filter(const struct i8255x_state* state, struct i8255x_receive_filter* filter);

#ifdef __cplusplus
}
#endif
