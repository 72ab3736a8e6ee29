// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers of network protocols, which stand in frames with the high byte first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace i8255x {

constexpr uint16_t big16(std::span<const uint8_t> bytes, std::size_t at) {
    return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
constexpr uint32_t big32(std::span<const uint8_t> bytes, std::size_t at) {
    return static_cast<uint32_t>(big16(bytes, at)) << 16 | big16(bytes, at + 2);
}
constexpr void put_big16(std::span<uint8_t> bytes, std::size_t at, uint32_t value) {
    bytes[at] = static_cast<uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<uint8_t>(value);
}
constexpr void put_big32(std::span<uint8_t> bytes, std::size_t at, uint32_t value) {
    put_big16(bytes, at, value >> 16);
    put_big16(bytes, at + 2, value);
}

} // namespace i8255x
