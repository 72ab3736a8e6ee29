// SPDX-License-Identifier: GPL-2.0-or-later
// The buddy system: free blocks of each order in a list, a block's neighbour of the same order found by
// flipping one bit of its page number. Page numbers count from address 0, so that blocks are aligned to their
// size.
#include "kernel/page_alloc.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "arch/cpu.h"
#include "arch/memory.h"
#include "kernel/list.h"
#include "kernel/spinlock.h"

namespace kernel {

namespace {

/// Lies in the free memory itself.
struct FreeBlock : ListNode {};

/// What is known of the block that begins at a page.
struct PageNote {
    uint8_t order : 6;
    bool free_head : 1; ///< a free block of `order` begins here
    bool used_head : 1; ///< a block of `order` that was given out begins here
};

std::array<List<FreeBlock>, max_order + 1> free_blocks;
PageNote* notes = nullptr; ///< one per page from first_page on
std::size_t first_page = 0, end_page = 0;
PageCounts counts{0, 0};
SpinLock lock;

std::size_t page_of(const void* address) { return reinterpret_cast<uintptr_t>(address) / page_size; }
FreeBlock* block_at(std::size_t page) { return reinterpret_cast<FreeBlock*>(page * page_size); }
PageNote& note_of(std::size_t page) { return notes[page - first_page]; }

void add_free(std::size_t page, unsigned order) {
    note_of(page) = {static_cast<uint8_t>(order & 0x3f), true, false};
    free_blocks[order].push_front(*new (block_at(page)) FreeBlock);
}

void remove_free(std::size_t page) {
    note_of(page).free_head = false;
    block_at(page)->unlink();
}

bool is_free(std::size_t page, unsigned order) {
    return page >= first_page && page < end_page && note_of(page).free_head && note_of(page).order == order;
}

/// Joins the block with its buddies as far as they are free.
void release(std::size_t page, unsigned order) {
    for (; order < max_order; order++) {
        const std::size_t buddy = page ^ std::size_t{1} << order;
        if (!is_free(buddy, order))
            break;
        remove_free(buddy);
        page = std::min(page, buddy);
    }
    add_free(page, order);
}

/// Covers a range with the largest aligned blocks.
void release_range(std::size_t page, std::size_t end) {
    while (page < end) {
        unsigned order = 0;
        while (order < max_order && page % (std::size_t{2} << order) == 0 &&
               page + (std::size_t{2} << order) <= end)
            order++;
        add_free(page, order);
        page += std::size_t{1} << order;
    }
}

} // namespace

void page_alloc_init() {
    const std::span<std::byte> ram = arch::free_ram();
    const std::size_t pages = ram.size() / page_size;
    const std::size_t note_pages = (pages * sizeof(PageNote) + page_size - 1) / page_size;
    first_page = page_of(ram.data()) + note_pages;
    end_page = page_of(ram.data()) + pages;
    notes = reinterpret_cast<PageNote*>(ram.data());
    std::memset(ram.data(), 0, note_pages * page_size);
    release_range(first_page, end_page);
    counts = {end_page - first_page, end_page - first_page};
}

void* alloc_pages(unsigned order) {
    if (order > max_order)
        return nullptr;
    IrqSpinGuard guard(lock);
    unsigned found = order;
    while (found <= max_order && free_blocks[found].empty())
        found++;
    if (found > max_order)
        return nullptr;
    FreeBlock* block = free_blocks[found].front();
    const std::size_t page = page_of(block);
    remove_free(page);
    while (found > order) {
        found--;
        add_free(page + (std::size_t{1} << found), found);
    }
    note_of(page) = {static_cast<uint8_t>(order & 0x3f), false, true};
    counts.free -= std::size_t{1} << order;
    return block;
}

void free_pages(void* block, unsigned order) {
    const std::size_t page = page_of(block);
    IrqSpinGuard guard(lock);
    if (page < first_page || page >= end_page || !note_of(page).used_head || note_of(page).order != order)
        arch::die("free_pages: not a block that was given out with this order");
    note_of(page).used_head = false;
    counts.free += std::size_t{1} << order;
    release(page, order);
}

PageCounts page_counts() {
    IrqSpinGuard guard(lock);
    return counts;
}

} // namespace kernel
