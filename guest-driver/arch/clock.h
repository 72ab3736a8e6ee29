// SPDX-License-Identifier: GPL-2.0-or-later
// Time of the machine.
#pragma once

#include <cstdint>

namespace arch {

uint64_t now_ns();              ///< since boot; never goes back; the same on all CPUs
void busy_wait_us(uint32_t us); ///< spins (interrupts may run)
/// Spins for a part of `ns` without a look at the clock, which is dear on an emulated machine. A turn has two
/// instructions; they take 32 ns at most, which is -icount shift=4.
inline void spin_for_part_of(uint64_t ns) {
    for (uint64_t turns = ns / 32; turns > 0; turns--)
        asm volatile("");
}

/// The calling CPU calls kernel::hrtimer_interrupt() once, in hard-irq context, when now_ns() has reached
/// `deadline_ns`, in addition to its tick. A new alarm takes the place of one that has not gone off yet.
/// Interrupts off.
void set_alarm(uint64_t deadline_ns);

} // namespace arch
