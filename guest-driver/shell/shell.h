// SPDX-License-Identifier: GPL-2.0-or-later
// The console: reads lines, finds the command, runs it.
#pragma once

#include <string_view>

#include "shell/output.h"

namespace shell {

/// Runs the commands of one line, which semicolons separate, until Ctrl-C is typed; says so if there is no
/// such command.
void run_line(std::string_view line, const Output& output);

/// Entry of the console's thread: network up, the way of one frame, then the prompt (or, with run=batch on
/// the kernel command line, power off: status 0 if all of it worked). Needs a machine with drivers probed and
/// net::init() done.
void main_thread(void*);

} // namespace shell
