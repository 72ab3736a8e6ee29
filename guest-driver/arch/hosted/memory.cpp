// SPDX-License-Identifier: GPL-2.0-or-later
// RAM of the simulated machine: one arena; bus addresses are offsets into it, far from host pointers, so that
// a driver that hands a pointer to the device is found out.
#include "arch/memory.h"

#include <sys/mman.h>

#include "arch/cpu.h"
#include "arch/hosted/machine.h"
#include "kernel/page_alloc.h"

namespace {

constexpr std::size_t arena_bytes = 64u << 20;
constexpr std::size_t arena_alignment = 4u << 20; // of the largest block of the page allocator
constexpr uint32_t arena_bus = 0x1000'0000;

std::byte* map_arena() {
    void* memory = mmap(nullptr, arena_bytes + arena_alignment, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        arch::die("hosted: no memory for the arena");
    const std::size_t misaligned = reinterpret_cast<uintptr_t>(memory) % arena_alignment;
    return static_cast<std::byte*>(memory) + (arena_alignment - misaligned);
}

std::byte* arena() {
    static std::byte* const base = map_arena();
    return base;
}

} // namespace

namespace arch {

std::span<std::byte> free_ram() { return {arena(), arena_bytes}; }

void forbid_access(void* page) { mprotect(page, kernel::page_size, PROT_NONE); }

uint32_t virt_to_bus(const void* virt) {
    const auto offset = reinterpret_cast<uintptr_t>(virt) - reinterpret_cast<uintptr_t>(arena());
    if (offset >= arena_bytes)
        die("hosted: virt_to_bus of an address outside RAM");
    return arena_bus + static_cast<uint32_t>(offset);
}

void* bus_to_virt(uint32_t bus) {
    if (bus - arena_bus >= arena_bytes)
        die("hosted: bus_to_virt of an address outside RAM");
    return arena() + (bus - arena_bus);
}

} // namespace arch

namespace hosted {

std::span<std::byte> ram(uint32_t bus_address, std::size_t bytes) {
    const std::size_t offset = static_cast<uint32_t>(bus_address - arena_bus);
    if (offset >= arena_bytes || bytes > arena_bytes - offset)
        return {};
    return {arena() + offset, bytes};
}

} // namespace hosted
