// SPDX-License-Identifier: GPL-2.0-or-later
// Guest RAM as a test uses it: hands out addresses, moves structures of include/i8255x in and out.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "qtest.h"

namespace harness {

class GuestMemory {
  public:
    /// Hands out [begin, end).
    GuestMemory(Qtest& qtest, uint32_t begin, uint32_t end) : qtest_(qtest), next_(begin), end_(end) {}

    /// `bytes` of zeroed memory that nobody else was given, at a multiple of `alignment` plus `offset`. Never
    /// freed.
    uint32_t allocate(size_t bytes, uint32_t alignment = 16, uint32_t offset = 0);
    /// Allocates and fills.
    uint32_t place(std::span<const uint8_t> bytes, uint32_t alignment = 16, uint32_t offset = 0);

    std::vector<uint8_t> read(uint32_t address, size_t bytes) { return qtest_.read(address, bytes); }
    void write(uint32_t address, std::span<const uint8_t> bytes) { qtest_.write(address, bytes); }
    void fill(uint32_t address, size_t bytes, uint8_t value) { qtest_.memset(address, bytes, value); }
    uint16_t read16(uint32_t address) { return qtest_.read16(address); }
    uint32_t read32(uint32_t address) { return qtest_.read32(address); }
    void write16(uint32_t address, uint16_t value) { qtest_.write16(address, value); }
    void write32(uint32_t address, uint32_t value) { qtest_.write32(address, value); }

    template <typename T> T load(uint32_t address) {
        static_assert(std::is_trivially_copyable_v<T>);
        auto bytes = read(address, sizeof(T));
        T value;
        std::memcpy(static_cast<void*>(&value), bytes.data(), sizeof value);
        return value;
    }
    template <typename T> void store(uint32_t address, const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        write(address, {reinterpret_cast<const uint8_t*>(&value), sizeof value});
    }

  private:
    Qtest& qtest_;
    uint32_t next_, end_;
};

} // namespace harness
