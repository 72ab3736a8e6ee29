// SPDX-License-Identifier: GPL-2.0-or-later
// What the boot loader was told to tell us: words like `run=batch`.
#pragma once

namespace arch {

/// The kernel command line, zero terminated, never nullptr; lives forever.
const char* command_line();

} // namespace arch
