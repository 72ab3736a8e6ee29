// SPDX-License-Identifier: GPL-2.0-or-later
// Bringing up the kernel on a machine that arch has made ready.
#pragma once

namespace kernel {

/// Once, on CPU 0: page and packet memory, threads (the caller becomes one called `name`), timers, softirqs,
/// network core. Interrupts are off before and on after it.
void kernel_init(const char* name);

} // namespace kernel
