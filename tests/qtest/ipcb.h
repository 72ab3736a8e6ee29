// SPDX-License-Identifier: GPL-2.0-or-later
// Blocks of the offloading transmit command (IPCB) in guest memory, and large sends for them.
#pragma once

#include "e100_test.h"

namespace qtest {

inline void put16(Bytes& bytes, size_t at, unsigned value) {
    bytes[at] = static_cast<uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<uint8_t>(value);
}

/// `block`, the last one, with `frame` in buffers of up to 9999 bytes, the first one for the headers alone.
inline uint32_t place_ipcb(GuestMemory& memory, const Frame& frame, Ipcb block, size_t header_bytes) {
    std::vector<TransmitBufferDescriptor> tbds;
    for (size_t at = 0, bytes; at < frame.size(); at += bytes) {
        bytes = at == 0 ? header_bytes : std::min<size_t>(9999, frame.size() - at);
        const bool last = at + bytes == frame.size();
        const auto first = frame.begin() + static_cast<long>(at);
        tbds.push_back(tbd(memory.place(Bytes(first, first + static_cast<long>(bytes)), 16, 1), bytes,
                           last ? tbd_end_of_list : 0));
    }
    block.standard.header.command = cb_command::end_of_list | static_cast<unsigned>(Opcode::Ipcb);
    block.standard.tbd_array = memory.allocate(8 * tbds.size() + 8);
    for (uint32_t n = 1; n < tbds.size(); n++)
        memory.store(block.standard.tbd_array + 8 * (n - 1), tbds[n]);
    block.tbd.address = tbds[0].address;
    block.tbd.size = block.tbd.size | tbds[0].size;
    const uint32_t address = memory.allocate(sizeof block);
    memory.store(address, block);
    return address;
}

inline constexpr uint32_t large_send_sequence = 0xfffffff0; ///< of the first byte

/// A TCP packet with `data` from the card to `to`, to be cut into segments of `mss` bytes.
inline uint32_t place_large_send(GuestMemory& memory, const MacAddress& to, const Ipv4& header,
                                 const Bytes& data, unsigned mss) {
    constexpr size_t headers = 54;
    Bytes segment =
        tcp(header, {.sequence = large_send_sequence, .flags = tcp_flag::ack | tcp_flag::psh}, data);
    put16(segment, 16, pseudo_header_sum(header, ip_protocol::tcp, 20 + mss));
    Bytes packet = ipv4(header, Bytes());
    put16(packet, 2, 40 + mss);
    put16(packet, 10, 0);
    packet.insert(packet.end(), segment.begin(), segment.end());
    Ipcb block{};
    block.standard.threshold = static_cast<uint8_t>(mss);
    block.standard.tbd_number = static_cast<uint8_t>(mss >> 8);
    block.checksums = ipcb::ip_checksum | ipcb::l4_checksum | ipcb::tcp | ipcb::large_send;
    block.activation = ipcb::parse;
    block.tbd.size = static_cast<uint32_t>(data.size()) << ipcb::payload_shift;
    return place_ipcb(memory, ethernet(to, card_mac, ether_type::ipv4, packet), block, headers);
}

} // namespace qtest
