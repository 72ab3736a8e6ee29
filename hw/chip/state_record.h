/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The complete state of the chip as one flat, versioned record: what migration carries and what save() and
 * restore() exchange. Readable from C, because QEMU's VMState describes it field by field.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    I8255X_STATE_VERSION = 1,
    I8255X_EEPROM_WORDS = 256,
    I8255X_FIFO_BYTES = 3072,
};

/* Places in `timers`, in the order of the chip's enum Timer. */
enum {
    I8255X_TIMER_CNA,
    I8255X_TIMER_TRANSMIT_POLL,
    I8255X_TIMER_BUNDLE,
    I8255X_TIMER_NEGOTIATION,
    I8255X_TIMER_PAUSE,
    I8255X_TIMER_HEADER_SPLIT,
    I8255X_TIMER_ROOM,
    I8255X_TIMERS
};

struct i8255x_state {
    /* system control block */
    uint8_t cu_status, ru_status;
    uint8_t stat, interrupt_control;
    uint8_t interrupt_asserted; /* 0 or 1, as all flags below */
    uint32_t general_pointer;
    /* registers without a unit of their own */
    uint32_t port_latch; /* bytes of a PORT write that is not complete yet */
    uint16_t flash_control;
    uint8_t eeprom_control;
    uint8_t early_rx, fc_threshold, fc_command, pmdr, general_control, general_control2;
    /* command unit */
    uint32_t cu_base, cu_block, cu_link;
    uint8_t cu_resume_pending;
    uint8_t cu_work_pending; /* the host owes a run_command_unit() */
    /* receive unit */
    uint32_t ru_base, ru_rfd;
    uint16_t fifo_used; /* bytes of `fifo`: each frame is a 16-bit little-endian length and its bytes */
    uint8_t fifo[I8255X_FIFO_BYTES];
    /* configuration, addresses */
    uint8_t configuration[32];
    uint8_t configured;
    uint8_t individual_address[6];
    uint8_t multicast_hash[8];
    /* statistics */
    uint32_t counters[21];
    uint32_t dump_address;
    uint8_t dump_address_loaded;
    /* MDI and PHY */
    uint32_t mdi_control;
    uint16_t phy[32];
    uint8_t phy_link; /* what the wire last said */
    /* PHY while the line is down, or while it negotiates (timers[2]) */
    uint8_t phy_loss_unread; /* the line was lost since BMSR was read */
    /* EEPROM: contents and the microwire transfer in flight */
    uint16_t eeprom_words; /* 64 or 256 */
    uint16_t eeprom[I8255X_EEPROM_WORDS];
    uint8_t eeprom_phase, eeprom_write_enabled, eeprom_out;
    uint16_t eeprom_bits, eeprom_shift, eeprom_address, eeprom_opcode;
    /* from here on each block is a subsection of the stream */
    /* wake-up (pmdr stands with the registers) */
    uint32_t wake_filters[16];
    uint8_t wake_filter_count; /* dwords in use */
    uint8_t wake_packet[120];
    uint8_t wake_packet_length; /* 255: longer than what is kept */
    /* flow control (fc_threshold and Xoff in fc_command stand with the registers); times as for timers */
    uint8_t fc_full;
    int64_t fc_paused_until_ns, fc_paused_low_until_ns;
    /* what is on the wire: a frame whose block completes when it has left; the time when it has */
    uint8_t cu_on_wire, hpq_on_wire;
    int64_t wire_free_ns;
    /* high-priority queue of the command unit */
    uint8_t hpq_status; /* 0 idle: the rest is 0 */
    uint8_t hpq_resume_pending;
    uint8_t cu_low_status; /* of the other queue, while this one is active and cu_status shows it */
    uint32_t hpq_block, hpq_link;
    /* large sends that are not complete: segments that are out */
    uint32_t cu_segments_sent, hpq_segments_sent;
    /* timers: deadline in ns of the machine's clock, -1 when off */
    int64_t timers[I8255X_TIMERS];
    /* receive bundling: what loaded microcode asks for, and the bundle in hand */
    uint8_t bundling_loaded;
    uint16_t bundling_delay, bundling_frames, bundling_small_mask;
    uint16_t bundling_waiting;
    /* receive unit in flexible mode and with header RFDs */
    uint32_t ru_rbd;         /* absolute */
    uint8_t ru_rbd_position; /* ReceiveBuffers::Position */
    uint16_t ru_header_data_size;
    uint16_t ru_header_stored; /* of the first frame in the FIFO; HeaderSplit runs unless it is 0 */
};

#ifdef __cplusplus
namespace i8255x {
using StateRecord = ::i8255x_state;

/// Why a state from outside was refused; the chip is then as it was before.
enum class RestoreError : uint8_t {
    None,
    BadUnitState, ///< CU or RU status value that does not exist
    BadFifo,      ///< FIFO frames do not add up to the bytes in use, or contradict the RU's state
    BadEeprom,    ///< EEPROM size differs from this card's, or the transfer's phase does not exist
    BadTimer,     ///< negative deadline other than -1
    BadBundling,  ///< frames wait for an interrupt that no microcode holds back
    BadWakeUp,    ///< wake-up filters or the frame that woke the card do not have a form that exists
};
} // namespace i8255x
#endif
