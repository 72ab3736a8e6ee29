// SPDX-License-Identifier: GPL-2.0-or-later
// What the 82550 and 82551 say about the checksums of a received frame (SDM B.4).
#pragma once

#include <cstdint>
#include <span>

namespace i8255x {

inline constexpr unsigned vlan_type = 0x8100;
inline constexpr unsigned ipv4_type = 0x0800;
inline constexpr unsigned max_length_value = 1500; ///< a Type/Length field up to here is a length

struct ParserVerdict {
    uint8_t parser = 0;   ///< `rfd_parser`; 0: not a sound IPv4 packet
    uint8_t checksum = 0; ///< `rfd_checksum`
};

/// `frame` with its VLAN tag, if it has one, and without FCS.
ParserVerdict parse_received(std::span<const uint8_t> frame);

/// Sum of little-endian 16-bit words with end-around carry; an odd last byte counts as a word
/// (SDM 6.4.3.4.1). The sum of what an Internet checksum covers, with the checksum, is ffffh.
uint16_t checksum_word(std::span<const uint8_t> data);

} // namespace i8255x
