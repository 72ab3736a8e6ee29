// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt lines: wired-or levels from the devices, handlers of the guest, delivery on the one CPU.
#include "arch/irq.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "arch/cpu.h"
#include "arch/hosted/internal.h"
#include "arch/hosted/machine.h"
#include "kernel/context.h"
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
    std::string label, names;
};

std::array<Line, line_count>& lines() {
    static std::array<Line, line_count> state;
    return state;
}

bool tick_pending = false;
bool fail_next = false;
std::array<uint64_t, arch::max_cpus> tick_counts{};

void run_handlers(Line& line) {
    const auto number = static_cast<uint32_t>(&line - lines().data());
    line.counts[arch::cpu_id()]++;
    kernel::trace(kernel::Event::IrqEntry, number);
    bool handled = false;
    // A copy: a handler may be freed by what runs between two of them only on another CPU, never here.
    for (const Action& action : line.actions)
        handled |= action.handler(action.cookie) == arch::IrqResult::Handled;
    kernel::trace(kernel::Event::IrqExit, number, handled);
    line.unclaimed = handled ? 0 : line.unclaimed + 1;
    if (line.unclaimed > storm_limit)
        arch::die("hosted: nobody cares about an interrupt line that stays up");
}

Line* asserted_line() {
    const auto line = std::ranges::find_if(
        lines(), [](const Line& each) { return !each.drivers.empty() && !each.actions.empty(); });
    return line == lines().end() ? nullptr : &*line;
}

void take_interrupt() {
    kernel::irq_enter();
    if (tick_pending) {
        tick_pending = false;
        tick_counts[arch::cpu_id()]++;
        kernel::tick();
    } else if (Line* line = asserted_line()) {
        run_handlers(*line);
    }
    kernel::irq_exit();
    kernel::preempt_schedule_irq();
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
void set_tick_pending() { tick_pending = true; }

bool deliver_interrupts() {
    bool any = false;
    while (arch::irqs_enabled() && (tick_pending || asserted_line())) {
        arch::irqs_disable();
        advance_ns(timing().interrupt_ns);
        take_interrupt();
        return_from_interrupt();
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
    lines()[line].actions.push_back({name, handler, cookie});
    hosted::deliver_interrupts();
    return IrqError::None;
}

void free_irq(unsigned line, void* cookie) {
    if (line < line_count)
        std::erase_if(lines()[line].actions, [&](const Action& action) { return action.cookie == cookie; });
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
    row({"LOC", "", "Local timer interrupts", tick_counts.data()}, cookie);
}

} // namespace arch
