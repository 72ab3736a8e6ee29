// SPDX-License-Identifier: GPL-2.0-or-later
// Receive frame descriptors in shared memory (SDM 6.4.3).
#pragma once

#include <cstddef>
#include <cstdint>

#include "i8255x/little_endian.h"

namespace i8255x {

/// Simplified-mode RFD; the frame's bytes follow it. The chip writes `actual_count` and `status`, nothing
/// else.
struct ReceiveFrameDescriptor {
    Le16 status;
    Le16 command;
    Le32 link;         ///< offset from the RU base
    Le32 rbd;          ///< flexible mode only; drivers write 0xffffffff
    Le16 actual_count; ///< 13:0 bytes stored, EOF, F
    Le16 size;         ///< 13:0 bytes of the data area behind this header
};
static_assert(sizeof(ReceiveFrameDescriptor) == 16);
static_assert(offsetof(ReceiveFrameDescriptor, actual_count) == 12);

namespace rfd_status {
inline constexpr uint16_t complete = 0x8000;
inline constexpr uint16_t ok = 0x2000;
inline constexpr uint16_t vlan = 0x1000;
inline constexpr uint16_t crc_error = 0x0800;
inline constexpr uint16_t alignment_error = 0x0400;
inline constexpr uint16_t no_resources = 0x0200; ///< frame did not fit
inline constexpr uint16_t overrun = 0x0100;
inline constexpr uint16_t too_short = 0x0080;
inline constexpr uint16_t type_frame = 0x0020; ///< Type/Length is 0 or above 1500
inline constexpr uint16_t receive_error = 0x0010;
inline constexpr uint16_t parsed = 0x0008;
inline constexpr uint16_t no_address_match = 0x0004; ///< only promiscuous mode let it in
inline constexpr uint16_t not_individual =
    0x0002; ///< destination is not the individual address (inverted IA match)
inline constexpr uint16_t collision = 0x0001;
} // namespace rfd_status

namespace rfd_command {
inline constexpr uint16_t end_of_list = 0x8000;
inline constexpr uint16_t suspend = 0x4000;
inline constexpr uint16_t header = 0x0010;
inline constexpr uint16_t flexible = 0x0008;
} // namespace rfd_command

namespace rfd_count {
inline constexpr uint16_t end_of_frame = 0x8000;
inline constexpr uint16_t valid = 0x4000;
inline constexpr uint16_t mask = 0x3fff;
} // namespace rfd_count

inline constexpr uint32_t no_rbd = 0xffffffff;

} // namespace i8255x
