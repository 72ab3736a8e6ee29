// SPDX-License-Identifier: GPL-2.0-or-later
// The simulated processors: interrupt flags, waiting, taking turns, barriers, ends of the world. One OS
// thread runs them all: a CPU has the turn until it spins, sleeps or has taken its tick, so a run is the same
// every time.
#include "arch/cpu.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ucontext.h>
#include <vector>

#include "arch/hosted/internal.h"
#include "arch/hosted/machine.h"

namespace {

constexpr std::size_t first_stack_bytes = 256 * 1024;

struct Cpu {
    bool interrupt_flag = false;
    bool started = false;
    bool sleeps = false;  ///< in wait_for_interrupt()
    ucontext_t registers; ///< while another CPU has the turn
    std::vector<std::byte> first_stack;
};

std::array<Cpu, arch::max_cpus>& cpus() {
    static std::array<Cpu, arch::max_cpus> state = [] {
        std::array<Cpu, arch::max_cpus> initial;
        initial[0].started = true;
        return initial;
    }();
    return state;
}

unsigned current_cpu = 0;
unsigned number_of_cpus = 1;
unsigned cpus_plugged = 1;
unsigned turns_without_progress = 0;
std::function<void()> barrier_hook;

// CPUs that all spin with interrupts off wait for each other.
constexpr unsigned dead_lock_turns = 10'000'000;

Cpu& this_cpu() { return cpus()[current_cpu]; }

void give_turn_to(unsigned cpu) {
    Cpu& from = this_cpu();
    current_cpu = cpu;
    swapcontext(&from.registers, &cpus()[cpu].registers);
}

void prepare_start(Cpu& cpu, void (*entry)()) {
    cpu.first_stack.resize(first_stack_bytes);
    cpu.started = true;
    getcontext(&cpu.registers);
    cpu.registers.uc_stack.ss_sp = cpu.first_stack.data();
    cpu.registers.uc_stack.ss_size = cpu.first_stack.size();
    cpu.registers.uc_link = nullptr;
    makecontext(&cpu.registers, entry, 0);
}

bool has_something_to_do(unsigned cpu) {
    const Cpu& each = cpus()[cpu];
    return each.started && (!each.sleeps || hosted::interrupt_is_pending(cpu));
}

} // namespace

namespace hosted {

void on_write_barrier(std::function<void()> hook) { barrier_hook = std::move(hook); }

void return_from_interrupt() { this_cpu().interrupt_flag = true; }

bool cpu_is_started(unsigned cpu) { return cpus()[cpu].started; }

bool pass_turn() {
    for (unsigned i = 1; i < arch::max_cpus; i++) {
        const unsigned cpu = (current_cpu + i) % arch::max_cpus;
        if (!has_something_to_do(cpu))
            continue;
        give_turn_to(cpu);
        return true;
    }
    return false;
}

void pretend_cpu(unsigned cpu, unsigned count) {
    cpus()[cpu].interrupt_flag = this_cpu().interrupt_flag;
    current_cpu = cpu;
    number_of_cpus = count;
}

void plug_cpus(unsigned count) { cpus_plugged = count; }

} // namespace hosted

namespace arch {

unsigned cpu_id() { return current_cpu; }
unsigned cpu_count() { return number_of_cpus; }

void start_other_cpus(void (*entry)()) {
    while (number_of_cpus < cpus_plugged) {
        prepare_start(cpus()[number_of_cpus], entry);
        for (const unsigned number = number_of_cpus; number_of_cpus == number;)
            give_turn_to(number);
    }
}

void cpu_is_up() { number_of_cpus++; }

bool irqs_enabled() { return this_cpu().interrupt_flag; }

void irqs_enable() {
    this_cpu().interrupt_flag = true;
    turns_without_progress = 0;
    hosted::deliver_interrupts();
}

void irqs_disable() { this_cpu().interrupt_flag = false; }

void wait_for_interrupt() {
    Cpu& cpu = this_cpu();
    cpu.interrupt_flag = true;
    turns_without_progress = 0;
    cpu.sleeps = true;
    while (!hosted::interrupt_is_pending(current_cpu))
        if (!hosted::pass_turn() && !hosted::run_next_event())
            die("hosted: the CPUs sleep and nothing will ever wake them");
    cpu.sleeps = false;
    hosted::deliver_interrupts();
}

void relax() {
    if (++turns_without_progress > dead_lock_turns)
        die("hosted: spinning for ever");
    hosted::advance_ns(10);
    hosted::pass_turn();
}

void read_barrier() {}

void write_barrier() {
    if (barrier_hook)
        barrier_hook();
}

void power_off(int status) {
    std::fprintf(stderr, "power_off(%d)\n%s", status, hosted::take_console_output().c_str());
    std::abort();
}

void die(const char* reason) {
    std::fprintf(stderr, "%sdie: %s\n", hosted::take_console_output().c_str(), reason);
    std::abort();
}

} // namespace arch
