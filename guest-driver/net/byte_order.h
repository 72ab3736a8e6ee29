// SPDX-License-Identifier: GPL-2.0-or-later
// Integers as they stand on the wire: big endian, at any address.
#pragma once

#include <cstdint>

namespace net {

/// Reads as a host integer, is written from one; its bytes are in network order. Alignment 1.
template <typename Integer> class BigEndian {
  public:
    constexpr BigEndian() = default;
    constexpr BigEndian(Integer value) {
        for (unsigned i = 0; i < sizeof(Integer); i++)
            bytes_[i] = static_cast<uint8_t>(value >> (8 * (sizeof(Integer) - 1 - i)));
    }
    constexpr operator Integer() const {
        Integer value = 0;
        for (uint8_t byte : bytes_)
            value = static_cast<Integer>(value << 8 | byte);
        return value;
    }

  private:
    uint8_t bytes_[sizeof(Integer)] = {};
};

using Be16 = BigEndian<uint16_t>;
using Be32 = BigEndian<uint32_t>;
static_assert(sizeof(Be16) == 2 && alignof(Be16) == 1);
static_assert(sizeof(Be32) == 4 && alignof(Be32) == 1);

} // namespace net
