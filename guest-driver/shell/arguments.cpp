// SPDX-License-Identifier: GPL-2.0-or-later
// Words that are numbers.
#include "shell/arguments.h"

#include <algorithm>

#include "kernel/command_line.h"

namespace shell {

std::optional<uint64_t> parse_seconds(std::string_view text) {
    constexpr uint64_t ms_ns = 1'000'000, second_ns = 1'000 * ms_ns;
    const std::size_t dot = std::min(text.find('.'), text.size());
    const auto whole = dot == 0 ? std::optional<uint32_t>(0) : kernel::parse_number(text.substr(0, dot));
    std::string_view decimals = dot < text.size() ? text.substr(dot + 1) : std::string_view("0");
    const auto fraction = decimals.size() <= 3 ? kernel::parse_number(decimals) : std::nullopt;
    if (!whole || !fraction)
        return std::nullopt;
    uint64_t ms = *fraction;
    for (std::size_t digits = decimals.size(); digits < 3; digits++)
        ms *= 10;
    return *whole * second_ns + ms * ms_ns;
}

} // namespace shell
