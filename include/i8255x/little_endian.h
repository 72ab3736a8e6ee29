// SPDX-License-Identifier: GPL-2.0-or-later
// The storage type of every multi-byte field that software and chip share: little endian, any alignment
// (real drivers put RFDs at addresses that are 2 modulo 4, SDM 6.2.1).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace i8255x {

template <typename T> class LittleEndian {
  public:
    constexpr LittleEndian() = default;
    constexpr LittleEndian(T value) { *this = value; }
    constexpr LittleEndian& operator=(T value) {
        for (unsigned i = 0; i < sizeof(T); i++)
            bytes_[i] = static_cast<uint8_t>(value >> (8 * i));
        return *this;
    }
    constexpr operator T() const {
        T value = 0;
        for (unsigned i = 0; i < sizeof(T); i++)
            value = static_cast<T>(value | static_cast<T>(bytes_[i]) << (8 * i));
        return value;
    }

  private:
    uint8_t bytes_[sizeof(T)] = {};
};

using Le16 = LittleEndian<uint16_t>;
using Le32 = LittleEndian<uint32_t>;

} // namespace i8255x
