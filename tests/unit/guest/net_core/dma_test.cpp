// SPDX-License-Identifier: GPL-2.0-or-later
// DMA mappings: ownership in the types, and the table that finds those who get around them.
#include "kernel/dma.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "arch/memory.h"
#include "kernel/dma_table.h"
#include "kernel/page_alloc.h"

namespace {

using kernel::Cpu;
using kernel::Device;
using kernel::DmaBuffer;
using kernel::DmaDirection;
using kernel::DmaViolation;

const int device_a = 0, device_b = 0;

class Dma : public testing::Test {
  protected:
    void SetUp() override { page = static_cast<std::byte*>(kernel::alloc_pages(0)); }
    void TearDown() override { kernel::free_pages(page, 0); }
    std::span<std::byte> memory() { return {page, 256}; }
    std::byte* page = nullptr;
};
using DmaDeathTest = Dma;

TEST_F(Dma, ChangesHandsAndIsCounted) {
    const auto before = kernel::dma_stats();
    DmaBuffer<Cpu> mine(memory(), DmaDirection::Bidirectional);
    EXPECT_EQ(mine.bytes().data(), page);
    DmaBuffer<Device> theirs = std::move(mine).map(&device_a);
    EXPECT_TRUE(mine.bytes().empty()) << "nobody sees the bytes meanwhile";
    EXPECT_TRUE(theirs.mapped());
    EXPECT_EQ(theirs.bus_address(), arch::virt_to_bus(page));
    EXPECT_EQ(kernel::dma_stats().maps, before.maps + 1);
    const DmaBuffer<Cpu> back = std::move(theirs).unmap();
    EXPECT_FALSE(theirs.mapped());
    EXPECT_EQ(back.bytes().data(), page);
    EXPECT_EQ(back.bytes().size(), 256u);
    EXPECT_EQ(kernel::dma_stats().unmaps, before.unmaps + 1);
}

TEST_F(Dma, TheDescriptorInFrontIsSeenByBoth) {
    DmaBuffer<Device> mapped = DmaBuffer<Cpu>(memory(), DmaDirection::Bidirectional).map(&device_a);
    mapped.descriptor<uint32_t>() = 7;
    EXPECT_EQ(*static_cast<uint32_t*>(arch::bus_to_virt(mapped.bus_address())), 7u);
    std::move(mapped).unmap();
}

TEST_F(DmaDeathTest, DoubleMap) {
    EXPECT_DEATH(
        {
            kernel::dma_map(memory(), DmaDirection::ToDevice, &device_a);
            kernel::dma_map(memory(), DmaDirection::ToDevice, &device_a);
        },
        "double map");
}

TEST_F(DmaDeathTest, UnmapOfUnknown) {
    EXPECT_DEATH(kernel::dma_unmap(arch::virt_to_bus(page), 256, DmaDirection::ToDevice, &device_a),
                 "unmap of unknown address");
}

TEST_F(DmaDeathTest, MappingAliveAtClose) {
    EXPECT_DEATH(
        {
            kernel::dma_map(memory(), DmaDirection::ToDevice, &device_a);
            kernel::dma_expect_none_mapped(&device_a);
        },
        "mapping alive at close");
}

TEST_F(Dma, TheCloseOfAnotherDeviceIsNoConcern) {
    const uint32_t bus = kernel::dma_map(memory(), DmaDirection::ToDevice, &device_a);
    kernel::dma_expect_none_mapped(&device_b);
    kernel::dma_unmap(bus, 256, DmaDirection::ToDevice, &device_a);
    kernel::dma_expect_none_mapped(&device_a);
}

TEST(DmaTable, FindsEachViolation) {
    kernel::DmaTable table;
    const kernel::DmaMapping good = {0x1000, 100, DmaDirection::ToDevice, &device_a};
    EXPECT_EQ(table.remove(good), DmaViolation::UnmapUnknown);
    EXPECT_EQ(table.add(good), DmaViolation::None);
    EXPECT_EQ(table.add(good), DmaViolation::DoubleMap);
    EXPECT_EQ(table.remove({0x1000, 99, DmaDirection::ToDevice, &device_a}), DmaViolation::WrongLength);
    EXPECT_EQ(table.remove({0x1000, 100, DmaDirection::FromDevice, &device_a}), DmaViolation::WrongDirection);
    EXPECT_EQ(table.remove({0x1000, 100, DmaDirection::ToDevice, &device_b}), DmaViolation::WrongDevice);
    EXPECT_TRUE(table.holds_any(&device_a));
    EXPECT_EQ(table.remove(good), DmaViolation::None);
    EXPECT_FALSE(table.holds_any(&device_a));
    EXPECT_EQ(table.remove(good), DmaViolation::UnmapUnknown);
}

TEST(DmaTable, HoldsManyAndReusesTheirPlaces) {
    kernel::DmaTable table;
    constexpr uint32_t many = 8192;
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < many; i++)
            ASSERT_EQ(table.add({i * 64, 1, DmaDirection::ToDevice, &device_a}), DmaViolation::None);
        EXPECT_EQ(table.add({many * 64, 1, DmaDirection::ToDevice, &device_a}), DmaViolation::TableFull);
        for (uint32_t i = 0; i < many; i++)
            ASSERT_EQ(table.remove({i * 64, 1, DmaDirection::ToDevice, &device_a}), DmaViolation::None);
    }
}

TEST(CoherentMemory, IsZeroedAndGivenBack) {
    const auto pages = kernel::page_counts().free;
    {
        auto block = kernel::CoherentMemory::allocate(5000);
        ASSERT_TRUE(block);
        EXPECT_EQ(kernel::page_counts().free, pages - 2);
        const std::span bytes(block.as<uint8_t>(), 8192);
        EXPECT_TRUE(std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; }));
        std::ranges::fill(bytes, uint8_t{1});
        kernel::CoherentMemory moved = std::move(block);
        EXPECT_FALSE(block);
        EXPECT_EQ(arch::bus_to_virt(moved.bus_address()), moved.as<void>());
    }
    EXPECT_EQ(kernel::page_counts().free, pages);
    const auto again = kernel::CoherentMemory::allocate(5000);
    EXPECT_EQ(*again.as<uint8_t>(), 0) << "zeroed also when it was used before";
}

TEST(CoherentMemory, FailsOnDemand) {
    kernel::dma_fail_when([] { return true; });
    EXPECT_FALSE(kernel::CoherentMemory::allocate(1));
    kernel::dma_fail_when(nullptr);
    EXPECT_TRUE(kernel::CoherentMemory::allocate(1));
}

} // namespace
