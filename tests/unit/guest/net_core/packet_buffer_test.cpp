// SPDX-License-Identifier: GPL-2.0-or-later
// The packet pool: layout of a packet, where free ones go, and that all are counted.
#include "kernel/packet_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "arch/hosted/machine.h"
#include "kernel/page_alloc.h"

namespace {

using kernel::DropReason;
using kernel::PacketBuffer;

TEST(PacketBuffer, HasRoomInFrontAndBehind) {
    PacketBuffer* packet = kernel::alloc_packet();
    ASSERT_NE(packet, nullptr);
    EXPECT_EQ(packet->headroom(), kernel::packet_headroom);
    EXPECT_EQ(packet->length(), 0u);
    EXPECT_EQ(packet->headroom() + packet->tailroom(), kernel::packet_block_bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(packet->head) % 64, 0u);
    kernel::consume_packet(packet);
}

TEST(PacketBuffer, GrowsAndShrinksAtBothEnds) {
    PacketBuffer* packet = kernel::alloc_packet(100);
    std::byte* data = packet->put(10);
    EXPECT_EQ(packet->length(), 10u);
    EXPECT_EQ(packet->push(4), data - 4);
    EXPECT_EQ(packet->length(), 14u);
    EXPECT_EQ(packet->pull(6), data + 2);
    packet->trim(3);
    EXPECT_EQ(packet->bytes().size(), 3u);
    EXPECT_EQ(packet->bytes().data(), data + 2);
    kernel::consume_packet(packet);
}

TEST(PacketPool, GivesOutEachOnlyOnce) {
    std::set<PacketBuffer*> packets;
    for (int i = 0; i < 500; i++)
        ASSERT_TRUE(packets.insert(kernel::alloc_packet()).second);
    for (PacketBuffer* packet : packets)
        for (std::byte* at : {packet->head, packet->end - 1})
            *at = std::byte{0xaa};
    for (PacketBuffer* packet : packets)
        kernel::consume_packet(packet);
}

TEST(PacketPool, ReusesMemoryInsteadOfTakingMorePages) {
    const auto use = [] {
        std::vector<PacketBuffer*> packets;
        for (int i = 0; i < 300; i++)
            packets.push_back(kernel::alloc_packet());
        for (PacketBuffer* packet : packets)
            kernel::consume_packet(packet);
    };
    use();
    const auto free_pages = kernel::page_counts().free;
    for (int i = 0; i < 10; i++)
        use();
    EXPECT_EQ(kernel::page_counts().free, free_pages);
}

TEST(PacketPool, FreshPacketsRememberNothing) {
    PacketBuffer* packet = kernel::alloc_packet();
    packet->protocol = 1;
    packet->mac_header = packet->head;
    packet->id = 7;
    kernel::consume_packet(packet);
    packet = kernel::alloc_packet();
    EXPECT_EQ(packet->protocol, 0);
    EXPECT_EQ(packet->mac_header, nullptr);
    EXPECT_EQ(packet->id, 0u);
    kernel::consume_packet(packet);
}

TEST(PacketPool, CountsByReason) {
    const auto before = kernel::packet_pool_stats();
    const uint64_t consumed = kernel::drop_count(DropReason::Consumed);
    const uint64_t dropped = kernel::drop_count(DropReason::NoSocket);
    PacketBuffer* one = kernel::alloc_packet();
    PacketBuffer* two = kernel::alloc_packet();
    EXPECT_EQ(kernel::packet_pool_stats().live(), before.live() + 2);
    kernel::consume_packet(one);
    kernel::drop_packet(two, DropReason::NoSocket);
    EXPECT_EQ(kernel::packet_pool_stats().live(), before.live());
    EXPECT_EQ(kernel::packet_pool_stats().allocated, before.allocated + 2);
    EXPECT_EQ(kernel::drop_count(DropReason::Consumed), consumed + 1);
    EXPECT_EQ(kernel::drop_count(DropReason::NoSocket), dropped + 1);
}

TEST(PacketPool, FailsOnDemandAndSaysSo) {
    const uint64_t failed = kernel::packet_pool_stats().failed;
    kernel::packet_pool_fail_when([] { return true; });
    EXPECT_EQ(kernel::alloc_packet(), nullptr);
    kernel::packet_pool_fail_when(nullptr);
    EXPECT_EQ(kernel::packet_pool_stats().failed, failed + 1);
    PacketBuffer* packet = kernel::alloc_packet();
    EXPECT_NE(packet, nullptr);
    kernel::consume_packet(packet);
}

TEST(PacketPool, WhatOneCpuAllocatesAndAnotherFreesComesBack) {
    const auto free_pages = [] { return kernel::page_counts().free; };
    const auto live = kernel::packet_pool_stats().live();
    const auto pass_on = [] {
        for (int i = 0; i < 200; i++) {
            hosted::pretend_cpu(0, 2);
            PacketBuffer* packet = kernel::alloc_packet();
            hosted::pretend_cpu(1, 2);
            kernel::consume_packet(packet);
        }
        hosted::pretend_cpu(0, 1);
    };
    pass_on();
    const auto settled = free_pages();
    for (int i = 0; i < 20; i++)
        pass_on();
    EXPECT_EQ(free_pages(), settled) << "CPU 1 hoards";
    EXPECT_EQ(kernel::packet_pool_stats().live(), live);
}

TEST(DropReasons, HaveLinuxsNames) {
    EXPECT_STREQ(kernel::drop_reason_name(DropReason::Consumed), "CONSUMED");
    EXPECT_STREQ(kernel::drop_reason_name(DropReason::UnhandledProto), "UNHANDLED_PROTO");
    EXPECT_STREQ(kernel::drop_reason_name(DropReason::TxRingFull), "TX_RING_FULL");
}

TEST(PacketQueue, IsFirstInFirstOut) {
    kernel::PacketQueue queue;
    PacketBuffer* packets[3];
    for (PacketBuffer*& packet : packets)
        queue.push(packet = kernel::alloc_packet());
    EXPECT_EQ(queue.length(), 3u);
    EXPECT_EQ(queue.pop(), packets[0]);
    queue.push_front(packets[0]);
    for (PacketBuffer* packet : packets) {
        EXPECT_EQ(queue.pop(), packet);
        kernel::consume_packet(packet);
    }
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.pop(), nullptr);
}

