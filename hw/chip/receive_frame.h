// SPDX-License-Identifier: GPL-2.0-or-later
// What a frame from the wire becomes in memory: errors, the part that is stored, what is appended, status
// bits (SDM 6.4.3, table 52).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "address_filter.h"
#include "configuration.h"
#include "i8255x/statistics.h"
#include "variants.h"

namespace i8255x {

inline constexpr std::size_t mac_header_bytes = 14;
inline constexpr std::size_t min_frame_bytes = 60; ///< without FCS
inline constexpr std::size_t max_frame_bytes = 1514;
inline constexpr std::size_t vlan_tag_bytes = 4;

struct WireFrame {
    std::span<const uint8_t> bytes;    ///< without FCS
    std::span<const uint8_t> fcs = {}; ///< empty: the right one
    uint16_t line_errors = 0;          ///< rfd_status bits the PHY or the MAC noticed on the way in
};

/// What is wrong with a frame, apart from room for it.
struct FrameErrors {
    uint16_t status = 0; ///< rfd_status bits
    bool too_long = false;
    bool any() const { return status != 0 || too_long; }
    Counter counter() const; ///< the one that counts it; not for a good frame
};

FrameErrors find_errors(const WireFrame& frame, const Configuration& configuration, Generation generation);

/// A frame that passed the filter, as it shall stand in memory: `data`, then `trailer`.
struct ReceivedFrame {
    std::span<const uint8_t> data;
    std::array<uint8_t, 6> trailer{}; ///< FCS and checksum word, as configured
    uint8_t trailer_bytes = 0;
    uint16_t status = 0; ///< rfd_status bits, without C and OK
    FrameErrors errors;
    std::size_t bytes() const { return data.size() + trailer_bytes; }
};

ReceivedFrame describe(const WireFrame& frame, const FrameErrors& errors, const AddressFilter::Match& match,
                       const Configuration& configuration);

/// Sum of little-endian 16-bit words with end-around carry; an odd last byte counts as a word
/// (SDM 6.4.3.4.1).
uint16_t checksum_word(std::span<const uint8_t> data);

} // namespace i8255x
