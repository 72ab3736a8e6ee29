// SPDX-License-Identifier: GPL-2.0-or-later
// Receive frame and receive buffer descriptors in shared memory (SDM 6.4.3, B.4, B.5).
#pragma once

#include <cstddef>
#include <cstdint>

#include "i8255x/little_endian.h"

namespace i8255x {

/// RFD; the data area follows it, in a header RFD first the header area and then the data area. The chip
/// writes `actual_count` and `status`, nothing else.
struct ReceiveFrameDescriptor {
    Le16 status;
    Le16 command;
    Le32 link;         ///< offset from the RU base
    Le32 rbd;          ///< flexible mode only: first RBD, offset from the RU base; drivers write 0xffffffff
    Le16 actual_count; ///< 13:0 bytes stored, EOF, F
    Le16 size;         ///< 13:0 bytes of the data area, without the header area
};
static_assert(sizeof(ReceiveFrameDescriptor) == 16);
static_assert(offsetof(ReceiveFrameDescriptor, actual_count) == 12);

/// What the 82550 and 82551 found out about a frame on its way; written by the chip before the count.
struct ReceiveReport {
    uint8_t vlan_tag[2]; ///< in the order of the wire
    uint8_t parser;      ///< `rfd_parser`
    uint8_t reserved;
    Le16 security;     ///< of IPsec offload, for which no driver or manual exists: 0
    uint8_t checksum;  ///< `rfd_checksum`
    uint8_t zero_copy; ///< 0
};
static_assert(sizeof(ReceiveReport) == 8);

/// Extended RFD (82550 and 82551); the data area follows it.
struct ExtendedReceiveFrameDescriptor {
    ReceiveFrameDescriptor basic;
    ReceiveReport report;
    uint8_t pad[8];
};
static_assert(sizeof(ExtendedReceiveFrameDescriptor) == 32);
static_assert(offsetof(ExtendedReceiveFrameDescriptor, report) == 16);

/// RBD: one buffer of the flexible mode. The chip writes `actual_count`, nothing else.
struct ReceiveBufferDescriptor {
    Le16 actual_count; ///< as in the RFD; EOF in the last one of a frame
    Le16 reserved0;
    Le32 link;    ///< offset from the RU base
    Le32 address; ///< absolute
    Le16 size;    ///< 13:0 bytes, EL
    Le16 reserved1;
};
static_assert(sizeof(ReceiveBufferDescriptor) == 16);
static_assert(offsetof(ReceiveBufferDescriptor, size) == 12);
inline constexpr uint16_t rbd_end_of_list = 0x8000; ///< of `size`

namespace rfd_status {
inline constexpr uint16_t complete = 0x8000;
inline constexpr uint16_t ok = 0x2000;
inline constexpr uint16_t vlan = 0x1000; ///< tagged (extended RFD only)
inline constexpr uint16_t crc_error = 0x0800;
inline constexpr uint16_t alignment_error = 0x0400;
inline constexpr uint16_t no_resources = 0x0200; ///< frame did not fit
inline constexpr uint16_t overrun = 0x0100;
inline constexpr uint16_t too_short = 0x0080;
inline constexpr uint16_t type_frame = 0x0020; ///< Type/Length is 0 or above 1500
inline constexpr uint16_t receive_error = 0x0010;
inline constexpr uint16_t parsed = 0x0008;           ///< an IPv4 packet (extended RFD only)
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

namespace rfd_parser {
inline constexpr uint8_t protocol_mask = 0x03;
inline constexpr uint8_t tcp = 0x00;
inline constexpr uint8_t udp = 0x01;
inline constexpr uint8_t other_ip = 0x03;
inline constexpr uint8_t parsed = 0x08;
} // namespace rfd_parser

namespace rfd_checksum {
inline constexpr uint8_t ip_checked = 0x01;
inline constexpr uint8_t ip_good = 0x02;
inline constexpr uint8_t l4_checked = 0x10;
inline constexpr uint8_t l4_good = 0x20;
} // namespace rfd_checksum

inline constexpr uint32_t no_rbd = 0xffffffff;

} // namespace i8255x
