// SPDX-License-Identifier: GPL-2.0-or-later
// The timer interrupt, for the tick and for alarms, and what it is measured with.
#pragma once

#include <cstdint>

namespace x86 {

/// Measures the local APIC's timer and the TSC against the ACPI PM timer. Interrupts off.
void clock_init();
/// Starts the tick of the calling CPU.
void tick_start();
/// The timer interrupt, between irq_enter and irq_exit.
void serve_timer();
const uint64_t* timer_interrupt_counts(); ///< one per CPU
const char* clock_source_name();

} // namespace x86
