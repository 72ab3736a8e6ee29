// SPDX-License-Identifier: GPL-2.0-or-later
// Words that are numbers.
#include "shell/arguments.h"

#include <algorithm>

#include "kernel/command_line.h"

namespace shell {

std::optional<uint64_t> parse_seconds(std::string_view text) {
    constexpr uint64_t second_ns = 1'000'000'000;
    constexpr std::size_t fraction_digits = 9;
    const std::size_t point = std::min(text.find('.'), text.size());
    const auto whole = point == 0 ? std::optional<uint32_t>(0) : kernel::parse_number(text.substr(0, point));
    const std::string_view digits = point < text.size() ? text.substr(point + 1) : std::string_view("0");
    const auto fraction = digits.size() <= fraction_digits ? kernel::parse_number(digits) : std::nullopt;
    if (text.empty() || !whole || !fraction)
        return std::nullopt;
    uint64_t ns = *fraction;
    for (std::size_t i = digits.size(); i < fraction_digits; i++)
        ns *= 10;
    return *whole * second_ns + ns;
}

} // namespace shell
