// SPDX-License-Identifier: GPL-2.0-or-later
// How a guest hands the records of its trace to the QEMU device e100-timeline, which stamps them with the
// machine's clock and writes them to a file. In C and C++, for both sides.
#pragma once

#ifdef __cplusplus
#include <cstdint>
#else
#include <stdint.h>
#endif

enum {
    TIMELINE_PORT = 0x0e10,
    // Read, 32 bits: TIMELINE_MAGIC if the device is there. Write: physical address of a record, which is
    // read before the write is over.
    TIMELINE_PORT_RECORD = 0,
    // Write: physical address of a line of text that describes records, ended by 0.
    TIMELINE_PORT_TEXT = 4,
    TIMELINE_PORTS = 8,
    TIMELINE_TEXT_BYTES = 128, // the 0 included
};

#define TIMELINE_MAGIC UINT32_C(0x454e494c)

struct timeline_record {
    uint8_t cpu;
    uint8_t context; // 0 task, 1 bottom halves off, 2 softirq, 3 hardirq
    uint16_t event;  // number, named by a line of text
    uint32_t a, b;
};
