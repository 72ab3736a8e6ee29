// SPDX-License-Identifier: GPL-2.0-or-later
// Migration and snapshots: the chip's state record field by field. A stream that does not fit is refused.

#include "e100_device.h"

#include "qemu/error-report.h"

// Blocks that a stream need not have are zero then.
static int pre_load(void* opaque) {
    E100State* card = opaque;

    memset(&card->saved, 0, sizeof(card->saved));
    return 0;
}

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
        // The cable as the guest knows it.
        qemu_get_queue(card->nic)->link_down = !card->saved.phy_link;
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

static bool high_priority_queue_needed(void* opaque) {
    const struct i8255x_state* state = opaque;

    return state->hpq_status != 0;
}

static const VMStateDescription high_priority_queue_vmstate = {
    .name = "e100/chip/high_priority_queue",
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
    .name = "e100/chip/large_send",
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

static const VMStateDescription chip_vmstate = {
    .name = "e100/chip",
    .version_id = I8255X_STATE_VERSION,
    .minimum_version_id = I8255X_STATE_VERSION,
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
            VMSTATE_INT64_ARRAY(timers, struct i8255x_state, I8255X_TIMERS),
            VMSTATE_END_OF_LIST(),
        },
    .subsections =
        (const VMStateDescription*[]){
            &high_priority_queue_vmstate,
            &large_send_vmstate,
            NULL,
        },
};

const VMStateDescription e100_vmstate = {
    .name = TYPE_E100,
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_load = pre_load,
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
