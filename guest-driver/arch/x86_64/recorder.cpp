// SPDX-License-Identifier: GPL-2.0-or-later
// The recorder behind an I/O port. Memory is mapped to itself, so a pointer is what the device needs.
#include "arch/recorder.h"

#include <algorithm>
#include <cstring>

#include "arch/x86_64/port_io.h"

namespace arch {

namespace {

uint32_t address_of(const void* object) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(object)); }

} // namespace

bool recorder_present() { return x86::in32(TIMELINE_PORT + TIMELINE_PORT_RECORD) == TIMELINE_MAGIC; }

void recorder_write(const timeline_record& record) {
    x86::out32(TIMELINE_PORT + TIMELINE_PORT_RECORD, address_of(&record));
}

void recorder_describe(const char* line) {
    char text[TIMELINE_TEXT_BYTES] = {}; // the device reads all of it
    std::memcpy(text, line, std::min(std::strlen(line), sizeof text - 1));
    x86::out32(TIMELINE_PORT + TIMELINE_PORT_TEXT, address_of(text));
}

} // namespace arch
