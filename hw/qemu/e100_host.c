// SPDX-License-Identifier: GPL-2.0-or-later
// What the chip needs from its surroundings, done with QEMU: interrupt line, clock, timers; and
// the one way into the chip, which keeps it from being entered twice at a time.

#include "e100_device.h"

#include "qemu/log.h"
#include "sysemu/cpus.h"

static const int64_t no_deadline = -1;

unsigned e100_cards_at_work;

// The command unit may have an endless list to run. Between two slices the guest's CPUs get their turn at
// QEMU's lock.
static const int64_t pause_between_slices_ns = 10 * SCALE_US;

static void command_unit_due(void* opaque);

static bool in_the_world(const E100State* card) { return card->nic != NULL; }

void e100_work_afterwards(E100State* card) {
    unsigned work = card->afterwards;

    card->afterwards = 0; // what follows from this work is another round, which ends inside this one
    if (work & E100_RUN_COMMAND_UNIT) {
        command_unit_due(card);
    }
    if (work & E100_RESET) {
        e100_reset_chip(card);
    }
    if (work & E100_FOLLOW_POWER) {
        e100_tell_chip_power(card);
    }
    if (work & E100_TAKE_OVER_VNET_HEADER) {
        e100_take_over_backends_header(card);
    }
    if (work & E100_FLUSH) {
        e100_flush_held_frames(card);
    } else if (work & E100_TAKE_ANSWERS) {
        e100_take_answers(card);
    }
    if (work & E100_SAVE_EEPROM) {
        e100_save_eeprom(card);
    }
}

void e100_reset_mac(E100State* card) {
    if (e100_enter(card)) {
        i8255x_mac_reset(card->chip);
        e100_leave(card);
    }
}

void e100_reset_chip(E100State* card) {
    if (!e100_enter(card)) {
        card->afterwards |= E100_RESET;
        return;
    }
    i8255x_hardware_reset(card->chip);
    e100_leave(card);
}

void e100_update_interrupt(E100State* card) {
    if (in_the_world(card)) {
        pci_set_irq(&card->parent_obj, card->interrupt && card->powered);
    }
}

static void host_set_interrupt(void* opaque, bool asserted) {
    E100State* card = opaque;

    card->interrupt = asserted;
    e100_update_interrupt(card);
}

static void host_set_pme(void* opaque, bool status) { e100_set_pme(opaque, status); }

static void host_send(void* opaque, const struct iovec* parts, int count) {
    e100_transmit(opaque, parts, count);
}

static enum i8255x_large_packets host_large_packets(void* opaque) { return e100_large_packets(opaque); }

static void host_send_large(void* opaque, const void* packet, size_t bytes,
                            const struct i8255x_segmentation* how) {
    e100_transmit_large(opaque, packet, bytes, how);
}

static void host_receive_possible(void* opaque) {
    E100State* card = opaque;

    card->afterwards |= E100_FLUSH;
}

