// SPDX-License-Identifier: GPL-2.0-or-later
// Physical pages, in blocks of 2^order.
#pragma once

#include <cstddef>

namespace kernel {

inline constexpr std::size_t page_size = 4096;
inline constexpr unsigned max_order = 10;

void page_alloc_init(); ///< takes all of arch::free_ram()
/// A block of `page_size << order` bytes aligned to its size; nullptr when memory is short. Contents
/// undefined.
void* alloc_pages(unsigned order);
void free_pages(void* block, unsigned order);
struct PageCounts {
    std::size_t total, free;
};
PageCounts page_counts();

} // namespace kernel
