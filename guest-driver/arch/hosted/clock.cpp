// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual time: events in order of their deadlines, and the periodic tick.
#include "arch/clock.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "arch/cpu.h"
#include "arch/hosted/internal.h"
#include "arch/hosted/machine.h"
#include "kernel/timer.h"

namespace {

constexpr uint64_t tick_ns = 1'000'000'000 / kernel::hz;

struct Clock {
    uint64_t now = 0;
    uint64_t next_tick = tick_ns;
    uint64_t next_handle = 1;
    // The handle orders events of one instant by age.
    std::map<std::pair<uint64_t, uint64_t>, std::function<void()>> events;
};

Clock& clock_state() {
    static Clock state;
    return state;
}

uint64_t next_deadline(const Clock& clock) {
    const uint64_t event = clock.events.empty() ? UINT64_MAX : clock.events.begin()->first.first;
    return hosted::timing().tick ? std::min(event, clock.next_tick) : event;
}

void run_due(Clock& clock) {
    if (hosted::timing().tick && clock.next_tick <= clock.now) {
        hosted::set_tick_pending();
        clock.next_tick = clock.now - clock.now % tick_ns + tick_ns;
    }
    while (!clock.events.empty() && clock.events.begin()->first.first <= clock.now) {
        const auto event = std::move(clock.events.begin()->second);
        clock.events.erase(clock.events.begin());
        event();
    }
}

} // namespace

namespace hosted {

Timing& timing() {
    static Timing values;
    return values;
}

bool run_next_event() {
    Clock& clock = clock_state();
    const uint64_t deadline = next_deadline(clock);
    if (deadline == UINT64_MAX)
        return false;
    clock.now = std::max(clock.now, deadline);
    run_due(clock);
    return true;
}

void advance_ns(uint64_t ns) {
    Clock& clock = clock_state();
    deliver_interrupts();
    const uint64_t target = clock.now + ns;
    while (next_deadline(clock) <= target) {
        run_next_event();
        deliver_interrupts();
    }
    clock.now = std::max(clock.now, target);
    deliver_interrupts();
}

uint64_t at(uint64_t deadline_ns, std::function<void()> event) {
    Clock& clock = clock_state();
    const uint64_t handle = clock.next_handle++;
    clock.events.emplace(std::pair{deadline_ns, handle}, std::move(event));
    return handle;
}

void cancel(uint64_t handle) {
    std::erase_if(clock_state().events, [&](const auto& entry) { return entry.first.second == handle; });
}

} // namespace hosted

namespace arch {

// Every look at the clock is an instant of its own, so that records of device and guest have one order.
uint64_t now_ns() { return ++clock_state().now; }

void set_alarm(uint64_t deadline_ns) {
    static std::array<uint64_t, max_cpus> handles{};
    const unsigned cpu = cpu_id();
    hosted::cancel(handles[cpu]);
    handles[cpu] = hosted::at(deadline_ns, [cpu] { hosted::set_alarm_pending(cpu); });
}

void busy_wait_us(uint32_t us) { hosted::advance_ns(uint64_t{us} * 1000); }

} // namespace arch
