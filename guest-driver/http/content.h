// SPDX-License-Identifier: GPL-2.0-or-later
// What the server has: a page with live counters at "/", their numbers at "/counters.json", and the files
// below /proc under their own names.
#pragma once

#include <string_view>

#include "http/request.h"
#include "shell/output.h"

namespace http {

/// The type of what was written; empty if there is nothing at that path. Task context.
std::string_view write_content(std::string_view path, const shell::Output& output);

void write_index_page(const shell::Output& output);
void write_counters(const shell::Output& output);

} // namespace http
