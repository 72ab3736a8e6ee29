// SPDX-License-Identifier: GPL-2.0-or-later
// Frame check sequence (IEEE 802.3 clause 3.2.9).
#include "fcs.h"

namespace i8255x {
namespace {

constexpr uint32_t reflected_polynomial = 0xedb88320;

constexpr std::array<uint32_t, 256> make_table() {
    std::array<uint32_t, 256> table{};
    for (uint32_t byte = 0; byte < table.size(); byte++) {
        uint32_t remainder = byte;
        for (int bit = 0; bit < 8; bit++)
            remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? reflected_polynomial : 0);
        table[byte] = remainder;
    }
    return table;
}

constexpr auto table = make_table();

} // namespace

Fcs frame_check_sequence(std::span<const uint8_t> frame) {
    uint32_t crc = 0xffffffff;
    for (uint8_t byte : frame)
        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xff];
    crc = ~crc;
    return {static_cast<uint8_t>(crc), static_cast<uint8_t>(crc >> 8), static_cast<uint8_t>(crc >> 16),
            static_cast<uint8_t>(crc >> 24)};
}

} // namespace i8255x
