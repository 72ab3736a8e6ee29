// SPDX-License-Identifier: GPL-2.0-or-later
// Lines that come with the machine instead of from a person.
#pragma once

#include <string_view>

#include "shell/output.h"

namespace shell {

/// Runs line after line; each is shown first, behind "+ ".
void run_script(std::string_view script, const Output& output);
/// The same with what the machine's owner provided (arch::console_script), which may be nothing.
void run_machine_script(const Output& output);

} // namespace shell
