// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupts from one CPU to another.
#pragma once

#include <cstdint>

namespace arch {

enum class IpiReason : uint8_t {
    Reschedule,   ///< a thread became ready there
    CallFunction, ///< kernel/smp.h has queued a call there
};
inline constexpr unsigned ipi_reasons = 2;

/// CPU `cpu`, which is up, calls kernel::serve_ipi(reason) soon, in hard-irq context. What the caller stored
/// before is visible there. Several of one reason may arrive as one. Any context; also to oneself.
void send_ipi(unsigned cpu, IpiReason reason);

} // namespace arch
