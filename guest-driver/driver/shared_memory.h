// SPDX-License-Identifier: GPL-2.0-or-later
// Access to fields that the chip reads or writes at the same moment: exactly one load or store of the field's
// width. Fields may lie at odd multiples of two (SDM 6.2.1), which this hides from the compiler's alignment
// rules.
#pragma once

#include <bit>
#include <cstdint>

#include "i8255x/little_endian.h"

namespace e100 {
namespace detail {

using Raw16 [[gnu::may_alias, gnu::aligned(2)]] = uint16_t;
using Raw32 [[gnu::may_alias, gnu::aligned(2)]] = uint32_t;

constexpr uint16_t swap(uint16_t value) { return __builtin_bswap16(value); }
constexpr uint32_t swap(uint32_t value) { return __builtin_bswap32(value); }
template <typename T> constexpr T little(T value) {
    return std::endian::native == std::endian::little ? value : swap(value);
}

} // namespace detail

inline uint16_t load(const i8255x::Le16& field) {
    return detail::little(static_cast<uint16_t>(*reinterpret_cast<const volatile detail::Raw16*>(&field)));
}
inline uint32_t load(const i8255x::Le32& field) {
    return detail::little(static_cast<uint32_t>(*reinterpret_cast<const volatile detail::Raw32*>(&field)));
}
inline void store(i8255x::Le16& field, uint16_t value) {
    *reinterpret_cast<volatile detail::Raw16*>(&field) = detail::little(value);
}
inline void store(i8255x::Le32& field, uint32_t value) {
    *reinterpret_cast<volatile detail::Raw32*>(&field) = detail::little(value);
}

} // namespace e100
