// SPDX-License-Identifier: GPL-2.0-or-later
// Trace records: one buffer per CPU, filled without locks from any context, merged by time when it is read.
#include "kernel/trace.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/recorder.h"

namespace kernel {
namespace {

constexpr uint32_t records_per_cpu = 16384;

// An interrupt may record between a claim and the store of the same CPU: the slot is claimed atomically, and
// readers wait until recording is off. What no longer fits is counted, not overwritten: a trace has a
// beginning.
struct CpuTrace {
    std::atomic<uint32_t> claimed{0};
    std::atomic<uint32_t> writers{0}; ///< records that are being written: one, and those of interrupts on top
    std::array<TraceRecord, records_per_cpu> records{};

    uint32_t used() const { return std::min(claimed.load(std::memory_order_relaxed), records_per_cpu); }
};

constinit std::array<CpuTrace, arch::max_cpus> traces;

void to_ring(CpuTrace& mine, unsigned cpu, Event event, uint32_t a, uint32_t b) {
    const uint32_t slot = mine.claimed.fetch_add(1, std::memory_order_relaxed);
    if (slot < records_per_cpu)
        mine.records[slot] = {arch::now_ns(), a, b, event, static_cast<uint8_t>(cpu), execution_context()};
}

void to_recorder(unsigned cpu, Event event, uint32_t a, uint32_t b) {
    arch::recorder_write({.cpu = static_cast<uint8_t>(cpu),
                          .context = static_cast<uint8_t>(execution_context()),
                          .event = static_cast<uint16_t>(event),
                          .a = a,
                          .b = b});
}

/// CPU whose next unread record is the oldest; nullptr when all are read.
const TraceRecord* oldest(std::array<uint32_t, arch::max_cpus>& next) {
    unsigned best_cpu = arch::max_cpus;
    const TraceRecord* best = nullptr;
    for (unsigned cpu = 0; cpu < arch::max_cpus; cpu++) {
        if (next[cpu] == traces[cpu].used())
            continue;
        const TraceRecord& record = traces[cpu].records[next[cpu]];
        if (!best || record.time_ns < best->time_ns) {
            best = &record;
            best_cpu = cpu;
        }
    }
    if (best)
        next[best_cpu]++;
    return best;
}

} // namespace

const char* event_name(Event event) {
    static constexpr const char* names[] = {
#define KERNEL_TRACE_NAME(enumerator, name, a, b) name,
        KERNEL_TRACE_EVENTS(KERNEL_TRACE_NAME)
#undef KERNEL_TRACE_NAME
    };
    return names[static_cast<std::size_t>(event)];
}

void trace_record(Event event, uint32_t a, uint32_t b) {
    const unsigned cpu = arch::cpu_id();
    CpuTrace& mine = traces[cpu];
    mine.writers.fetch_add(1);
    const uint8_t on = trace_on.load(); // still: trace_stop() waits for those that it finds writing
    if (on & trace_to_ring)
        to_ring(mine, cpu, event, a, b);
    mine.writers.fetch_sub(1, std::memory_order_release);
    if (on & trace_to_recorder)
        to_recorder(cpu, event, a, b);
}

void trace_start() {
    trace_stop();
    for (CpuTrace& each : traces)
        each.claimed.store(0, std::memory_order_relaxed);
    trace_on |= trace_to_ring;
}

void trace_stop() {
    trace_on &= static_cast<uint8_t>(~trace_to_ring);
    for (const CpuTrace& each : traces)
        while (each.writers.load() != 0)
            arch::relax();
}

void trace_for_each(void (*row)(const TraceRecord&, void* cookie), void* cookie) {
    std::array<uint32_t, arch::max_cpus> next{};
    while (const TraceRecord* record = oldest(next))
        row(*record, cookie);
}

uint64_t trace_lost() {
    uint64_t lost = 0;
    for (const CpuTrace& each : traces)
        lost += each.claimed.load(std::memory_order_relaxed) - each.used();
    return lost;
}

} // namespace kernel
