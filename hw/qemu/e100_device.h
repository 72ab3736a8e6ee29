// SPDX-License-Identifier: GPL-2.0-or-later
// The state of one card in QEMU, and what the files of the device offer each other.
#pragma once

#include "compat.h"

#include "net/net.h"
#include "qemu/timer.h"

#include "chip/c_api.h"
#include "timeline_device.h"

#define TYPE_E100 "e100"
OBJECT_DECLARE_SIMPLE_TYPE(E100State, E100)

enum {
    E100_SMALL_EEPROM_WORDS = 64,
    E100_CHIP_NAME_BYTES = 16,
};

typedef struct E100Timer {
    QEMUTimer timer;
    E100State* card;
    unsigned index;
    int64_t deadline_ns; // the chip's; QEMU's may be earlier
    bool deferred;       // came due while the card was without power
} E100Timer;

// What may have to wait until the chip is left.
enum {
    E100_RUN_COMMAND_UNIT = 1 << 0,
    E100_RESET = 1 << 1,
    E100_FOLLOW_POWER = 1 << 2,
    E100_FLUSH = 1 << 3,        // frames that were held back
    E100_TAKE_ANSWERS = 1 << 4, // frames that came meanwhile
    E100_SAVE_EEPROM = 1 << 5,
    E100_TAKE_OVER_VNET_HEADER = 1 << 6, // the backend may cut large packets
};

// e100_dma.c: guest memory
typedef struct E100Dma {
    MemoryListener listener;
    MemoryRegionCache window; // of RAM; addresses in it count from `begin`
    uint64_t begin, bytes;    // 0 bytes: nothing is mapped
    // QEMU's lists of changed pages, a bit each, and where in them the card's address 0 would be
    const unsigned long* changed_pages[DIRTY_MEMORY_NUM];
    uint64_t offset_in_lists;
    unsigned page_bits;
} E100Dma;

struct E100State {
    PCIDevice parent_obj;

    // properties
    NICConf conf;
    char* chip_name;
    char* phy_name;
    uint32_t negotiation_ms;
    uint16_t eeprom_words;
    BlockBackend* eeprom_drive;
    bool backpressure;
    uint32_t wire_mbps; // 0: frames leave in no time

    struct i8255x_identity identity;
    struct i8255x_chip* chip;
    bool* watched; // the chip's
    Object* listener;
    NetClientInfo client_info;
    NICState* nic;           // NULL before realize and after unrealize: nothing may reach the world then
    NICState* unplugged_nic; // to be deleted soon
    // of the virtio_net_hdr in front of each frame on its way to the backend and from there; 0: there is none
    size_t vnet_header_bytes;
    MemoryRegion memory_bar, io_bar, flash_bar;
    uint16_t eeprom[I8255X_EEPROM_WORDS]; // what the chip's non-volatile memory holds
    bool eeprom_unsaved;                  // the drive has something else
    VMChangeStateEntry* run_state_watch;
    E100Timer timers[I8255X_TIMERS];
    QEMUTimer command_unit;
    E100Dma dma;

    bool powered;   // in D0
    bool interrupt; // what the chip asks for; the pin follows only in D0
    bool command_unit_deferred;

    // the way into the chip, see e100_enter()
    bool inside, outer_io;
    bool in_command_unit;
    unsigned afterwards; // E100_RESET and the like

    // what a migration stream carries of the chip, valid from pre_save and until post_load
    struct i8255x_state saved;
    uint8_t saved_chip[E100_CHIP_NAME_BYTES];
};

// Between realize and unrealize.
void e100_dma_start(E100State* card);
void e100_dma_stop(E100State* card);
// For e100_host.
bool e100_dma_read(void* opaque, uint32_t address, void* into, size_t count);
bool e100_dma_write(void* opaque, uint32_t address, const void* from, size_t count);
void e100_dma_barrier(void* opaque);

