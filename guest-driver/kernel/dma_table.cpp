// SPDX-License-Identifier: GPL-2.0-or-later
// The table of live DMA mappings.
#include "kernel/dma_table.h"

namespace kernel {

const char* dma_violation_text(DmaViolation violation) {
    switch (violation) {
    case DmaViolation::None:
        return "dma: all right";
    case DmaViolation::DoubleMap:
        return "dma: double map";
    case DmaViolation::UnmapUnknown:
        return "dma: unmap of unknown address";
    case DmaViolation::WrongLength:
        return "dma: unmap with wrong length";
    case DmaViolation::WrongDirection:
        return "dma: unmap with wrong direction";
    case DmaViolation::WrongDevice:
        return "dma: unmap by wrong device";
    case DmaViolation::TableFull:
        return "dma: too many mappings";
    }
    return "dma: ?";
}

uint16_t* DmaTable::find(uint32_t bus_address) {
    uint16_t* link = &bucket(bus_address);
    while (*link && entries_[*link - 1u].mapping.bus_address != bus_address)
        link = &entries_[*link - 1u].next;
    return *link ? link : nullptr;
}

uint16_t DmaTable::take_free() {
    if (free_) {
        const uint16_t index = free_;
        free_ = entries_[index - 1u].next;
        return index;
    }
    return never_used_ < capacity ? ++never_used_ : uint16_t{0};
}

DmaViolation DmaTable::add(const DmaMapping& mapping) {
    IrqSpinGuard guard(lock_);
    if (find(mapping.bus_address))
        return DmaViolation::DoubleMap;
    const uint16_t index = take_free();
    if (!index)
        return DmaViolation::TableFull;
    uint16_t& head = bucket(mapping.bus_address);
    entries_[index - 1u] = {mapping, head};
    head = index;
    return DmaViolation::None;
}

DmaViolation DmaTable::remove(const DmaMapping& mapping) {
    IrqSpinGuard guard(lock_);
    uint16_t* link = find(mapping.bus_address);
    if (!link)
        return DmaViolation::UnmapUnknown;
    const uint16_t index = *link;
    Entry& entry = entries_[index - 1u];
    if (entry.mapping.bytes != mapping.bytes)
        return DmaViolation::WrongLength;
    if (entry.mapping.direction != mapping.direction)
        return DmaViolation::WrongDirection;
    if (entry.mapping.device != mapping.device)
        return DmaViolation::WrongDevice;
    *link = entry.next;
    entry.next = free_;
    free_ = index;
    return DmaViolation::None;
}

bool DmaTable::holds_any(const void* device) {
    IrqSpinGuard guard(lock_);
    for (const uint16_t head : buckets_)
        for (uint16_t index = head; index; index = entries_[index - 1u].next)
            if (entries_[index - 1u].mapping.device == device)
                return true;
    return false;
}

} // namespace kernel
