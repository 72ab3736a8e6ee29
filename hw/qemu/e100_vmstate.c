// SPDX-License-Identifier: GPL-2.0-or-later
// Migration and snapshots: the chip's state record field by field. A stream that does not fit is refused.

#include "e100_device.h"

#include "qemu/error-report.h"

static int pre_save(void* opaque) {
    E100State* card = opaque;

    i8255x_save(card->chip, &card->saved);
    memset(card->saved_chip, 0, sizeof(card->saved_chip));
    g_strlcpy((char*)card->saved_chip, card->identity.name, sizeof(card->saved_chip));
    return 0;
}

static int refuse(const E100State* card, const char* why) {
    error_report("%s: %s", qemu_get_queue(card->nic)->name, why);
    return -EINVAL;
}

static const char* restore(E100State* card) {
    const char* error = i8255x_restore(card->chip, &card->saved);

    if (error == NULL) {
        memcpy(card->eeprom, card->saved.eeprom, sizeof(card->eeprom));
        card->eeprom_unsaved = true;
        // The cable as the guest knows it.
        qemu_get_queue(card->nic)->link_down = !card->saved.phy_link;
        e100_show_pme(card, i8255x_pme_status(card->chip));
    }
    return error;
}

static int post_load(void* opaque, int version) {
    E100State* card = opaque;
    const char* error;

    (void)version;
    card->saved_chip[sizeof(card->saved_chip) - 1] = '\0';
    if (strcmp((const char*)card->saved_chip, card->identity.name) != 0) {
        return refuse(card, "the card that was saved is of another chip, choose the same with chip=");
    }
    if (!e100_enter(card)) {
        return -EBUSY;
    }
    error = restore(card);
    e100_leave(card);
    e100_follow_power_state(card);
    return error == NULL ? 0 : refuse(card, error);
}

#define U8(field) VMSTATE_UINT8(field, struct i8255x_state)
#define U16(field) VMSTATE_UINT16(field, struct i8255x_state)
#define U32(field) VMSTATE_UINT32(field, struct i8255x_state)
#define U8_ARRAY(field, count) VMSTATE_UINT8_ARRAY(field, struct i8255x_state, count)
#define U16_ARRAY(field, count) VMSTATE_UINT16_ARRAY(field, struct i8255x_state, count)
#define U32_ARRAY(field, count) VMSTATE_UINT32_ARRAY(field, struct i8255x_state, count)
#define I64(field) VMSTATE_INT64(field, struct i8255x_state)
#define TIMERS(first, count)                                                                                 \
    VMSTATE_SUB_ARRAY(timers, struct i8255x_state, first, count, 0, vmstate_info_int64, int64_t)

enum {
    FIRST_TIMERS = I8255X_TIMER_BUNDLE
}; // every stream has those before; younger ones travel with what uses them

static bool phy_is_busy(void* opaque) {
    const struct i8255x_state* state = opaque;

    return state->timers[I8255X_TIMER_NEGOTIATION] != -1 || state->phy_loss_unread != 0;
}

static const VMStateDescription phy_vmstate = {
    .name = "e100/chip/phy",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = phy_is_busy,
    .fields =
        (const VMStateField[]){
            U8(phy_loss_unread),
            TIMERS(I8255X_TIMER_NEGOTIATION, 1),
            VMSTATE_END_OF_LIST(),
        },
};

static bool bundling_needed(void* opaque) {
    const struct i8255x_state* state = opaque;

    return state->bundling_loaded;
}

static const VMStateDescription bundling_vmstate = {
    .name = "e100/chip/bundling",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = bundling_needed,
    .fields =
        (const VMStateField[]){
            U8(bundling_loaded),
            U16(bundling_delay),
            U16(bundling_frames),
            U16(bundling_small_mask),
            U16(bundling_waiting),
            TIMERS(I8255X_TIMER_BUNDLE, 1),
            VMSTATE_END_OF_LIST(),
        },
};

static bool wake_up_needed(void* opaque) {
    const struct i8255x_state* state = opaque;

    return state->wake_filter_count != 0 || state->wake_packet_length != 0;
}

static const VMStateDescription wake_up_vmstate = {
    .name = "e100/chip/wake-up",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = wake_up_needed,
    .fields =
        (const VMStateField[]){
            U32_ARRAY(wake_filters, 16),
            U8(wake_filter_count),
            U8_ARRAY(wake_packet, 120),
            U8(wake_packet_length),
            VMSTATE_END_OF_LIST(),
        },
};

static bool flow_control_needed(void* opaque) {
    const struct i8255x_state* state = opaque;

    return state->fc_full || state->fc_paused_until_ns >= 0 || state->fc_paused_low_until_ns >= 0;
}

static const VMStateDescription flow_control_vmstate = {
    .name = "e100/chip/flow-control",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = flow_control_needed,
    .fields =
        (const VMStateField[]){
            U8(fc_full),
            I64(fc_paused_until_ns),
            I64(fc_paused_low_until_ns),
            TIMERS(I8255X_TIMER_PAUSE, 1),
            VMSTATE_END_OF_LIST(),
        },
};

static bool wire_needed(void* opaque) {
    const struct i8255x_state* state = opaque;

    return state->wire_free_ns >= 0;
}

static const VMStateDescription wire_vmstate = {
    .name = "e100/chip/wire",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = wire_needed,
    .fields =
        (const VMStateField[]){
            U8(cu_on_wire),
            U8(hpq_on_wire),
            I64(wire_free_ns),
            VMSTATE_END_OF_LIST(),
        },
};