// e100_host.c: what the chip needs from QEMU
extern const struct i8255x_host e100_host;
extern unsigned e100_cards_at_work; // in the chip; more than one if they are made to reach each other by DMA
void e100_work_afterwards(E100State* card);
// Every call into the chip stands between these two. False if the chip is at work already and its own doings
// led back to it (its DMA hit its own registers, the peer answered a frame at once): then do not call it.
static inline bool e100_enter(E100State* card) {
    MemReentrancyGuard* guard = &card->parent_obj.qdev.mem_reentrancy_guard; // DEVICE() would cost a lookup

    if (card->inside) {
        return false;
    }
    card->inside = true;
    e100_cards_at_work++;
    // Not all ways into the device set this; with it QEMU refuses DMA into the card's own registers.
    card->outer_io = guard->engaged_in_io;
    guard->engaged_in_io = true;
    *card->watched = trace_events_enabled_count | e100_timeline_on;
    return true;
}
// Does what had to wait until the chip was done.
static inline void e100_leave(E100State* card) {
    card->parent_obj.qdev.mem_reentrancy_guard.engaged_in_io = card->outer_io;
    card->inside = false;
    e100_cards_at_work--;
    if (unlikely(card->afterwards != 0)) {
        e100_work_afterwards(card);
    }
}
void e100_init_timers(E100State* card);
void e100_stop_timers(E100State* card);
void e100_reset_chip(E100State* card);
// What leaving D3 does to the chip.
void e100_reset_mac(E100State* card);
void e100_update_interrupt(E100State* card);
// What came due while the card had no power.
void e100_start_deferred_work(E100State* card);

// e100_eeprom.c: contents of the EEPROM, and the drive that keeps them
// Finds the size, reads the drive or makes the contents of a new card, and settles the MAC address.
bool e100_init_eeprom(E100State* card, const struct i8255x_options* options, Error** errp);
void e100_eeprom_changed(E100State* card, unsigned index, uint16_t value);
// Brings the drive up to date, as soon as the machine runs.
void e100_save_eeprom(E100State* card);
void e100_watch_run_state(E100State* card);
void e100_unwatch_run_state(E100State* card);

// e100_bars.c: what the guest reaches through BAR0, 1 and 2
void e100_register_bars(E100State* card);

// e100_config_space.c: PCI configuration space (SDM 4.1)
bool e100_init_config_space(E100State* card, Error** errp);
// Loads what the EEPROM overrides and everything else to power-on values.
void e100_reset_config_space(E100State* card);
uint32_t e100_read_config(PCIDevice* pci, uint32_t address, int bytes);
void e100_write_config(PCIDevice* pci, uint32_t address, uint32_t value, int bytes);

// e100_power.c: power management (SDM 4.1.18)
bool e100_has_power_management(const E100State* card);
// PME works without the bus's power, and its state outlives a reset.
bool e100_has_aux_power(const E100State* card);
bool e100_init_power(E100State* card, Error** errp);
unsigned e100_power_state(const E100State* card); // n of Dn
// After a write to configuration space.
void e100_power_config_written(E100State* card, unsigned old_state);
// After configuration space was replaced as a whole.
void e100_follow_power_state(E100State* card);
void e100_reset_power(E100State* card);
// Power state and PME status as configuration space has them, to the chip.
void e100_tell_chip_power(E100State* card);
// The chip's PME status: a reason to wake the machine, or the end of one.
void e100_set_pme(E100State* card, bool status);
// Makes PMCSR show what the chip says, without waking anybody.
void e100_show_pme(E100State* card, bool status);

// e100_net.c: the card as a client of QEMU's network layer
void e100_connect(E100State* card);
void e100_disconnect(E100State* card);
void e100_transmit(E100State* card, const struct iovec* parts, int count);
// What the backend does with them.
enum i8255x_large_packets e100_large_packets(E100State* card);
void e100_transmit_large(E100State* card, const void* packet, size_t bytes,
                         const struct i8255x_segmentation* how);
void e100_take_over_backends_header(E100State* card);
// Frames that QEMU kept because the card had no room for them.
void e100_flush_held_frames(E100State* card);
// Those that came while the chip was at work.
void e100_take_answers(E100State* card);

// e100_listener.c: what a sleeping card hears while the machine is suspended
void e100_register_listener(void);
void e100_start_listening(E100State* card);
void e100_stop_listening(E100State* card);
// After a change of power.
void e100_listen_while_asleep(E100State* card);

// e100_trace.c, trace_options.c: the chip's steps as QEMU trace events e100_*
void e100_trace_register(void);
// For a device that came after the command line was read: gives the events what -trace and -d asked for.
void e100_trace_apply_options(void);
// Switches the events whose name matches; a leading '-' switches off.
void e100_trace_switch(const char* pattern);
void e100_show(void* opaque, unsigned event, uint32_t a, uint32_t b);

// e100_vmstate.c
extern const VMStateDescription e100_vmstate;

// e100_device.c: makes the type known to QEMU; again is harmless.
void e100_register_type(void);
