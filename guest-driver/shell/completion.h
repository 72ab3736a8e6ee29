// SPDX-License-Identifier: GPL-2.0-or-later
// What the tabulator may complete at the console.
#pragma once

#include <cstddef>
#include <string_view>

namespace shell {

/// As LineEditor's Complete: commands where one may stand, else files, interfaces and the command's own
/// words.
std::size_t complete_line(std::string_view line, void (*visit)(void* cookie, std::string_view word),
                          void* cookie);

} // namespace shell
