// SPDX-License-Identifier: GPL-2.0-or-later
// The packet pool: descriptor and block side by side in slabs of pages, per-CPU stacks of free ones in front
// of a shared list, so that taking and returning a packet costs neither a lock nor the page allocator.
#include "kernel/packet_buffer.h"

#include <array>
#include <atomic>
#include <bit>
#include <new>

#include "arch/cpu.h"
#include "kernel/page_alloc.h"
#include "kernel/per_cpu.h"
#include "kernel/spinlock.h"
#include "kernel/trace.h"

namespace kernel {
namespace {

constexpr unsigned slab_order = 3;
constexpr std::size_t slab_bytes = page_size << slab_order;
constexpr std::size_t descriptor_bytes = PacketBuffer::packet_truesize - packet_block_bytes;
static_assert(sizeof(PacketBuffer) <= descriptor_bytes);
static_assert(PacketBuffer::packet_truesize % 64 == 0, "head must stay aligned for the 2-modulo-4 rule");

constexpr unsigned batch = 16;     ///< packets moved between a CPU and the shared list at a time
constexpr unsigned cpu_limit = 64; ///< a CPU that frees more than it allocates gives them back

struct FreeStack {
    PacketBuffer* top = nullptr;
    unsigned count = 0;

    void push(PacketBuffer* packet) {
        packet->next = top;
        top = packet;
        count++;
    }
    PacketBuffer* pop() {
        PacketBuffer* packet = top;
        if (packet) {
            top = packet->next;
            count--;
        }
        return packet;
    }
};

struct CpuPool {
    FreeStack free;
    uint64_t allocated = 0, freed = 0, failed = 0;
    std::array<uint64_t, static_cast<std::size_t>(DropReason::Count)> by_reason{};
};

constinit PerCpu<CpuPool> cpu_pools;
SpinLock shared_lock;
FreeStack shared;
bool (*allocation_fails)() = nullptr;

void cut_slab(FreeStack& into) {
    auto* memory = static_cast<std::byte*>(alloc_pages(slab_order));
    if (!memory)
        return;
    for (std::size_t at = 0; at + PacketBuffer::packet_truesize <= slab_bytes;
         at += PacketBuffer::packet_truesize)
        into.push(new (memory + at) PacketBuffer);
}

void refill(FreeStack& stack) {
    IrqSpinGuard guard(shared_lock);
    if (!shared.top)
        cut_slab(shared);
    while (stack.count < batch && shared.top)
        stack.push(shared.pop());
}

void drain(FreeStack& stack) {
    IrqSpinGuard guard(shared_lock);
    for (unsigned i = 0; i < batch; i++)
        shared.push(stack.pop());
}

PacketBuffer* take(CpuPool& pool) {
    if (allocation_fails && allocation_fails())
        return nullptr;
    if (!pool.free.top)
        refill(pool.free);
    return pool.free.pop();
}

unsigned order_of(std::size_t bytes) {
    return static_cast<unsigned>(std::bit_width((bytes - 1) / page_size));
}

/// An empty packet in `memory` bytes of memory.
PacketBuffer* make_packet(void* where, std::size_t memory, std::size_t headroom) {
    auto* packet = new (where) PacketBuffer;
    packet->memory = static_cast<uint32_t>(memory);
    packet->head = static_cast<std::byte*>(where) + descriptor_bytes;
    packet->end = static_cast<std::byte*>(where) + memory;
    packet->reserve(headroom);
    return packet;
}

void count(CpuPool& pool, DropReason reason) { pool.by_reason[static_cast<std::size_t>(reason)]++; }

void free_packet(PacketBuffer* packet, DropReason reason) {
    arch::IrqGuard guard;
    CpuPool& pool = cpu_pools.local();
    pool.freed++;
    count(pool, reason);
    if (packet->memory != PacketBuffer::packet_truesize)
        return free_pages(packet, order_of(packet->memory));
    pool.free.push(packet);
    if (pool.free.count > cpu_limit)
        drain(pool.free);
}

} // namespace

const char* drop_reason_name(DropReason reason) {
    static constexpr const char* names[] = {
#define KERNEL_DROP_NAME(enumerator, name) name,
        KERNEL_DROP_REASONS(KERNEL_DROP_NAME)
#undef KERNEL_DROP_NAME
    };
    return names[static_cast<std::size_t>(reason)];
}

uint64_t drop_count(DropReason reason) {
    uint64_t sum = 0;
    for (unsigned cpu = 0; cpu < arch::max_cpus; cpu++)
        sum += cpu_pools.of(cpu).by_reason[static_cast<std::size_t>(reason)];
    return sum;
}

void packet_pool_init() { refill(cpu_pools.local().free); }

PacketBuffer* alloc_packet(std::size_t headroom) {
    arch::IrqGuard guard;
    CpuPool& pool = cpu_pools.local();
    PacketBuffer* memory = take(pool);
    if (!memory) {
        pool.failed++;
        return nullptr;
    }
    pool.allocated++;
    return make_packet(memory, PacketBuffer::packet_truesize, headroom);
}

PacketBuffer* alloc_packet_for(std::size_t bytes) {
    if (bytes <= packet_block_bytes - packet_headroom)
        return alloc_packet();
    const unsigned order = order_of(descriptor_bytes + packet_headroom + bytes);
    arch::IrqGuard guard;
    CpuPool& pool = cpu_pools.local();
    void* memory = allocation_fails && allocation_fails() ? nullptr : alloc_pages(order);
    if (!memory) {
        pool.failed++;
        return nullptr;
    }
    pool.allocated++;
    return make_packet(memory, page_size << order, packet_headroom);
}

void consume_packet(PacketBuffer* packet) { free_packet(packet, DropReason::Consumed); }

void drop_packet(PacketBuffer* packet, DropReason reason) {
    trace(Event::Drop, static_cast<uint32_t>(reason));
    free_packet(packet, reason);
}

void note_drop(DropReason reason) {
    trace(Event::Drop, static_cast<uint32_t>(reason));
    arch::IrqGuard guard;
    count(cpu_pools.local(), reason);
}

PacketPoolStats packet_pool_stats() {
    PacketPoolStats sum{};
    for (unsigned cpu = 0; cpu < arch::max_cpus; cpu++) {
        const CpuPool& pool = cpu_pools.of(cpu);
        sum.allocated += pool.allocated;
        sum.freed += pool.freed;
        sum.failed += pool.failed;
    }
    return sum;
}

void packet_pool_fail_when(bool (*fails)()) { allocation_fails = fails; }

void PacketQueue::push(PacketBuffer* packet) {
    packet->next = nullptr;
    (tail_ ? tail_->next : head_) = packet;
    tail_ = packet;
    length_++;
}

void PacketQueue::push_front(PacketBuffer* packet) {
    packet->next = head_;
    head_ = packet;
    if (!tail_)
        tail_ = packet;
    length_++;
}

PacketBuffer* PacketQueue::pop() {
    PacketBuffer* packet = head_;
    if (!packet)
        return nullptr;
    head_ = packet->next;
    if (!head_)
        tail_ = nullptr;
    packet->next = nullptr;
    length_--;
    return packet;
}

void PacketQueue::splice_back(PacketQueue& other) {
    if (other.empty())
        return;
    (tail_ ? tail_->next : head_) = other.head_;
    tail_ = other.tail_;
    length_ += other.length_;
    other = {};
}

void PacketQueue::purge(DropReason reason) {
    while (PacketBuffer* packet = pop())
        drop_packet(packet, reason);
}

} // namespace kernel
