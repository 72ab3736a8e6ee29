/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The chip for C: what hw/qemu builds a QEMU device from. Every function is the one of the same name in
 * chip.h or host.h; see there for units and ownership.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "state_record.h"

#ifdef __cplusplus
extern "C" {
#endif

struct i8255x_chip; /* a chip */

enum { I8255X_MAX_SEND_PARTS = 8 };

enum i8255x_large_packets { /* LargePackets */
                            I8255X_LARGE_REFUSED,
                            I8255X_LARGE_CUT,
                            I8255X_LARGE_TAKEN,
};
struct i8255x_segmentation { /* Segmentation */
    size_t tcp, payload, most;
};

/* The host's side; `opaque` is what i8255x_new() was given. */
struct i8255x_host {
    bool (*dma_read)(void* opaque, uint32_t address, void* into, size_t bytes);
    bool (*dma_write)(void* opaque, uint32_t address, const void* from, size_t bytes);
    void (*write_barrier)(void* opaque);
    void (*set_interrupt)(void* opaque, bool asserted);
    void (*set_pme)(void* opaque, bool status);
    void (*send)(void* opaque, const struct iovec* parts, int count);
    enum i8255x_large_packets (*large_packets)(void* opaque);
    void (*send_large)(void* opaque, const void* packet, size_t bytes, const struct i8255x_segmentation* how);
    void (*receive_possible)(void* opaque);
    int64_t (*now_ns)(void* opaque);
    void (*arm_timer)(void* opaque, unsigned timer, int64_t deadline_ns);
    void (*cancel_timer)(void* opaque, unsigned timer);
    void (*schedule_command_unit)(void* opaque);
    void (*eeprom_changed)(void* opaque, unsigned index, uint16_t value);
    void (*guest_error)(void* opaque, const char* what, uint32_t value);
    void (*show)(void* opaque, unsigned event, uint32_t a, uint32_t b);
};

/* What the PCI function in front of a chip looks like; strings live forever. */
struct i8255x_identity {
    const char *name, *description;
    uint16_t device_id, pm_capabilities;
    uint8_t revision, io_bar_bytes;
    bool bar0_prefetchable;
    uint32_t flash_bar_bytes;
    bool expansion_rom;
    bool memory_write_invalidate; /* command bit 4 and the cache line size exist */
    bool eeprom_subsystem;        /* the subsystem IDs come from the EEPROM */
    bool large_eeprom;            /* 256 words are possible */
    uint16_t eeprom_words;        /* on a typical board */
};

/* Fills `identity` for the chip called `name`; false if there is none. */
bool i8255x_find(const char* name, struct i8255x_identity* identity);
/* Names of all chips, one after the other; NULL behind the last. */
const char* i8255x_name(unsigned index);
const char* i8255x_default_name(void);
/* Name of a trace event as in trace_event.h; NULL behind the last. */
const char* i8255x_trace_name(unsigned event);

/*
 * Names of the PHYs that a board with the chip called `chip_name` may have instead of the usual one, one
 * after the other; NULL behind the last.
 */
const char* i8255x_phy_name(const char* chip_name, unsigned index);

/* What is built around a chip. */
struct i8255x_options {
    const char* chip; /* name */
    const char* phy;  /* name, or NULL for the usual one */
    int64_t negotiation_ns;
    bool backpressure, aux_power;
    uint32_t wire_mbps; /* 0: frames take no time */
};

/*
 * Builds the EEPROM contents of a new card with chip and PHY of `options`, which exist: MAC address,
 * subsystem IDs, checksum. `words` is 64 or 256.
 */
void i8255x_default_eeprom(const struct i8255x_options* options, const uint8_t mac[6], uint16_t* eeprom,
                           size_t words);

/* NULL if there is no such chip, or no such PHY for it. `eeprom_words` is 64 or 256; they are copied, as is
 * `*host`.
 */
struct i8255x_chip* i8255x_new(const struct i8255x_host* host, void* opaque,
                               const struct i8255x_options* options, const uint16_t* eeprom,
                               size_t eeprom_words);
void i8255x_free(struct i8255x_chip* chip);

/* Whether its steps are shown to the host, which may change it; true at first. */
bool* i8255x_watched(struct i8255x_chip* chip);

uint32_t i8255x_csr_read(struct i8255x_chip* chip, uint32_t offset, unsigned width);
void i8255x_csr_write(struct i8255x_chip* chip, uint32_t offset, unsigned width, uint32_t value);
bool i8255x_can_receive(struct i8255x_chip* chip);
/* False: held back, offer the frame again after receive_possible(). */
bool i8255x_receive(struct i8255x_chip* chip, const void* frame, size_t bytes);
void i8255x_run_command_unit(struct i8255x_chip* chip);
/* False: the timer's work goes on below D0, too. */
bool i8255x_timer_needs_power(unsigned timer);
void i8255x_timer_fired(struct i8255x_chip* chip, unsigned timer);
void i8255x_link_changed(struct i8255x_chip* chip, bool up);
void i8255x_hardware_reset(struct i8255x_chip* chip);
/* What a return from D3 to D0 does to the MAC; the PHY keeps its state. */
void i8255x_mac_reset(struct i8255x_chip* chip);
/* `state` 0 to 3: n of Dn. */
void i8255x_set_power_state(struct i8255x_chip* chip, unsigned state);
void i8255x_acknowledge_pme(struct i8255x_chip* chip);
bool i8255x_pme_status(const struct i8255x_chip* chip);
void i8255x_save(const struct i8255x_chip* chip, struct i8255x_state* state);
/* NULL on success, else one sentence without full stop that says what is wrong with the state. */
const char* i8255x_restore(struct i8255x_chip* chip, const struct i8255x_state* state);

#ifdef __cplusplus
}
#endif