TEST(PacketQueue, PushFrontOfAnEmptyOneIsAlsoItsEnd) {
    kernel::PacketQueue queue;
    PacketBuffer* first = kernel::alloc_packet();
    PacketBuffer* second = kernel::alloc_packet();
    queue.push_front(first);
    queue.push(second);
    EXPECT_EQ(queue.pop(), first);
    EXPECT_EQ(queue.pop(), second);
    kernel::consume_packet(first);
    kernel::consume_packet(second);
}

TEST(PacketQueue, PurgeFreesAllUnderOneReason) {
    kernel::PacketQueue queue;
    const uint64_t before = kernel::drop_count(DropReason::QueuePurge);
    for (int i = 0; i < 4; i++)
        queue.push(kernel::alloc_packet());
    queue.purge(DropReason::QueuePurge);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(kernel::drop_count(DropReason::QueuePurge), before + 4);
}

TEST(PacketPool, WhatIsTooLongForABlockHasPagesOfItsOwn) {
    constexpr std::size_t fits = kernel::packet_block_bytes - kernel::packet_headroom;
    PacketBuffer* small = kernel::alloc_packet_for(fits);
    EXPECT_EQ(small->truesize(), PacketBuffer::packet_truesize);
    EXPECT_EQ(small->tailroom(), fits);
    const std::size_t free_before = kernel::page_counts().free;
    const uint64_t live = kernel::packet_pool_stats().live();
    for (const std::size_t bytes : {fits + 1, std::size_t{3776}, std::size_t{3777}, std::size_t{65535}}) {
        PacketBuffer* large = kernel::alloc_packet_for(bytes);
        ASSERT_TRUE(large);
        EXPECT_EQ(large->headroom(), kernel::packet_headroom);
        EXPECT_GE(large->tailroom(), bytes);
        EXPECT_EQ(large->truesize(), (free_before - kernel::page_counts().free) * kernel::page_size)
            << "all of it is charged";
        EXPECT_LT(large->truesize(), 2 * bytes + 2 * kernel::page_size);
        std::fill_n(large->put(bytes), bytes, std::byte{0xa5});
        EXPECT_EQ(kernel::packet_pool_stats().live(), live + 1);
        kernel::drop_packet(large, DropReason::Nomem);
        EXPECT_EQ(kernel::page_counts().free, free_before) << bytes;
    }
    kernel::consume_packet(small);
    EXPECT_EQ(kernel::packet_pool_stats().live(), live - 1);
}

TEST(PacketPool, NoMemoryForALongOne) {
    const uint64_t failed = kernel::packet_pool_stats().failed;
    kernel::packet_pool_fail_when([] { return true; });
    EXPECT_EQ(kernel::alloc_packet_for(5000), nullptr);
    kernel::packet_pool_fail_when(nullptr);
    EXPECT_EQ(kernel::packet_pool_stats().failed, failed + 1);
}

} // namespace
