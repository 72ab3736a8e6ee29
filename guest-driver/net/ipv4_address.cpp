// SPDX-License-Identifier: GPL-2.0-or-later
// Text form of IPv4 addresses.
#include "net/ipv4_address.h"

#include "kernel/command_line.h"
#include "kernel/print.h"

namespace net {

std::optional<unsigned> mask_prefix_length(Ipv4Address mask) {
    unsigned ones = 0;
    while (ones < 32 && (mask.value() >> (31 - ones) & 1))
        ones++;
    if (prefix_mask(ones) != mask)
        return std::nullopt;
    return ones;
}

AddressText to_text(Ipv4Address address) {
    AddressText result;
    const uint32_t value = address.value();
    kernel::format(result.text, sizeof result.text, "%u.%u.%u.%u", value >> 24, value >> 16 & 0xff,
                   value >> 8 & 0xff, value & 0xff);
    return result;
}

std::optional<Ipv4Address> parse_ipv4_address(std::string_view text) {
    uint32_t value = 0;
    for (int part = 0; part < 4; part++) {
        const size_t dot = text.find('.');
        if ((dot == std::string_view::npos) != (part == 3))
            return std::nullopt;
        const auto number = kernel::parse_number(text.substr(0, dot));
        if (!number || *number > 255)
            return std::nullopt;
        value = value << 8 | *number;
        text = part == 3 ? std::string_view() : text.substr(dot + 1);
    }
    return Ipv4Address(value);
}

} // namespace net
