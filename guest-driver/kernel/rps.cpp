// SPDX-License-Identifier: GPL-2.0-or-later
// Which CPU a packet goes to. The tables are made as large as they may get and never replaced, only looked at
// in part; so whoever looks needs no lock.
#include "kernel/rps.h"

#include <array>
#include <bit>
#include <new>
#include <optional>

#include "kernel/backlog.h"
#include "kernel/flow_hash.h"
#include "kernel/flow_watch.h"
#include "kernel/page_alloc.h"
#include "kernel/trace.h"

namespace kernel {
namespace {

constexpr uint32_t cpu_mask = arch::max_cpus - 1;
static_assert(std::has_single_bit(arch::max_cpus));
constexpr uint32_t no_cpu = 0xffff;

constexpr unsigned page_order(std::size_t bytes) {
    return static_cast<unsigned>(std::bit_width((bytes - 1) / page_size));
}

/// Where each flow was read last: high bits of its hash, and in the low ones the CPU.
using SockFlow = std::atomic<uint32_t>;
constexpr uint32_t nobody = ~0u;
constinit std::atomic<SockFlow*> sock_flows{nullptr};
constinit std::atomic<uint32_t> sock_flow_entries{0};

bool online(uint32_t cpu) { return cpu < arch::cpu_count(); }

/// One of the bits of `cpus`, each for an equal part of all hashes.
uint32_t choose(uint32_t cpus, uint32_t hash) {
    uint64_t count = 0; // std::popcount would need an instruction, or a library, that is not there
    for (uint32_t rest = cpus; rest; rest &= rest - 1)
        count++;
    for (auto left = static_cast<unsigned>(hash * count >> 32); left > 0; left--)
        cpus &= cpus - 1;
    return static_cast<uint32_t>(std::countr_zero(cpus));
}

/// Where somebody has read the flow; nothing if nobody has.
std::optional<uint32_t> reader_of(uint32_t hash) {
    const uint32_t entries = sock_flow_entries.load(std::memory_order_acquire);
    if (entries == 0)
        return std::nullopt;
    const uint32_t entry =
        sock_flows.load(std::memory_order_relaxed)[hash & (entries - 1)].load(std::memory_order_relaxed);
    return (entry ^ hash) & ~cpu_mask ? std::nullopt : std::optional(entry & cpu_mask);
}

RpsFlow* flow_of(const RxSteering& steering, uint32_t hash) {
    const uint32_t count = steering.rps_flow_cnt.load(std::memory_order_acquire);
    return count ? &steering.rps_flows.load(std::memory_order_relaxed)[hash & (count - 1)] : nullptr;
}

/// The flow moves to its reader's CPU, but only if no packet of it waits at the old one: it would be
/// overtaken. Returns where it goes, which may be no CPU.
uint32_t follow(RpsFlow& flow, uint32_t reader) {
    const uint32_t current = flow.cpu.load(std::memory_order_relaxed);
    if (current == reader)
        return current;
    const uint32_t last = flow.last_qtail.load(std::memory_order_relaxed);
    if (online(current) && static_cast<int32_t>(backlog_head(current) - last) < 0)
        return current;
    flow.cpu.store(reader, std::memory_order_relaxed);
    if (online(reader))
        flow.last_qtail.store(backlog_head(reader), std::memory_order_relaxed);
    return reader;
}

struct Target {
    uint32_t cpu = no_cpu;
    RpsFlow* flow = nullptr; ///< of RFS
};

Target target_of(const RxSteering& steering, uint32_t hash) {
    if (RpsFlow* flow = flow_of(steering, hash))
        if (const auto reader = reader_of(hash))
            if (const uint32_t cpu = follow(*flow, *reader); online(cpu))
                return {cpu, flow};
    if (const uint32_t cpus = steering.rps_cpus.load(std::memory_order_relaxed))
        if (const uint32_t cpu = choose(cpus, hash); online(cpu))
            return {cpu, nullptr};
    return {};
}

template <typename Entry> Entry* make_table() {
    auto* table = static_cast<Entry*>(alloc_pages(page_order(rps_most_flows * sizeof(Entry))));
    for (uint32_t i = 0; table && i < rps_most_flows; i++)
        new (&table[i]) Entry;
    return table;
}

/// Makes the table unless it is there; nothing: no memory, or `entries` are too many.
template <typename Entry> std::optional<uint32_t> prepare(std::atomic<Entry*>& table, uint32_t entries) {
    if (entries > rps_most_flows)
        return std::nullopt;
    if (entries && !table.load(std::memory_order_relaxed)) {
        Entry* made = make_table<Entry>();
        if (!made)
            return std::nullopt;
        table.store(made, std::memory_order_relaxed);
    }
    return entries ? std::bit_ceil(entries) : 0;
}

} // namespace

bool rps_steer(PacketBuffer* packet) {
    const RxSteering& steering = packet->device->steering;
    if (steering.rps_cpus.load(std::memory_order_relaxed) == 0 &&
        steering.rps_flow_cnt.load(std::memory_order_relaxed) == 0)
        return false;
    const uint32_t hash = packet_flow_hash(*packet);
    const Target target = hash ? target_of(steering, hash) : Target{};
    if (target.cpu == no_cpu)
        return false;
    trace(Event::RpsSteer, hash, arch::cpu_id() << 16 | target.cpu);
    flow_watch(FlowStep::Target, target.cpu, *packet);
    const auto tail = enqueue_to_backlog(target.cpu, packet);
    if (tail && target.flow)
        target.flow->last_qtail.store(*tail, std::memory_order_relaxed);
    return true;
}

void rps_record_flow(uint32_t hash) {
    const uint32_t entries = sock_flow_entries.load(std::memory_order_acquire);
    if (entries == 0 || hash == 0)
        return;
    const uint32_t value = (hash & ~cpu_mask) | arch::cpu_id();
    SockFlow& entry = sock_flows.load(std::memory_order_relaxed)[hash & (entries - 1)];
    if (entry.load(std::memory_order_relaxed) != value) // most of the time it is: do not take the cache line
        entry.store(value, std::memory_order_relaxed);
}

bool rps_set_sock_flow_entries(uint32_t entries) {
    const auto count = prepare(sock_flows, entries);
    if (!count)
        return false;
    for (uint32_t i = 0; i < *count; i++)
        sock_flows.load(std::memory_order_relaxed)[i].store(nobody, std::memory_order_relaxed);
    sock_flow_entries.store(*count, std::memory_order_release);
    return true;
}

uint32_t rps_sock_flow_entries() { return sock_flow_entries.load(std::memory_order_relaxed); }

bool rps_set_flow_cnt(NetDevice& device, uint32_t flows) {
    RxSteering& steering = device.steering;
    const auto count = prepare(steering.rps_flows, flows);
    if (!count)
        return false;
    for (uint32_t i = 0; i < *count; i++)
        steering.rps_flows.load(std::memory_order_relaxed)[i].cpu.store(no_cpu, std::memory_order_relaxed);
    steering.rps_flow_cnt.store(*count, std::memory_order_release);
    return true;
}

void rps_device_added(NetDevice& device) { device.steering.rps_cpus = rps_default_mask.load(); }

void rps_device_gone(NetDevice& device) {
    backlogs_drain();
    device.steering.rps_cpus = 0;
    device.steering.rps_flow_cnt = 0;
    if (RpsFlow* flows = device.steering.rps_flows.exchange(nullptr))
        free_pages(flows, page_order(rps_most_flows * sizeof(RpsFlow)));
}

} // namespace kernel