static bool high_priority_queue_needed(void* opaque) {
    const struct i8255x_state* state = opaque;

    return state->hpq_status != 0;
}

static const VMStateDescription high_priority_queue_vmstate = {
    .name = "e100/chip/high-priority-queue",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = high_priority_queue_needed,
    .fields =
        (const VMStateField[]){
            U8(hpq_status),
            U8(hpq_resume_pending),
            U8(cu_low_status),
            U32(hpq_block),
            U32(hpq_link),
            VMSTATE_END_OF_LIST(),
        },
};

static bool large_send_needed(void* opaque) {
    const struct i8255x_state* state = opaque;

    return state->cu_segments_sent != 0 || state->hpq_segments_sent != 0;
}

static const VMStateDescription large_send_vmstate = {
    .name = "e100/chip/large-send",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = large_send_needed,
    .fields =
        (const VMStateField[]){
            U32(cu_segments_sent),
            U32(hpq_segments_sent),
            VMSTATE_END_OF_LIST(),
        },
};

static bool receive_modes_needed(void* opaque) {
    const struct i8255x_state* state = opaque;

    return state->ru_rbd_position != 0 || state->ru_header_data_size != 0 || state->ru_header_stored != 0;
}

static const VMStateDescription receive_modes_vmstate = {
    .name = "e100/chip/receive-modes",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = receive_modes_needed,
    .fields =
        (const VMStateField[]){
            U32(ru_rbd),
            U8(ru_rbd_position),
            U16(ru_header_data_size),
            U16(ru_header_stored),
            TIMERS(I8255X_TIMER_HEADER_SPLIT, 1),
            VMSTATE_END_OF_LIST(),
        },
};

static bool receive_room_needed(void* opaque) {
    const struct i8255x_state* state = opaque;

    return state->timers[I8255X_TIMER_ROOM] != -1;
}

static const VMStateDescription receive_room_vmstate = {
    .name = "e100/chip/receive-room",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = receive_room_needed,
    .fields =
        (const VMStateField[]){
            TIMERS(I8255X_TIMER_ROOM, 1),
            VMSTATE_END_OF_LIST(),
        },
};

// The record that a stream is read into: what it does not mention is not in use.
static int chip_pre_load(void* opaque) {
    struct i8255x_state* state = opaque;

    memset(state, 0, sizeof(*state));
    for (unsigned i = 0; i < I8255X_TIMERS; i++) {
        state->timers[i] = -1;
    }
    state->fc_paused_until_ns = -1;
    state->fc_paused_low_until_ns = -1;
    state->wire_free_ns = -1;
    return 0;
}

static const VMStateDescription chip_vmstate = {
    .name = "e100/chip",
    .version_id = I8255X_STATE_VERSION,
    .minimum_version_id = I8255X_STATE_VERSION,
    .pre_load = chip_pre_load,
    .fields =
        (const VMStateField[]){
            U8(cu_status),
            U8(ru_status),
            U8(stat),
            U8(interrupt_control),
            U8(interrupt_asserted),
            U32(general_pointer),
            U32(port_latch),
            U16(flash_control),
            U8(eeprom_control),
            U8(early_rx),
            U8(fc_threshold),
            U8(fc_command),
            U8(pmdr),
            U8(general_control),
            U8(general_control2),
            U32(cu_base),
            U32(cu_block),
            U32(cu_link),
            U8(cu_resume_pending),
            U8(cu_work_pending),
            U32(ru_base),
            U32(ru_rfd),
            U16(fifo_used),
            U8_ARRAY(fifo, I8255X_FIFO_BYTES),
            U8_ARRAY(configuration, 32),
            U8(configured),
            U8_ARRAY(individual_address, 6),
            U8_ARRAY(multicast_hash, 8),
            U32_ARRAY(counters, 21),
            U32(dump_address),
            U8(dump_address_loaded),
            U32(mdi_control),
            U16_ARRAY(phy, 32),
            U8(phy_link),
            U16(eeprom_words),
            U16_ARRAY(eeprom, I8255X_EEPROM_WORDS),
            U8(eeprom_phase),
            U8(eeprom_write_enabled),
            U8(eeprom_out),
            U16(eeprom_bits),
            U16(eeprom_shift),
            U16(eeprom_address),
            U16(eeprom_opcode),
            TIMERS(0, FIRST_TIMERS),
            VMSTATE_END_OF_LIST(),
        },
    .subsections =
        (const VMStateDescription*[]){
            &bundling_vmstate,
            &phy_vmstate,
            &wake_up_vmstate,
            &flow_control_vmstate,
            &wire_vmstate,
            &high_priority_queue_vmstate,
            &large_send_vmstate,
            &receive_modes_vmstate,
            &receive_room_vmstate,
            NULL,
        },
};

const VMStateDescription e100_vmstate = {
    .name = TYPE_E100,
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_save = pre_save,
    .post_load = post_load,
    .fields =
        (const VMStateField[]){
            VMSTATE_PCI_DEVICE(parent_obj, E100State),
            VMSTATE_UINT8_ARRAY(saved_chip, E100State, E100_CHIP_NAME_BYTES),
            VMSTATE_STRUCT(saved, E100State, 1, chip_vmstate, struct i8255x_state),
            VMSTATE_END_OF_LIST(),
        },
};
