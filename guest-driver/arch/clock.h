// SPDX-License-Identifier: GPL-2.0-or-later
// Time of the machine.
#pragma once

#include <cstdint>

namespace arch {

uint64_t now_ns();              ///< since boot; never goes back; the same on all CPUs
void busy_wait_us(uint32_t us); ///< spins (interrupts may run)

} // namespace arch
