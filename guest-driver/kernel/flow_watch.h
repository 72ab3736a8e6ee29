// SPDX-License-Identifier: GPL-2.0-or-later
// Which CPU did which step of which flow, while somebody watches. Each CPU counts in a table of its own; off,
// it costs one predicted branch a step.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "arch/cpu.h"
#include "kernel/flow_hash.h"

namespace kernel {

enum class FlowStep : uint8_t {
    Isr,      ///< claimed the NAPI instance, or ran the handler of a driver without NAPI
    Poll,     ///< took the packet off the ring
    Target,   ///< was chosen by steering
    Protocol, ///< ran the protocols
    Wake,     ///< put it into the socket and woke the reader
    Read,     ///< where the reader ran
    Count
};
inline constexpr unsigned flow_steps = static_cast<unsigned>(FlowStep::Count);

inline constinit std::atomic<bool> flow_watch_on{false};

void flow_watch_record(FlowStep step, unsigned cpu, PacketBuffer& packet);
/// `cpu` did, or was chosen for, the step. The packet's network header is still there. Any context; the
/// caller stays on its CPU.
inline void flow_watch(FlowStep step, unsigned cpu, PacketBuffer& packet) {
    if (flow_watch_on.load(std::memory_order_relaxed)) [[unlikely]]
        flow_watch_record(step, cpu, packet);
}

struct WatchedFlow {
    FlowKeys keys;
    uint32_t hash = 0;
    std::array<std::array<uint32_t, arch::max_cpus>, flow_steps> packets{}; ///< by step and CPU
};

/// The next two by one thread at a time.
void flow_watch_clear(); ///< forgets all flows
/// Calls `row` for each flow, all CPUs added up.
void flow_watch_for_each(void (*row)(const WatchedFlow&, void* cookie), void* cookie);
/// Steps of flows that had no room in a CPU's table.
uint32_t flow_watch_lost();

} // namespace kernel
