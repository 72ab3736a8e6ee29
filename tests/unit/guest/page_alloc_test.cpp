// SPDX-License-Identifier: GPL-2.0-or-later
// The buddy allocator.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <vector>

#include "kernel/page_alloc.h"

namespace {

using kernel::alloc_pages;
using kernel::free_pages;
using kernel::max_order;
using kernel::page_counts;
using kernel::page_size;

class PageAlloc : public testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(page_counts().free, free_at_start_); }
    const std::size_t free_at_start_ = page_counts().free;
};

/// As many blocks of the order as there are.
std::vector<void*> take_all(unsigned order) {
    std::vector<void*> blocks;
    while (void* block = alloc_pages(order))
        blocks.push_back(block);
    return blocks;
}

void give_back(const std::vector<void*>& blocks, unsigned order) {
    for (void* block : blocks)
        free_pages(block, order);
}

TEST_F(PageAlloc, BlocksAreAlignedToTheirSizeAndCounted) {
    for (unsigned order = 0; order <= max_order; order++) {
        const std::size_t before = page_counts().free;
        void* block = alloc_pages(order);
        ASSERT_NE(block, nullptr);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % (page_size << order), 0u);
        EXPECT_EQ(before - page_counts().free, std::size_t{1} << order);
        free_pages(block, order);
    }
}

TEST_F(PageAlloc, NothingBeyondTheLargestOrder) { EXPECT_EQ(alloc_pages(max_order + 1), nullptr); }

TEST_F(PageAlloc, EveryPageIsGivenOutOnceThenNoMore) {
    const std::vector<void*> pages = take_all(0);
    EXPECT_EQ(pages.size(), free_at_start_);
    EXPECT_EQ(page_counts().free, 0u);
    EXPECT_EQ(std::set<void*>(pages.begin(), pages.end()).size(), pages.size());
    EXPECT_EQ(alloc_pages(3), nullptr);
    give_back(pages, 0);
}

TEST_F(PageAlloc, FreedNeighboursJoinAgain) {
    const std::size_t largest_before = [] {
        const auto blocks = take_all(max_order);
        give_back(blocks, max_order);
        return blocks.size();
    }();
    ASSERT_GT(largest_before, 0u);
    // Freed in an order that makes no two neighbours follow each other.
    std::vector<void*> pages = take_all(0);
    std::shuffle(pages.begin(), pages.end(), std::mt19937(1));
    give_back(pages, 0);
    const auto blocks = take_all(max_order);
    EXPECT_EQ(blocks.size(), largest_before);
    give_back(blocks, max_order);
}

TEST_F(PageAlloc, BlocksInUseNeverOverlap) {
    struct Block {
        std::byte* memory;
        unsigned order;
        uint8_t mark;
        std::size_t bytes() const { return page_size << order; }
        bool intact() const {
            for (std::size_t i = 0; i < bytes(); i += page_size / 2)
                if (memory[i] != std::byte{mark} || memory[i + page_size / 2 - 1] != std::byte{mark})
                    return false;
            return true;
        }
    };
    std::mt19937 random(2);
    std::vector<Block> blocks;
    for (int step = 0; step < 4000; step++) {
        if (blocks.size() < 100 && random() % 2) {
            const Block block{nullptr, static_cast<unsigned>(random() % 6), static_cast<uint8_t>(random())};
            blocks.push_back(block);
            blocks.back().memory = static_cast<std::byte*>(alloc_pages(block.order));
            ASSERT_NE(blocks.back().memory, nullptr);
            std::memset(blocks.back().memory, block.mark, block.bytes());
        } else if (!blocks.empty()) {
            std::swap(blocks[random() % blocks.size()], blocks.back());
            ASSERT_TRUE(blocks.back().intact());
            free_pages(blocks.back().memory, blocks.back().order);
            blocks.pop_back();
        }
    }
    for (const Block& block : blocks) {
        EXPECT_TRUE(block.intact());
        free_pages(block.memory, block.order);
    }
}

using PageAllocDeathTest = PageAlloc;

TEST_F(PageAllocDeathTest, FreeingTwiceIsFoundOut) {
    void* block = alloc_pages(1);
    free_pages(block, 1);
    EXPECT_DEATH(free_pages(block, 1), "free_pages");
}

TEST_F(PageAllocDeathTest, FreeingWithAnotherOrderIsFoundOut) {
    void* block = alloc_pages(1);
    EXPECT_DEATH(free_pages(block, 2), "free_pages");
    free_pages(block, 1);
}

TEST_F(PageAllocDeathTest, FreeingThePartOfABlockIsFoundOut) {
    auto* block = static_cast<std::byte*>(alloc_pages(1));
    EXPECT_DEATH(free_pages(block + page_size, 0), "free_pages");
    EXPECT_DEATH(free_pages(&block, 0), "free_pages");
    free_pages(block, 1);
}

} // namespace
