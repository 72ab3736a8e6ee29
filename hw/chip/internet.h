// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4, TCP and UDP headers as far as the offload of the 82550 and 82551 knows them (RFC 791, 9293, 768), and
// their checksum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace i8255x {

// Offsets are from the beginning of the header.
namespace ipv4_header {
inline constexpr std::size_t min_bytes = 20;
inline constexpr std::size_t total_length = 2, identification = 4, fragment = 6, protocol = 9, checksum = 10,
                             addresses = 12;
inline constexpr unsigned fragment_mask = 0x3fff; ///< offset, and "more fragments"
} // namespace ipv4_header

namespace tcp_header {
inline constexpr std::size_t min_bytes = 20;
inline constexpr std::size_t sequence = 4, data_offset = 12, flags = 13, checksum = 16;
inline constexpr uint8_t fin = 0x01, psh = 0x08, ack = 0x10; ///< flags
} // namespace tcp_header

namespace udp_header {
inline constexpr std::size_t bytes = 8;
inline constexpr std::size_t length = 4, checksum = 6;
} // namespace udp_header

namespace ip_protocol {
inline constexpr uint8_t ip_in_ip = 4, tcp = 6, udp = 17;
} // namespace ip_protocol

/// Sum of little-endian 16-bit words with end-around carry; an odd last byte counts as a word
/// (SDM 6.4.3.4.1). The sum of what an Internet checksum covers, with the checksum, is ffffh.
uint16_t checksum_word(std::span<const uint8_t> data);

} // namespace i8255x
