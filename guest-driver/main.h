// SPDX-License-Identifier: GPL-2.0-or-later
// What the architecture calls when the machine is up.
#pragma once

/// On the boot stack of CPU 0, interrupts off.
[[noreturn]] void kernel_main();
