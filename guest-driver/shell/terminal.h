// SPDX-License-Identifier: GPL-2.0-or-later
// What a person types: bytes from the console's interrupt to the thread that reads, and Ctrl-C.
#pragma once

#include <cstdint>

namespace shell {

inline constexpr int end_of_transmission = 4; ///< Ctrl-D
inline constexpr int interrupt_character = 3; ///< Ctrl-C

/// Begins to listen; once.
void terminal_init();
/// Next byte, or -1 when `deadline_ns` (arch::now_ns time) has passed. Task context.
int terminal_read(uint64_t deadline_ns);
/// Has Ctrl-C been typed since the last terminal_clear_interrupt()? What was typed before it is forgotten.
bool terminal_interrupted();
void terminal_clear_interrupt();

} // namespace shell
