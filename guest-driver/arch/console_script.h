// SPDX-License-Identifier: GPL-2.0-or-later
// What the machine's owner wants typed at the console, so that a run needs nobody whose timing nobody knows.
#pragma once

#include <string_view>

namespace arch {

/// Lines, each ended by a line feed; empty if there are none. Valid for ever.
std::string_view console_script();

} // namespace arch