static int64_t host_now_ns(void* opaque) {
    (void)opaque;
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

// A timer that is put off or cancelled goes on to its first deadline and is looked at then: to move it at
// once, as a frame sent moves the CNA interrupt's, would wake QEMU's main loop for each frame.
static void host_arm_timer(void* opaque, unsigned timer, int64_t deadline_ns) {
    E100State* card = opaque;

    if (in_the_world(card) && timer < I8255X_TIMERS) {
        card->timers[timer].deferred = false;
        card->timers[timer].deadline_ns = deadline_ns;
        if (!timer_pending(&card->timers[timer].timer) ||
            timer_expire_time_ns(&card->timers[timer].timer) > (uint64_t)deadline_ns) {
            timer_mod_ns(&card->timers[timer].timer, deadline_ns);
        }
    }
}

static void host_cancel_timer(void* opaque, unsigned timer) {
    E100State* card = opaque;

    if (timer < I8255X_TIMERS) {
        card->timers[timer].deferred = false;
        card->timers[timer].deadline_ns = no_deadline;
    }
}

// A CPU's doorbell is answered before its register write returns: a handover to QEMU's main loop would cost
// more than most frames, and that loop may be without a CPU of the host for longer than a boot ROM is
// patient. When another device's DMA rings, the work waits all the same, or cards could be made to ring each
// other's without end; and so does what a slice leaves of a list.
static bool is_rung_by_cpu(const E100State* card) {
    return !card->in_command_unit && e100_cards_at_work == 1 && qemu_in_vcpu_thread();
}

// A timer rather than a bottom half: the virtual clock stands still with the machine, so nothing moves in a
// stopped or migrated guest's memory, and with -icount the moment is exact.
static void host_schedule_command_unit(void* opaque) {
    E100State* card = opaque;
    int64_t now = host_now_ns(opaque);

    if (!in_the_world(card)) {
        return;
    }
    if (is_rung_by_cpu(card)) {
        card->afterwards |= E100_RUN_COMMAND_UNIT;
    } else {
        timer_mod_ns(&card->command_unit, card->in_command_unit ? now + pause_between_slices_ns : now);
    }
}

static void host_eeprom_changed(void* opaque, unsigned index, uint16_t value) {
    e100_eeprom_changed(opaque, index, value);
}

static void host_guest_error(void* opaque, const char* what, uint32_t value) {
    E100State* card = opaque;

    if (in_the_world(card)) {
        qemu_log_mask(LOG_GUEST_ERROR, "%s: %s (0x%x)\n", qemu_get_queue(card->nic)->name, what, value);
    }
}

const struct i8255x_host e100_host = {
    .dma_read = e100_dma_read,
    .dma_write = e100_dma_write,
    .write_barrier = e100_dma_barrier,
    .set_interrupt = host_set_interrupt,
    .set_pme = host_set_pme,
    .send = host_send,
    .large_packets = host_large_packets,
    .send_large = host_send_large,
    .receive_possible = host_receive_possible,
    .now_ns = host_now_ns,
    .arm_timer = host_arm_timer,
    .cancel_timer = host_cancel_timer,
    .schedule_command_unit = host_schedule_command_unit,
    .eeprom_changed = host_eeprom_changed,
    .guest_error = host_guest_error,
    .show = e100_show,
};

static void chip_timer_expired(void* opaque) {
    E100Timer* timer = opaque;
    E100State* card = timer->card;

    if (timer->deadline_ns == no_deadline) {
        return;
    }
    if (timer->deadline_ns > host_now_ns(card)) {
        timer_mod_ns(&timer->timer, timer->deadline_ns);
        return;
    }
    timer->deadline_ns = no_deadline;
    if (!card->powered && i8255x_timer_needs_power(timer->index)) {
        timer->deferred = true;
    } else if (e100_enter(card)) {
        i8255x_timer_fired(card->chip, timer->index);
        e100_leave(card);
    }
}

static void command_unit_due(void* opaque) {
    E100State* card = opaque;

    if (!card->powered) {
        card->command_unit_deferred = true;
    } else if (e100_enter(card)) {
        card->in_command_unit = true;
        i8255x_run_command_unit(card->chip);
        card->in_command_unit = false;
        e100_leave(card);
    }
}

void e100_start_deferred_work(E100State* card) {
    int64_t now = host_now_ns(card);

    for (unsigned i = 0; i < I8255X_TIMERS; i++) {
        if (card->timers[i].deferred) {
            card->timers[i].deferred = false;
            host_arm_timer(card, i, now);
        }
    }
    if (card->command_unit_deferred) {
        card->command_unit_deferred = false;
        host_schedule_command_unit(card);
    }
}

void e100_init_timers(E100State* card) {
    for (unsigned i = 0; i < I8255X_TIMERS; i++) {
        card->timers[i].card = card;
        card->timers[i].index = i;
        card->timers[i].deadline_ns = no_deadline;
        timer_init_ns(&card->timers[i].timer, QEMU_CLOCK_VIRTUAL, chip_timer_expired, &card->timers[i]);
    }
    timer_init_ns(&card->command_unit, QEMU_CLOCK_VIRTUAL, command_unit_due, card);
}

void e100_stop_timers(E100State* card) {
    for (unsigned i = 0; i < I8255X_TIMERS; i++) {
        timer_del(&card->timers[i].timer);
    }
    timer_del(&card->command_unit);
}
