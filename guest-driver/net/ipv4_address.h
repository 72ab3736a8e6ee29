// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 addresses, their classes (RFC 1122 3.2.1.3), and their text form.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/byte_order.h"

namespace net {

/// In host byte order inside; Be32 converts on the way to and from the wire.
class Ipv4Address {
  public:
    constexpr Ipv4Address() = default;
    constexpr explicit Ipv4Address(uint32_t value) : value_(value) {}
    constexpr Ipv4Address(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
        : value_(uint32_t{a} << 24 | uint32_t{b} << 16 | uint32_t{c} << 8 | d) {}

    constexpr uint32_t value() const { return value_; }
    constexpr auto operator<=>(const Ipv4Address&) const = default;

    constexpr bool is_any() const { return value_ == 0; }
    constexpr bool is_limited_broadcast() const { return value_ == 0xffffffff; }
    constexpr bool is_this_network() const { return value_ >> 24 == 0; }
    constexpr bool is_loopback() const { return value_ >> 24 == 127; }
    constexpr bool is_link_local() const { return value_ >> 16 == 0xa9fe; } ///< RFC 3927
    constexpr bool is_multicast() const { return value_ >> 28 == 0xe; }
    /// May name one host on a wire: none of the above and not class E.
    constexpr bool is_unicast() const { return !is_this_network() && !is_loopback() && value_ < 0xe0000000; }

  private:
    uint32_t value_ = 0;
};

/// Network mask of a prefix of 0 … 32 bits.
constexpr Ipv4Address prefix_mask(unsigned prefix_length) {
    return Ipv4Address(prefix_length == 0 ? 0 : 0xffffffffu << (32 - prefix_length));
}
/// Inverse of prefix_mask; nothing if the ones of `mask` are not contiguous.
std::optional<unsigned> mask_prefix_length(Ipv4Address mask);

struct AddressText {
    char text[16]; ///< "255.255.255.255", zero terminated
};
AddressText to_text(Ipv4Address address);
/// Four decimal numbers and nothing else.
std::optional<Ipv4Address> parse_ipv4_address(std::string_view text);

} // namespace net
