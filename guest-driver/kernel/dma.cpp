// SPDX-License-Identifier: GPL-2.0-or-later
// DMA mappings. On a PC every address is coherent and bus addresses are physical ones: what is left of
// mapping is the bookkeeping of who owns what, and that is what catches drivers.
#include "kernel/dma.h"

#include <array>
#include <atomic>
#include <cstring>

#include "arch/cpu.h"
#include "arch/memory.h"
#include "kernel/dma_table.h"
#include "kernel/page_alloc.h"
#include "kernel/trace.h"

namespace kernel {
namespace {

#ifdef NDEBUG
constexpr bool debug = false;
#else
constexpr bool debug = true;
#endif

constinit DmaTable table;
std::atomic<uint64_t> maps, unmaps, coherent_allocated, coherent_freed;
bool (*allocation_fails)() = nullptr;

void check(DmaViolation violation) {
    if (violation != DmaViolation::None)
        arch::die(dma_violation_text(violation));
}

unsigned order_for(std::size_t bytes) {
    unsigned order = 0;
    while (page_size << order < bytes)
        order++;
    return order;
}

} // namespace

uint32_t dma_map(std::span<std::byte> memory, DmaDirection direction, const void* device) {
    const uint32_t bus = arch::virt_to_bus(memory.data());
    if constexpr (debug)
        check(table.add({bus, static_cast<uint32_t>(memory.size()), direction, device}));
    maps.fetch_add(1, std::memory_order_relaxed);
    trace(Event::DmaMap, bus, static_cast<uint32_t>(memory.size()));
    arch::write_barrier();
    return bus;
}

void dma_unmap(uint32_t bus_address, std::size_t bytes, DmaDirection direction, const void* device) {
    if constexpr (debug)
        check(table.remove({bus_address, static_cast<uint32_t>(bytes), direction, device}));
    unmaps.fetch_add(1, std::memory_order_relaxed);
    trace(Event::DmaUnmap, bus_address, static_cast<uint32_t>(bytes));
    arch::read_barrier();
}

void dma_expect_none_mapped(const void* device) {
    if (debug && table.holds_any(device))
        arch::die("dma: mapping alive at close");
}

DmaBuffer<Device> DmaBuffer<Cpu>::map(const void* device) && {
    DmaBuffer<Device> mapped;
    mapped.memory_ = std::exchange(memory_, {});
    mapped.direction_ = direction_;
    mapped.device_ = device;
    mapped.bus_address_ = dma_map(mapped.memory_, direction_, device);
    return mapped;
}

DmaBuffer<Cpu> DmaBuffer<Device>::unmap() && {
    dma_unmap(bus_address_, memory_.size(), direction_, device_);
    return {std::exchange(memory_, {}), direction_};
}

CoherentMemory CoherentMemory::allocate(std::size_t bytes) {
    CoherentMemory block;
    block.order_ = order_for(bytes);
    if (allocation_fails && allocation_fails())
        return block;
    block.memory_ = static_cast<std::byte*>(alloc_pages(block.order_));
    if (block.memory_) {
        std::memset(block.memory_, 0, page_size << block.order_);
        coherent_allocated.fetch_add(1, std::memory_order_relaxed);
    }
    return block;
}

CoherentMemory& CoherentMemory::operator=(CoherentMemory&& other) noexcept {
    if (this != &other) {
        release();
        memory_ = std::exchange(other.memory_, nullptr);
        order_ = other.order_;
    }
    return *this;
}

void CoherentMemory::release() {
    if (!memory_)
        return;
    free_pages(std::exchange(memory_, nullptr), order_);
    coherent_freed.fetch_add(1, std::memory_order_relaxed);
}

uint32_t CoherentMemory::bus_address() const { return arch::virt_to_bus(memory_); }

DmaStats dma_stats() { return {maps, unmaps, coherent_allocated, coherent_freed}; }

void dma_fail_when(bool (*fails)()) { allocation_fails = fails; }

} // namespace kernel
