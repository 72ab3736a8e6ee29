// SPDX-License-Identifier: GPL-2.0-or-later
// The last lines that printk printed, for dmesg.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kernel {

inline constexpr std::size_t log_lines = 128, log_line_length = 119;

/// Adds to the line being printed, which a line feed ends; what is longer than log_line_length is cut. Any
/// context. Lost if another CPU does not let the log go, as one that died.
void log_append(std::string_view text);
/// Line number `number`, counted since boot, and when it began; false if it is gone or does not exist. Task
/// context. `text` has room for log_line_length characters; `length` is how many there are.
bool log_line(std::size_t number, char* text, std::size_t& length, uint64_t& time_ns);
/// How many lines there have been.
std::size_t log_count();

} // namespace kernel
