// SPDX-License-Identifier: GPL-2.0-or-later
// Handlers of the interrupt lines, their counts, and the I/O APIC inputs they arrive at. Lines are served as
// Linux's "fasteoi": end of interrupt after the handlers. A line that nobody answers for is shut down.
#include "arch/x86_64/interrupt_lines.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>

#include "arch/cpu.h"
#include "arch/ipi.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/interrupts.h"
#include "arch/x86_64/smp.h"
#include "arch/x86_64/tick.h"
#include "kernel/print.h"
#include "kernel/spinlock.h"
#include "kernel/trace.h"

namespace {

// As Linux: of 100 000 interrupts, 99 900 without a taker.
constexpr unsigned judged_interrupts = 100'000, tolerated_unclaimed = 99'900;
constexpr std::size_t max_actions = 16;
constexpr uint32_t all_cpus = (1u << arch::max_cpus) - 1;

constexpr unsigned no_input = ~0u;

// A CPU that serves a line reads the actions without the lock, the input first and then the handler. So the
// input is set while there is no handler yet, and taken away only when nobody can be serving it any more.
struct Action {
    std::atomic<unsigned> input{no_input}; ///< no_input: free slot
    std::atomic<arch::IrqHandler> handler{nullptr};
    void* cookie = nullptr;
    const char* name = nullptr;

    bool belongs_to(unsigned number) const { return input.load(std::memory_order_acquire) == number; }
};

struct Input {
    unsigned line = 0;
    x86::Trigger trigger = x86::Trigger::Level;
    bool in_use = false;
    uint32_t affinity = all_cpus;
    std::array<uint64_t, arch::max_cpus> counts{};
    std::atomic<unsigned> judged{0}, unclaimed{0};
    std::atomic<unsigned> being_served{0};
};

std::array<Action, max_actions> actions;
std::array<Input, x86::line_vectors> inputs;
kernel::SpinLock lock; // adding and removing; serving reads the actions without it

/// Where the ISA or PCI interrupt `line` arrives. QEMU's PCI interrupts are active high, as its MADT says of
/// the lines below 16; on hardware that differs the MADT says so.
struct Wiring {
    unsigned input;
    x86::Trigger trigger;
    x86::Polarity polarity;
};
Wiring wiring_of(unsigned line, x86::Trigger trigger) {
    constexpr uint16_t polarity_mask = 0x3, active_low = 0x3, trigger_mask = 0xc, edge = 0x4, level = 0xc;
    Wiring wiring{line, trigger, x86::Polarity::ActiveHigh};
    const x86::AcpiInformation& acpi = x86::acpi();
    for (std::size_t i = 0; i < acpi.override_count; i++) {
        const x86::InterruptOverride& entry = acpi.overrides[i];
        if (entry.line != line)
            continue;
        wiring.input = entry.input;
        if ((entry.flags & polarity_mask) == active_low)
            wiring.polarity = x86::Polarity::ActiveLow;
        if ((entry.flags & trigger_mask) == edge)
            wiring.trigger = x86::Trigger::Edge;
        else if ((entry.flags & trigger_mask) == level)
            wiring.trigger = x86::Trigger::Level;
    }
    return wiring;
}

uint32_t cpus_up() { return (1u << arch::cpu_count()) - 1; }

/// Of those that may serve the input: the lowest that is up.
uint8_t target_of(const Input& input) {
    const uint32_t up = input.affinity & cpus_up();
    return x86::apic_id_of(up ? static_cast<unsigned>(std::countr_zero(up)) : 0);
}

Input* find_line(unsigned line) {
    auto* found = std::find_if(inputs.begin(), inputs.end(),
                               [=](const Input& input) { return input.in_use && input.line == line; });
    return found == inputs.end() ? nullptr : found;
}

bool run_handlers(unsigned input) {
    bool handled = false;
    for (const Action& action : actions) {
        if (!action.belongs_to(input))
            continue;
        if (const arch::IrqHandler handler = action.handler.load())
            handled |= handler(action.cookie) == arch::IrqResult::Handled;
    }
    return handled;
}

void judge(unsigned number, bool handled) {
    Input& input = inputs[number];
    input.unclaimed.fetch_add(!handled, std::memory_order_relaxed);
    if (input.judged.fetch_add(1, std::memory_order_relaxed) + 1 < judged_interrupts)
        return;
    if (input.unclaimed.load(std::memory_order_relaxed) >= tolerated_unclaimed) {
        x86::io_apic_mask(number, true);
        kernel::printk("irq %u: nobody cared; the line is shut down\n", input.line);
    }
    input.judged = input.unclaimed = 0;
}

bool has_actions(unsigned input) {
    return std::any_of(actions.begin(), actions.end(), [=](const Action& action) {
        return action.belongs_to(input) && action.handler.load();
    });
}

void describe(unsigned number, void (*row)(const arch::IrqLine&, void*), void* cookie) {
    const Input& input = inputs[number];
    char label[8], kind[32], names[96];
    std::size_t used = 0;
    names[0] = '\0';
    kernel::format(label, sizeof label, "%u", input.line);
    kernel::format(kind, sizeof kind, "IO-APIC %u-%s", number,
                   input.trigger == x86::Trigger::Level ? "fasteoi" : "edge");
    for (const Action& action : actions)
        if (action.belongs_to(number) && action.handler.load() && used < sizeof names)
            used += kernel::format(names + used, sizeof names - used, "%s%s", used ? ", " : "", action.name);
    row({label, kind, names, input.counts.data()}, cookie);
}

} // namespace

