// SPDX-License-Identifier: GPL-2.0-or-later
// What the parts of the simulated machine know of each other.
#pragma once

#include <cstdint>

namespace hosted {

/// The interrupted code had interrupts on; so they are again. Takes none by itself, unlike irqs_enable().
void return_from_interrupt();
/// Takes interrupts, if the CPU has them enabled, until none is pending. True if there was one.
bool deliver_interrupts();
/// Would CPU `cpu` take one if it had them enabled?
bool interrupt_is_pending(unsigned cpu);
/// The periodic timer interrupt is due, on every CPU.
void set_tick_pending();
/// The alarm of CPU `cpu` goes off.
void set_alarm_pending(unsigned cpu);
bool cpu_is_started(unsigned cpu);
/// Lets the next CPU run that has something to do, until the turn comes back. False if there is none.
bool pass_turn();
/// Jumps to the next event (or tick) and runs it. False if nothing will ever happen.
bool run_next_event();

} // namespace hosted
