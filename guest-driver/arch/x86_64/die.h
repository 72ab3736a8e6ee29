// SPDX-License-Identifier: GPL-2.0-or-later
// The end of a machine that went wrong.
#pragma once

#include "arch/x86_64/interrupts.h"

namespace x86 {

/// Stops the other CPUs, prints `reason`, the registers of the interrupted code and its backtrace; ends the
/// machine with an error.
[[noreturn]] void die_at(const InterruptFrame& frame, const char* reason);
/// So this one has to be silent.
bool another_cpu_dies();
[[noreturn]] void exit_with_error(unsigned code);

} // namespace x86
