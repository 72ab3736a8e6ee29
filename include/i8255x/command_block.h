// SPDX-License-Identifier: GPL-2.0-or-later
// Command blocks in shared memory (SDM 6.4.1, 6.4.2): header, action commands, transmit descriptors.
#pragma once

#include <cstddef>
#include <cstdint>

#include "i8255x/little_endian.h"

namespace i8255x {

/// Common header of all command blocks. Only `status` is ever written by the chip.
struct CommandBlock {
    Le16 status;
    Le16 command;
    Le32 link; ///< offset from the CU base
};
static_assert(sizeof(CommandBlock) == 8);

namespace cb_status {
inline constexpr uint16_t complete = 0x8000;
inline constexpr uint16_t ok = 0x2000;
inline constexpr uint16_t underrun = 0x1000;
inline constexpr uint16_t diagnose_failed = 0x0800;
} // namespace cb_status

namespace cb_command {
inline constexpr uint16_t end_of_list = 0x8000;
inline constexpr uint16_t suspend = 0x4000;
inline constexpr uint16_t interrupt = 0x2000;
inline constexpr uint16_t cid_mask = 0x1f00; ///< CNA interrupt delay, units of about 8 us (>= 82558)
inline constexpr unsigned cid_shift = 8;
inline constexpr uint16_t no_crc = 0x0010;
inline constexpr uint16_t flexible = 0x0008;
inline constexpr uint16_t opcode_mask = 0x0007;      ///< with `flexible` masked off for transmit
inline constexpr uint16_t wide_opcode_mask = 0x000f; ///< distinguishes LoadFilter and Ipcb (SDM 6.4.1)
} // namespace cb_command

enum class Opcode : uint8_t {
    Nop = 0,
    IndividualAddress = 1,
    Configure = 2,
    MulticastSetup = 3,
    Transmit = 4,
    LoadMicrocode = 5,
    Dump = 6,
    Diagnose = 7,
    LoadFilter = 8,
    Ipcb = 9,
};

/// Bit 3 is the SF bit of a transmission and part of the opcode of two others; elsewhere it means nothing.
constexpr Opcode opcode_of(uint16_t command) {
    const auto wide = static_cast<Opcode>(command & cb_command::wide_opcode_mask);
    return wide == Opcode::LoadFilter || wide == Opcode::Ipcb
               ? wide
               : static_cast<Opcode>(command & cb_command::opcode_mask);
}

/// Transmit command block, standard form (16 bytes; immediate data or, in extended mode, two TBDs follow).
struct TransmitCb {
    CommandBlock header;
    Le32 tbd_array;     ///< absolute address after adding the CU base; `no_tbd_array` if none
    Le16 byte_count;    ///< 13:0 immediate bytes behind the block, 15 EOF
    uint8_t threshold;  ///< x 8 bytes in the FIFO before the wire starts
    uint8_t tbd_number; ///< 0xff with dynamic TBDs
};
static_assert(sizeof(TransmitCb) == 16);
inline constexpr uint32_t no_tbd_array = 0xffffffff;
inline constexpr uint16_t tcb_count_mask = 0x3fff;
inline constexpr uint16_t tcb_eof = 0x8000;
inline constexpr uint8_t tbd_number_dynamic = 0xff;

/// Transmit buffer descriptor. The sources disagree about the EL bit; both positions are accepted (SDM figure
/// 20 has bit 16 of the dword, working drivers use bit 15).
struct TransmitBufferDescriptor {
    Le32 address; ///< absolute
    Le32 size;    ///< 13:0 bytes, EL
};
static_assert(sizeof(TransmitBufferDescriptor) == 8);
inline constexpr uint32_t tbd_size_mask = 0x3fff;
inline constexpr uint32_t tbd_end_of_list = 1u << 15;
inline constexpr uint32_t tbd_end_of_list_sdm = 1u << 16;

/// Transmit command block, extended form: two TBDs stand in the block, the array holds the third and later
/// ones (SDM 6.4.2.3 byte 6, 6.4.2.5). Immediate data follow it.
struct ExtendedTransmitCb {
    TransmitCb standard;
    TransmitBufferDescriptor inline_tbds[2];
};
static_assert(sizeof(ExtendedTransmitCb) == 32);
inline constexpr unsigned inline_tbd_count = 2;

/// Transmit command block with work to do on the packet (82550 and 82551, SDM appendix B). Needs the extended
/// TCB mode. One TBD stands in the block, the array holds the second and later ones; immediate data follow.
struct Ipcb {
    TransmitCb
        standard;      ///< large send: threshold and TBD number together are the most TCP payload per segment
    Le16 schedule;     ///< time to send, 15:0
    uint8_t checksums; ///< `ipcb` bits 7:4; schedule 19:16
    uint8_t activation;  ///< `ipcb` bits
    uint8_t vlan_tag[2]; ///< in the order of the wire
    uint8_t ip_offset;   ///< of the IP header in the frame, for a chip that does not parse
    uint8_t l4_offset;   ///< of the TCP or UDP header
    TransmitBufferDescriptor
        tbd; ///< EL is bit 15 only; large send: size 31:16 is the TCP payload of all segments
};
static_assert(sizeof(Ipcb) == sizeof(ExtendedTransmitCb));
namespace ipcb {
inline constexpr uint8_t ip_checksum = 0x10; ///< of `checksums`
inline constexpr uint8_t l4_checksum = 0x20;
inline constexpr uint8_t tcp = 0x40; ///< else UDP, for a chip that does not parse
inline constexpr uint8_t large_send = 0x80;
inline constexpr uint8_t parse = 0x01; ///< of `activation`: the chip looks for the headers itself
inline constexpr uint8_t insert_vlan = 0x02;
inline constexpr uint8_t scheduled = 0x10;
inline constexpr unsigned payload_shift = 16; ///< in the TBD's size
} // namespace ipcb

/// Largest frame the transmit FIFO takes (SDM 6.4.2.5: up to 2600 bytes of data), without an inserted VLAN
/// tag.
inline constexpr std::size_t max_transmit_bytes = 2600;

/// Load Programmable Filter (SDM A.6): the dwords behind the header of its block. The last filter has
/// EL. A flexible filter's dword is followed by 1 to 4 dwords with a bit for each byte of a frame.
namespace wake_filter {
inline constexpr std::size_t max_dwords = 16;
inline constexpr uint32_t end_of_list = 1u << 31;
inline constexpr uint32_t predefined = 1u << 30;
// predefined filters
inline constexpr uint32_t vlan = 1u << 29;
inline constexpr uint32_t multicast = 1u << 28; ///< bytes 2 and 3 are the match word
inline constexpr uint32_t arp = 1u << 27;       ///< request for an address that ends with the match word
inline constexpr uint32_t individual_type = 1u << 26; ///< to the individual address, type is the match word
inline constexpr uint32_t individual = 1u << 25;
inline constexpr uint32_t match_word_mask = 0xffff;
// flexible filters
inline constexpr unsigned mask_length_shift = 27;
inline constexpr uint32_t mask_length_mask = 7;
inline constexpr uint32_t signature_mask = 0x00ffffff;
inline constexpr unsigned max_mask_dwords = 4;
} // namespace wake_filter

/// What PORT dump wake-up writes at most of a frame; a longer one's byte count reads `wake_packet_longer`.
inline constexpr std::size_t wake_packet_bytes = 120;
inline constexpr uint8_t wake_packet_longer = 0xff;

inline constexpr std::size_t configure_min_bytes = 8;
inline constexpr std::size_t configure_max_bytes = 32;
inline constexpr std::size_t multicast_count_mask = 0x3fff;
inline constexpr std::size_t dump_area_bytes = 596; ///< Dump command (SDM 6.4.2.7)

} // namespace i8255x