namespace x86 {

arch::IrqError request_irq(unsigned line, Trigger trigger, const char* name, arch::IrqHandler handler,
                           void* cookie) {
    const Wiring wiring = wiring_of(line, trigger);
    if (wiring.input >= std::min<std::size_t>(io_apic_inputs(), inputs.size()))
        return arch::IrqError::NoSuchLine;
    kernel::IrqSpinGuard guard(lock);
    auto* slot = std::find_if(actions.begin(), actions.end(),
                              [](const Action& each) { return each.belongs_to(no_input); });
    if (slot == actions.end())
        return arch::IrqError::NoSpace;
    const bool first = !has_actions(wiring.input);
    slot->cookie = cookie;
    slot->name = name;
    slot->input.store(wiring.input, std::memory_order_release);
    slot->handler.store(handler);
    if (first) {
        Input& input = inputs[wiring.input];
        input.line = line;
        input.trigger = wiring.trigger;
        input.in_use = true;
        const auto vector = static_cast<uint8_t>(first_line_vector + wiring.input);
        io_apic_route(wiring.input, vector, wiring.trigger, wiring.polarity, target_of(input));
        io_apic_mask(wiring.input, false);
    }
    return arch::IrqError::None;
}

void serve_line(unsigned vector) {
    const unsigned number = vector - first_line_vector;
    Input& input = inputs[number];
    input.counts[arch::cpu_id()]++;
    kernel::trace(kernel::Event::IrqEntry, input.line);
    input.being_served.fetch_add(1);
    const bool handled = run_handlers(number);
    input.being_served.fetch_sub(1);
    kernel::trace(kernel::Event::IrqExit, input.line, handled);
    judge(number, handled);
    local_apic_end_of_interrupt();
}

} // namespace x86

namespace arch {

IrqError request_irq(unsigned line, const char* name, IrqHandler handler, void* cookie) {
    return x86::request_irq(line, x86::Trigger::Level, name, handler, cookie);
}

void free_irq(unsigned line, void* cookie) {
    const unsigned input = wiring_of(line, x86::Trigger::Level).input;
    if (input >= inputs.size())
        return;
    const auto is_meant = [&](const Action& action) {
        return action.belongs_to(input) && action.cookie == cookie;
    };
    {
        kernel::IrqSpinGuard guard(lock);
        for (Action& action : actions)
            if (is_meant(action))
                action.handler.store(nullptr);
        if (!has_actions(input))
            x86::io_apic_mask(input, true);
    }
    while (inputs[input].being_served.load() != 0)
        relax(); // on another CPU
    kernel::IrqSpinGuard guard(lock);
    for (Action& action : actions)
        if (is_meant(action))
            action.input.store(no_input, std::memory_order_release);
}

uint32_t irq_affinity(unsigned line) {
    kernel::IrqSpinGuard guard(lock);
    const Input* input = find_line(line);
    return input ? input->affinity & cpus_up() : 0;
}

IrqError set_irq_affinity(unsigned line, uint32_t cpus) {
    kernel::IrqSpinGuard guard(lock);
    Input* input = find_line(line);
    if (!input)
        return IrqError::NoSuchLine;
    if ((cpus & cpus_up()) == 0)
        return IrqError::NoSuchCpu;
    input->affinity = cpus;
    x86::io_apic_move(static_cast<unsigned>(input - inputs.data()), target_of(*input));
    return IrqError::None;
}

void for_each_irq_line(void (*row)(const IrqLine&, void* cookie), void* cookie) {
    for (unsigned number = 0; number < inputs.size(); number++)
        if (inputs[number].in_use)
            describe(number, row, cookie);
    row({"LOC", "", "Local timer interrupts", x86::timer_interrupt_counts()}, cookie);
    const auto reschedule = static_cast<unsigned>(IpiReason::Reschedule),
               call = static_cast<unsigned>(IpiReason::CallFunction);
    row({"RES", "", "Rescheduling interrupts", x86::ipi_counts(reschedule)}, cookie);
    row({"CAL", "", "Function call interrupts", x86::ipi_counts(call)}, cookie);
}

} // namespace arch
