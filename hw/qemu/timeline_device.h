// SPDX-License-Identifier: GPL-2.0-or-later
// The QOM type `e100-timeline`: writes what cards and guest do to one file, stamped with the virtual clock.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TYPE_E100_TIMELINE "e100-timeline"

// True from realize until the file cannot be written any more.
extern bool e100_timeline_on;
// A step of the card `card`; `event` is an index of I8255X_TRACE_EVENTS. Under QEMU's lock.
void e100_timeline_card_event(const char* card, unsigned event, uint32_t a, uint32_t b);

// Makes the type known to QEMU; again is harmless.
void e100_timeline_register_type(void);
