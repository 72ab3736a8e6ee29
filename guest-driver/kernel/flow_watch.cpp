// SPDX-License-Identifier: GPL-2.0-or-later
// A table is cleared by its own CPU, when it next counts: so nobody ever writes into another CPU's.
#include "kernel/flow_watch.h"

#include "kernel/per_cpu.h"

namespace kernel {
namespace {

constexpr uint32_t entries = 128, probes = 16;

struct Entry {
    std::atomic<bool> used{false}; ///< the next two are valid, and stay until the table is cleared
    FlowKeys keys;
    uint32_t hash = 0;
    std::array<std::array<std::atomic<uint32_t>, arch::max_cpus>, flow_steps> packets{};
};

struct Table {
    std::atomic<uint32_t> epoch{0};
    std::atomic<uint32_t> lost{0};
    std::array<Entry, entries> flows;
};
constinit PerCpu<Table> tables;
constinit std::atomic<uint32_t> current_epoch{1};

/// Only the table's CPU writes.
void add_one(std::atomic<uint32_t>& count) {
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void renew(Table& mine, uint32_t epoch) {
    for (Entry& entry : mine.flows)
        entry.used.store(false, std::memory_order_relaxed);
    mine.lost.store(0, std::memory_order_relaxed);
    mine.epoch.store(epoch, std::memory_order_release);
}

void begin(Entry& entry, const FlowKeys& keys, uint32_t hash) {
    entry.keys = keys;
    entry.hash = hash;
    for (auto& step : entry.packets)
        for (auto& count : step)
            count.store(0, std::memory_order_relaxed);
    entry.used.store(true, std::memory_order_release);
}

/// The flow's entry, new if it must be; nullptr: no room.
Entry* entry_of(Table& mine, const FlowKeys& keys, uint32_t hash) {
    for (uint32_t i = 0; i < probes; i++) {
        Entry& entry = mine.flows[(hash + i) % entries];
        if (!entry.used.load(std::memory_order_relaxed)) {
            begin(entry, keys, hash);
            return &entry;
        }
        if (entry.keys == keys)
            return &entry;
    }
    return nullptr;
}

const Entry* find(const Table& table, const FlowKeys& keys, uint32_t hash) {
    for (uint32_t i = 0; i < probes; i++) {
        const Entry& entry = table.flows[(hash + i) % entries];
        if (!entry.used.load(std::memory_order_acquire))
            return nullptr;
        if (entry.keys == keys)
            return &entry;
    }
    return nullptr;
}

const Table* table_of(unsigned cpu) {
    const Table& table = tables.of(cpu);
    const bool valid =
        table.epoch.load(std::memory_order_acquire) == current_epoch.load(std::memory_order_relaxed);
    return valid ? &table : nullptr;
}

WatchedFlow sum_of(const FlowKeys& keys, uint32_t hash) {
    WatchedFlow flow{.keys = keys, .hash = hash};
    for (unsigned writer = 0; writer < arch::max_cpus; writer++)
        if (const Table* table = table_of(writer))
            if (const Entry* entry = find(*table, keys, hash))
                for (unsigned step = 0; step < flow_steps; step++)
                    for (unsigned cpu = 0; cpu < arch::max_cpus; cpu++)
                        flow.packets[step][cpu] += entry->packets[step][cpu].load(std::memory_order_relaxed);
    return flow;
}

bool known_before(unsigned cpu, const Entry& entry) {
    for (unsigned earlier = 0; earlier < cpu; earlier++)
        if (const Table* table = table_of(earlier); table && find(*table, entry.keys, entry.hash))
            return true;
    return false;
}

} // namespace

void flow_watch_record(FlowStep step, unsigned cpu, PacketBuffer& packet) {
    const auto keys = dissect_flow(packet);
    if (!keys || cpu >= arch::max_cpus)
        return;
    const uint32_t hash = flow_hash(*keys);
    arch::IrqGuard guard; // the handler of a driver without NAPI counts too
    Table& mine = tables.local();
    const uint32_t epoch = current_epoch.load(std::memory_order_relaxed);
    if (mine.epoch.load(std::memory_order_relaxed) != epoch)
        renew(mine, epoch);
    if (Entry* entry = entry_of(mine, *keys, hash))
        add_one(entry->packets[static_cast<unsigned>(step)][cpu]);
    else
        add_one(mine.lost);
}

void flow_watch_clear() { current_epoch.fetch_add(1, std::memory_order_relaxed); }

void flow_watch_for_each(void (*row)(const WatchedFlow&, void* cookie), void* cookie) {
    for (unsigned cpu = 0; cpu < arch::max_cpus; cpu++)
        if (const Table* table = table_of(cpu))
            for (const Entry& entry : table->flows)
                if (entry.used.load(std::memory_order_acquire) && !known_before(cpu, entry))
                    row(sum_of(entry.keys, entry.hash), cookie);
}

uint32_t flow_watch_lost() {
    uint32_t lost = 0;
    for (unsigned cpu = 0; cpu < arch::max_cpus; cpu++)
        if (const Table* table = table_of(cpu))
            lost += table->lost.load(std::memory_order_relaxed);
    return lost;
}

} // namespace kernel
