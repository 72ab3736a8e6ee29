// SPDX-License-Identifier: GPL-2.0-or-later
// The Internet checksum (RFC 1071).
#include "internet.h"

namespace i8255x {

uint16_t checksum_word(std::span<const uint8_t> data) {
    uint64_t sum = 0;
    for (std::size_t i = 0; i + 1 < data.size(); i += 2)
        sum += static_cast<unsigned>(data[i] | data[i + 1] << 8);
    if (data.size() % 2 != 0)
        sum += data.back();
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<uint16_t>(sum);
}

} // namespace i8255x
