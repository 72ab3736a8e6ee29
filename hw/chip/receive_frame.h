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
#include "i8255x/rfd.h"
#include "i8255x/statistics.h"
#include "variants.h"

namespace i8255x {

inline constexpr std::size_t mac_header_bytes = 14;
inline constexpr std::size_t min_frame_bytes = 60; ///< without FCS
inline constexpr std::size_t max_frame_bytes = 1514;

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

/// A frame that passed the filter, as it shall stand in memory.
struct ReceivedFrame {
    std::span<const uint8_t> wire;      ///< all that came in, without FCS
    std::span<const uint8_t> addresses; ///< in front of a VLAN tag that was taken out; else empty
    std::span<const uint8_t> data;
    std::array<uint8_t, 6> trailer; ///< FCS and checksum word, as configured
    uint8_t trailer_bytes = 0;
    uint16_t status = 0; ///< rfd_status bits, without C and OK
    FrameErrors errors;
    ReceiveReport report{}; ///< for an extended RFD
    std::size_t bytes = 0;  ///< of all pieces

    /// In the order of memory.
    std::array<std::span<const uint8_t>, 3> pieces() const {
        return {addresses, data, std::span(trailer).first(trailer_bytes)};
    }
};

ReceivedFrame describe(const WireFrame& frame, const FrameErrors& errors, const AddressFilter::Match& match,
                       const Configuration& configuration);

/// Whether an early receive interrupt at `bytes_left` bytes before the end, as the frame itself declares it,
/// comes for what is there of it (SDM 6.3.7).
bool is_early_receive_due(std::span<const uint8_t> frame, std::size_t bytes_left,
                          const Configuration& configuration);

} // namespace i8255x
