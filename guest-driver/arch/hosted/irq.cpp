// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt lines: wired-or levels from the devices, handlers of the guest, delivery on the CPU that the line
// is routed to; ticks and interrupts between CPUs.
#include "arch/irq.h"

#include <algorithm>
#include <array>
#include <bit>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "arch/cpu.h"
#include "arch/hosted/internal.h"
#include "arch/hosted/machine.h"
#include "arch/ipi.h"
#include "kernel/context.h"
#include "kernel/hrtimer.h"
#include "kernel/smp.h"
#include "kernel/timer.h"
#include "kernel/trace.h"

namespace {

constexpr unsigned line_count = 16;
constexpr unsigned storm_limit = 100'000; // unclaimed in a row: as Linux gives up on a line

struct Action {
    const char* name;
    arch::IrqHandler handler;
    void* cookie;
};

struct Line {
    std::set<const void*> drivers; ///< sources that hold it up
    std::vector<Action> actions;
    std::array<uint64_t, arch::max_cpus> counts{};
    unsigned unclaimed = 0;
    uint32_t affinity = (1u << arch::max_cpus) - 1;
    bool served = false; ///< its handlers run: it does not come again meanwhile
    bool was_in_use = false;
    std::string label, names;

    uint32_t up() const { return affinity & ((1u << arch::cpu_count()) - 1); }
    unsigned target() const { return up() ? static_cast<unsigned>(std::countr_zero(up())) : 0; }
};

std::array<Line, line_count>& lines() {
    static std::array<Line, line_count> state;
    return state;
}

struct Pending {
    bool tick = false, alarm = false;
    uint32_t ipis = 0; ///< one bit per reason
};
std::array<Pending, arch::max_cpus> pending;
std::array<std::array<uint64_t, arch::max_cpus>, arch::ipi_reasons> ipi_counts{};
bool fail_next = false;
std::array<uint64_t, arch::max_cpus> timer_counts{};

void run_handlers(Line& line) {
    const auto number = static_cast<uint32_t>(&line - lines().data());
    line.counts[arch::cpu_id()]++;
    kernel::trace(kernel::Event::IrqEntry, number);
    line.served = true;
    bool handled = false;
    // A copy: a handler may be freed by what runs between two of them only on another CPU, never here.
    for (const Action& action : line.actions)
        handled |= action.handler(action.cookie) == arch::IrqResult::Handled;
    line.served = false;
    kernel::trace(kernel::Event::IrqExit, number, handled);
    line.unclaimed = handled ? 0 : line.unclaimed + 1;
    if (line.unclaimed > storm_limit)
        arch::die("hosted: nobody cares about an interrupt line that stays up");
}

Line* asserted_line(unsigned cpu) {
    const auto line = std::ranges::find_if(lines(), [=](const Line& each) {
        return !each.drivers.empty() && !each.actions.empty() && !each.served && each.target() == cpu;
    });
    return line == lines().end() ? nullptr : &*line;
}

void serve_ipi(Pending& mine) {
    const auto reason = static_cast<unsigned>(std::countr_zero(mine.ipis));
    mine.ipis &= mine.ipis - 1;
    ipi_counts[reason][arch::cpu_id()]++;
    kernel::serve_ipi(static_cast<arch::IpiReason>(reason));
}

/// True if it was the tick.
bool take_interrupt() {
    Pending& mine = pending[arch::cpu_id()];
    const bool tick = std::exchange(mine.tick, false);
    kernel::irq_enter();
    if (tick) {
        timer_counts[arch::cpu_id()]++;
        kernel::tick();
    } else if (std::exchange(mine.alarm, false)) {
        timer_counts[arch::cpu_id()]++;
        kernel::hrtimer_interrupt();
    } else if (mine.ipis) {
        serve_ipi(mine);
    } else if (Line* line = asserted_line(arch::cpu_id())) {
        run_handlers(*line);
    }
    kernel::irq_exit();
    kernel::preempt_schedule_irq();
    return tick;
}

std::string joined_names(const Line& line) {
    std::string names;
    for (const Action& action : line.actions)
        names += (names.empty() ? "" : ", ") + std::string(action.name);
    return names;
}

} // namespace

namespace hosted {

void drive_irq(unsigned line, const void* source, bool asserted) {
    if (line >= line_count)
        arch::die("hosted: no such interrupt line");
    if (asserted)
        lines()[line].drivers.insert(source);
    else
        lines()[line].drivers.erase(source);
}

void fail_next_request_irq() { fail_next = true; }

void set_tick_pending() {
    for (unsigned cpu = 0; cpu < arch::max_cpus; cpu++)
        pending[cpu].tick = cpu_is_started(cpu);
}

void set_alarm_pending(unsigned cpu) { pending[cpu].alarm = true; }

bool interrupt_is_pending(unsigned cpu) {
    return pending[cpu].tick || pending[cpu].alarm || pending[cpu].ipis || asserted_line(cpu);
}

bool deliver_interrupts() {
    bool any = false;
    while (arch::irqs_enabled() && interrupt_is_pending(arch::cpu_id())) {
        arch::irqs_disable();
        advance_ns(timing().interrupt_ns);
        const bool tick = take_interrupt();
        return_from_interrupt();
        if (tick)
            pass_turn();
        any = true;
    }
    return any;
}

} // namespace hosted

namespace arch {

IrqError request_irq(unsigned line, const char* name, IrqHandler handler, void* cookie) {
    if (line >= line_count)
        return IrqError::NoSuchLine;
    if (std::exchange(fail_next, false))
        return IrqError::NoSpace;
    lines()[line].was_in_use = true;
    lines()[line].actions.push_back({name, handler, cookie});
    hosted::deliver_interrupts();
    return IrqError::None;
}

void free_irq(unsigned line, void* cookie) {
    if (line < line_count)
        std::erase_if(lines()[line].actions, [&](const Action& action) { return action.cookie == cookie; });
}

uint32_t irq_affinity(unsigned line) {
    return line < line_count && lines()[line].was_in_use ? lines()[line].up() : 0;
}

IrqError set_irq_affinity(unsigned line, uint32_t cpus) {
    if (line >= line_count || !lines()[line].was_in_use)
        return IrqError::NoSuchLine;
    if ((cpus & ((1u << cpu_count()) - 1)) == 0)
        return IrqError::NoSuchCpu;
    lines()[line].affinity = cpus;
    return IrqError::None;
}

void send_ipi(unsigned cpu, IpiReason reason) {
    pending[cpu].ipis |= 1u << static_cast<unsigned>(reason);
    hosted::deliver_interrupts();
}

void for_each_irq_line(void (*row)(const IrqLine&, void* cookie), void* cookie) {
    for (unsigned number = 0; number < line_count; number++) {
        Line& line = lines()[number];
        if (line.actions.empty())
            continue;
        line.label = std::to_string(number);
        line.names = joined_names(line);
        row({line.label.c_str(), "hosted-level", line.names.c_str(), line.counts.data()}, cookie);
    }
    row({"LOC", "", "Local timer interrupts", timer_counts.data()}, cookie);
    row({"RES", "", "Rescheduling interrupts", ipi_counts[0].data()}, cookie);
    row({"CAL", "", "Function call interrupts", ipi_counts[1].data()}, cookie);
}

} // namespace arch
