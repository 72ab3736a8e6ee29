// SPDX-License-Identifier: GPL-2.0-or-later
// The Internet checksum (RFC 1071) and its incremental update (RFC 1624).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "net/ipv4_address.h"

namespace net {

/// One's complement sum of 16-bit words, over bytes given in any number of pieces of any length.
class Checksum {
  public:
    void add(std::span<const std::byte> bytes);
    void add16(uint16_t word) { sum_ += word; } ///< only after an even number of bytes
    /// The value for the checksum field; 0 if the field was summed as well and all is intact.
    uint16_t finish() const;
    /// What has been summed, for somebody else to go on with.
    uint16_t partial() const { return static_cast<uint16_t>(~finish()); }

  private:
    uint64_t sum_ = 0;
    bool odd_ = false; ///< the next byte is the low half of a word
};

inline uint16_t checksum(std::span<const std::byte> bytes) {
    Checksum sum;
    sum.add(bytes);
    return sum.finish();
}

/// The sum of the pseudo header (RFC 9293 3.1, RFC 768), to which `length` bytes of payload are to be added.
Checksum pseudo_header_sum(Ipv4Address source, Ipv4Address destination, uint8_t protocol, std::size_t length);
/// Of a TCP segment or UDP datagram with its pseudo header (RFC 9293 3.1, RFC 768).
uint16_t transport_checksum(Ipv4Address source, Ipv4Address destination, uint8_t protocol,
                            std::span<const std::byte> payload);

/// New value of a checksum field when one word that it covers changes (RFC 1624 equation 3).
uint16_t checksum_update(uint16_t old_checksum, uint16_t old_word, uint16_t new_word);

} // namespace net
