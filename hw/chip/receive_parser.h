// SPDX-License-Identifier: GPL-2.0-or-later
// What the 82550 and 82551 say about the checksums of a received frame (SDM B.4).
#pragma once

#include <cstdint>
#include <span>

namespace i8255x {

struct ParserVerdict {
    uint8_t parser = 0;   ///< `rfd_parser`; 0: not a sound IPv4 packet
    uint8_t checksum = 0; ///< `rfd_checksum`
};

/// `frame` with its VLAN tag, if it has one, and without FCS.
ParserVerdict parse_received(std::span<const uint8_t> frame);

} // namespace i8255x
