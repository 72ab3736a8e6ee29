// SPDX-License-Identifier: GPL-2.0-or-later
// The simulated processor: interrupt flag, waiting, barriers, ends of the world.
#include "arch/cpu.h"

#include <cstdio>
#include <cstdlib>

#include "arch/hosted/internal.h"
#include "arch/hosted/machine.h"

namespace {

bool interrupt_flag = false;
unsigned current_cpu = 0;
unsigned number_of_cpus = 1;
unsigned turns_without_progress = 0;
std::function<void()> barrier_hook;

// One CPU that spins with interrupts off can only be waiting for itself.
constexpr unsigned dead_lock_turns = 10'000'000;

} // namespace

namespace hosted {

void on_write_barrier(std::function<void()> hook) { barrier_hook = std::move(hook); }

void return_from_interrupt() { interrupt_flag = true; }

void pretend_cpu(unsigned cpu, unsigned count) {
    current_cpu = cpu;
    number_of_cpus = count;
}

} // namespace hosted

namespace arch {

unsigned cpu_id() { return current_cpu; }
unsigned cpu_count() { return number_of_cpus; }

bool irqs_enabled() { return interrupt_flag; }

void irqs_enable() {
    interrupt_flag = true;
    turns_without_progress = 0;
    hosted::deliver_interrupts();
}

void irqs_disable() { interrupt_flag = false; }

void wait_for_interrupt() {
    interrupt_flag = true;
    turns_without_progress = 0;
    while (!hosted::deliver_interrupts())
        if (!hosted::run_next_event())
            die("hosted: the CPU sleeps and nothing will ever wake it");
}

void relax() {
    if (++turns_without_progress > dead_lock_turns)
        die("hosted: spinning for ever");
    hosted::advance_ns(10);
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
