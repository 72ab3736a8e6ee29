// SPDX-License-Identifier: GPL-2.0-or-later
// Options on the kernel command line: words separated by spaces, each `name` or `name=value`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kernel {

/// Value of `name`, "" if it stands without one; nothing if it does not stand there. The last one counts.
std::optional<std::string_view> command_line_option(std::string_view name);
/// The same in a given text.
std::optional<std::string_view> find_option(std::string_view text, std::string_view name);
/// Decimal number of at most nine digits; nothing if `text` is anything else.
std::optional<uint32_t> parse_number(std::string_view text);

} // namespace kernel
