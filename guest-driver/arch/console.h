// SPDX-License-Identifier: GPL-2.0-or-later
// The serial console.
#pragma once

#include <cstddef>

namespace arch {

/// Any context; short writes do not happen.
void console_write(const char* text, std::size_t bytes);
/// Next byte typed, or -1 if there is none now.
int console_read();
/// Called (hard-irq context) when bytes to read arrived.
void console_on_input(void (*notify)());

} // namespace arch
