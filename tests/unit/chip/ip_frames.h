// SPDX-License-Identifier: GPL-2.0-or-later
// Frames with IPv4 packets whose checksums are right, as the RFCs say and not as the chip's code does it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "unit_bench.h"

namespace i8255x {

/// RFC 1071, byte pair by byte pair.
inline uint16_t internet_checksum(std::initializer_list<Bytes> parts) {
    uint32_t sum = 0;
    for (const Bytes& part : parts)
        for (std::size_t i = 0; i < part.size(); i++)
            sum += static_cast<uint32_t>(part[i]) << (i % 2 == 0 ? 8 : 0);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<uint16_t>(~sum);
}

inline void put_be(Bytes& bytes, std::size_t at, unsigned value) {
    bytes[at] = static_cast<uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<uint8_t>(value);
}

inline Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

inline const Bytes ip_addresses = {10, 0, 2, 2, 10, 0, 2, 15};

/// `fragment` is the 16-bit field of flags and offset; `options` a multiple of 4 bytes.
inline Bytes ip_packet(uint8_t protocol, const Bytes& payload, unsigned fragment = 0x4000,
                       const Bytes& options = {}) {
    Bytes header(12);
    header[0] = static_cast<uint8_t>(0x40 | (20 + options.size()) / 4);
    put_be(header, 2, static_cast<unsigned>(20 + options.size() + payload.size()));
    put_be(header, 4, 0x1234);
    put_be(header, 6, fragment);
    header[8] = 64;
    header[9] = protocol;
    header = joined({header, ip_addresses, options});
    put_be(header, 10, internet_checksum({header}));
    return joined({header, payload});
}

inline Bytes pseudo_header(uint8_t protocol, std::size_t length) {
    return joined(
        {ip_addresses, {0, protocol, static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)}});
}

inline Bytes udp_datagram(const Bytes& data) {
    Bytes header(8);
    put_be(header, 0, 7);
    put_be(header, 2, 4000);
    put_be(header, 4, static_cast<unsigned>(8 + data.size()));
    const Bytes whole = joined({header, data});
    put_be(header, 6, internet_checksum({pseudo_header(17, whole.size()), whole}));
    return joined({header, data});
}

inline Bytes tcp_segment(const Bytes& data, const Bytes& options = {}) {
    Bytes header(20);
    put_be(header, 0, 80);
    put_be(header, 2, 4000);
    header[12] = static_cast<uint8_t>((20 + options.size()) / 4 << 4);
    header[13] = 0x10;
    header = joined({header, options});
    const Bytes whole = joined({header, data});
    put_be(header, 16, internet_checksum({pseudo_header(6, whole.size()), whole}));
    return joined({header, data});
}

/// To the station, padded to the shortest frame with bytes that are not zero.
inline Bytes ethernet(uint16_t type, const Bytes& content, const Bytes& tag = {}) {
    Bytes frame = make_frame(station, type, 12);
    frame = joined({frame, tag, {static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type)}, content});
    while (frame.size() < 60)
        frame.push_back(0xbe);
    return frame;
}
inline const Bytes vlan_tag = {0x81, 0x00, 0x60, 0x05}; ///< priority 3, VLAN 5

/// 802.3 with SNAP header.
inline Bytes snap(const Bytes& packet, const Bytes& tag = {}) {
    return ethernet(static_cast<uint16_t>(8 + packet.size()),
                    joined({{0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00}, packet}), tag);
}

} // namespace i8255x
