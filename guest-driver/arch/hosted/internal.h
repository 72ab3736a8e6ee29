// SPDX-License-Identifier: GPL-2.0-or-later
// What the parts of the simulated machine know of each other.
#pragma once

#include <cstdint>

namespace hosted {

/// The interrupted code had interrupts on; so they are again. Takes none by itself, unlike irqs_enable().
void return_from_interrupt();
/// Takes interrupts, if the CPU has them enabled, until none is pending. True if there was one.
bool deliver_interrupts();
/// The periodic timer interrupt is due.
void set_tick_pending();
/// Jumps to the next event (or tick) and runs it. False if nothing will ever happen.
bool run_next_event();

} // namespace hosted
