// SPDX-License-Identifier: GPL-2.0-or-later
// Where the headers of an IPv4 packet stand in an Ethernet frame (RFC 791, 768, 9293; IEEE 802.1Q, 802.2
// SNAP).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace i8255x {

/// Longest headers there can be: MAC with tag and SNAP, IPv4 and TCP with all options.
inline constexpr std::size_t max_packet_header_bytes = 14 + 4 + 8 + 60 + 60;

/// Offsets from the first byte of the frame; all of them within the frame.
struct PacketLayout {
    std::size_t length_field = 0; ///< of an 802.3 frame with SNAP header; 0: Ethernet II
    std::size_t ip = 0;           ///< 0: no whole IPv4 header
    std::size_t l4 = 0;           ///< 0: no whole TCP or UDP header; always behind the IP header
    std::size_t payload = 0;      ///< behind the TCP or UDP header
    std::size_t end = 0;          ///< behind the IP packet, or of the frame if that is shorter
    bool tcp = false;
};

/// Finds the headers by what the frame says of itself. A fragment has no TCP or UDP header.
PacketLayout find_headers(std::span<const uint8_t> frame);
/// Believes the given offsets, and checks the headers there.
PacketLayout headers_at(std::span<const uint8_t> frame, std::size_t ip, std::size_t l4, bool tcp);

} // namespace i8255x
