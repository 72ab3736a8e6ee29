// SPDX-License-Identifier: GPL-2.0-or-later
// The trace on its way out of the machine, if somebody records there (arch/recorder.h): from the first moment
// to the last, whatever `trace` at the prompt does with the rings meanwhile.
#pragma once

#include <cstdint>

namespace kernel {

/// Looks for a recorder, tells it the names of events and values, and switches recording on. Once, early.
void timeline_init();
/// Tells the recorder, if there is one, what `value` of events' arguments that mean `meaning` is called.
void timeline_name(const char* meaning, uint32_t value, const char* name);

} // namespace kernel
