// SPDX-License-Identifier: GPL-2.0-or-later
// The live DMA mappings of a debug build, and what may be wrong with a new or an ended one.
#pragma once

#include <array>
#include <cstdint>

#include "kernel/dma.h"
#include "kernel/spinlock.h"

namespace kernel {

enum class DmaViolation : uint8_t {
    None,
    DoubleMap,      ///< the address is mapped already
    UnmapUnknown,   ///< no mapping begins there
    WrongLength,    ///< unmapped with another length
    WrongDirection, ///< unmapped with another direction
    WrongDevice,    ///< unmapped by another device
    TableFull,      ///< more mappings than all rings of all cards together
};
const char* dma_violation_text(DmaViolation violation);

struct DmaMapping {
    uint32_t bus_address;
    uint32_t bytes;
    DmaDirection direction;
    const void* device;
};

/// Hash table with chains of indices; constant size, any context.
class DmaTable {
  public:
    DmaViolation add(const DmaMapping& mapping);
    DmaViolation remove(const DmaMapping& mapping);
    bool holds_any(const void* device);

  private:
    static constexpr uint16_t capacity = 8192;
    static constexpr uint16_t bucket_count = 1024;
    struct Entry {
        DmaMapping mapping;
        uint16_t next; ///< index + 1 in the chain or the free list, 0: last
    };
    uint16_t& bucket(uint32_t bus_address) { return buckets_[(bus_address >> 6) % bucket_count]; }
    uint16_t* find(uint32_t bus_address);
    uint16_t take_free();

    SpinLock lock_;
    std::array<uint16_t, bucket_count> buckets_{};
    std::array<Entry, capacity> entries_{};
    uint16_t free_ = 0;
    uint16_t never_used_ = 0;
};

} // namespace kernel
