// SPDX-License-Identifier: GPL-2.0-or-later
// The identity map is made of 2 MiB pages; where protection has to be finer, one is split into 4 KiB pages.
#include "arch/x86_64/paging.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "arch/cpu.h"
#include "arch/memory.h"
#include "arch/x86_64/physical.h"
#include "kernel/spinlock.h"

extern "C" uint64_t boot_page_directories[];
extern "C" std::byte image_begin[], rodata_begin[], data_begin[], image_end[];
extern "C" std::byte boot_stack_guard[];

namespace {

constexpr uint64_t present = 1 << 0, writable = 1 << 1, large = 1 << 7, no_execute = uint64_t{1} << 63;
constexpr uint64_t address_bits = 0x000ffffffffff000;
constexpr uint64_t page_bytes = 4096, large_page_bytes = uint64_t{2} << 20;
constexpr std::size_t entries = 512;

struct alignas(page_bytes) PageTable {
    uint64_t entry[entries];
};
PageTable spare_tables[32]; // the image and the stacks of all threads lie in few pages of 2 MiB
std::size_t spare_used = 0;
kernel::SpinLock lock;

/// The entry of the 4 KiB page at `address`; nullptr if no table is left.
uint64_t* small_page(uint64_t address) {
    uint64_t& directory_entry = boot_page_directories[address / large_page_bytes];
    if (directory_entry & large) {
        if (spare_used == sizeof spare_tables / sizeof spare_tables[0])
            return nullptr;
        PageTable& table = spare_tables[spare_used++];
        const uint64_t base = address & ~(large_page_bytes - 1);
        for (std::size_t i = 0; i < entries; i++)
            table.entry[i] = (base + i * page_bytes) | present | writable;
        // Other CPUs may walk through here: they find the large page or the complete table.
        std::atomic_ref(directory_entry)
            .store(reinterpret_cast<uint64_t>(&table) | present | writable, std::memory_order_release);
    }
    auto* table = x86::at<PageTable>(directory_entry & address_bits);
    return &table->entry[address / page_bytes % entries];
}

void set_page(uint64_t address, uint64_t flags) {
    if (uint64_t* entry = small_page(address)) {
        *entry = address | flags;
        asm volatile("invlpg (%0)" : : "r"(address) : "memory");
    }
}

void set_range(const std::byte* begin, const std::byte* end, uint64_t flags) {
    for (auto address = reinterpret_cast<uint64_t>(begin); address < reinterpret_cast<uint64_t>(end);
         address += page_bytes)
        set_page(address, flags);
}

} // namespace

namespace x86 {

void paging_init() {
    set_range(image_begin, rodata_begin, present); // with the boot code: other CPUs come by it later
    set_range(rodata_begin, data_begin, present | no_execute);
    set_range(data_begin, image_end, present | writable | no_execute);
    arch::forbid_access(nullptr);
    arch::forbid_access(boot_stack_guard);
}

} // namespace x86

namespace arch {

void forbid_access(void* page) {
    kernel::IrqSpinGuard guard(lock);
    set_page(reinterpret_cast<uint64_t>(page), 0);
}

} // namespace arch
