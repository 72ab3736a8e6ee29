// SPDX-License-Identifier: GPL-2.0-or-later
// Each limiting CPU remembers the buckets of the last 256 packets that it brought to a backlog half full.
#include "kernel/flow_limit.h"

#include <array>
#include <atomic>
#include <bit>
#include <new>

#include "kernel/backlog.h"
#include "kernel/flow_hash.h"
#include "kernel/page_alloc.h"
#include "kernel/per_cpu.h"
#include "kernel/smp.h"
#include "kernel/softnet.h"

namespace kernel {
namespace {

constexpr unsigned history_length = 256;
constexpr uint32_t maximum_buckets = 65536; // what a uint16_t tells apart

struct FlowLimit {
    explicit FlowLimit(uint32_t number) : buckets(number) {}
    uint32_t buckets;
    unsigned position = 0; ///< of the oldest
    std::array<uint16_t, history_length> history{};

    /// Behind this object in its pages: how often each bucket is in the history.
    uint8_t* counts() { return reinterpret_cast<uint8_t*>(this + 1); }
    static unsigned page_order(uint32_t buckets) {
        return static_cast<unsigned>(std::bit_width((sizeof(FlowLimit) + buckets - 1) / page_size));
    }
};
constinit PerCpu<std::atomic<FlowLimit*>> limits; // changed only by the CPU itself, interrupts off
constinit std::atomic<uint32_t> table_len{4096};

FlowLimit* make_limit() {
    const uint32_t buckets = table_len;
    void* pages = alloc_pages(FlowLimit::page_order(buckets));
    if (!pages)
        return nullptr;
    auto* limit = new (pages) FlowLimit(buckets);
    for (uint32_t i = 0; i < buckets; i++)
        limit->counts()[i] = 0;
    return limit;
}

void free_limit(FlowLimit* limit) {
    if (limit)
        free_pages(limit, FlowLimit::page_order(limit->buckets));
}

/// Returns the old one, which that CPU no longer uses.
FlowLimit* replace(unsigned cpu, FlowLimit* limit) {
    call_on_cpu(
        cpu,
        [](void* cookie) {
            auto& other = *static_cast<FlowLimit**>(cookie);
            other = limits.local().exchange(other, std::memory_order_acq_rel);
        },
        &limit);
    return limit;
}

} // namespace

bool flow_limited(PacketBuffer& packet, uint32_t length) {
    FlowLimit* limit = limits.local().load(std::memory_order_relaxed);
    if (!limit || length < netdev_max_backlog / 2)
        return false;
    const auto bucket = static_cast<uint16_t>(packet_flow_hash(packet) & (limit->buckets - 1));
    uint16_t& oldest = limit->history[limit->position];
    uint8_t* const counts = limit->counts();
    if (counts[oldest] > 0)
        counts[oldest]--;
    oldest = bucket;
    limit->position = (limit->position + 1) % history_length;
    if (counts[bucket] < UINT8_MAX)
        counts[bucket]++;
    if (counts[bucket] <= history_length / 2)
        return false;
    this_softnet().stats.flow_limit++;
    return true;
}

bool set_flow_limit_cpus(uint32_t cpus) {
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++) {
        const bool wanted = cpus >> cpu & 1;
        if (wanted == (limits.of(cpu).load(std::memory_order_acquire) != nullptr))
            continue;
        FlowLimit* limit = wanted ? make_limit() : nullptr;
        if (wanted && !limit)
            return false;
        free_limit(replace(cpu, limit));
    }
    return true;
}

uint32_t flow_limit_cpus() {
    uint32_t cpus = 0;
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++)
        if (limits.of(cpu).load(std::memory_order_acquire))
            cpus |= 1u << cpu;
    return cpus;
}

bool set_flow_limit_table_len(uint32_t buckets) {
    if (!std::has_single_bit(buckets) || buckets > maximum_buckets)
        return false;
    table_len = buckets;
    return true;
}

uint32_t flow_limit_table_len() { return table_len; }

} // namespace kernel
