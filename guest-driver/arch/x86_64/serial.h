// SPDX-License-Identifier: GPL-2.0-or-later
// What the rest of the architecture needs of the console.
#pragma once

#include <cstddef>

namespace x86 {

void serial_init();
/// Although somebody may be in the middle of a line: for the last words of a dying machine.
void serial_write_unlocked(const char* text, std::size_t bytes);

} // namespace x86
