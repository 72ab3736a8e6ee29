// SPDX-License-Identifier: GPL-2.0-or-later
// A recorder outside the machine (the QEMU device e100-timeline): takes records of the trace and stamps them
// with the machine's clock.
#pragma once

#include <cstdint>

#include "timeline/port.h"

namespace arch {

bool recorder_present();
/// From any context, any CPU. The record is taken before the return.
void recorder_write(const timeline_record& record);
/// At most TIMELINE_TEXT_BYTES with the 0 at the end; a longer line is cut.
void recorder_describe(const char* line);

} // namespace arch
