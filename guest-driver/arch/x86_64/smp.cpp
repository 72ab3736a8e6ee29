// SPDX-License-Identifier: GPL-2.0-or-later
// Starting the other CPUs (SDM volume 3, 8.4.4.1), interrupts between CPUs, and stopping them all.
#include "arch/x86_64/smp.h"

#include <array>
#include <atomic>
#include <cstring>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/ipi.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/apic.h"
#include "arch/x86_64/cpu_area.h"
#include "arch/x86_64/interrupts.h"
#include "arch/x86_64/physical.h"
#include "arch/x86_64/tick.h"
#include "kernel/print.h"
#include "kernel/smp.h"

extern "C" const std::byte trampoline_begin[], trampoline_end[];
/// For boot.S: the stack of the CPU that is being started.
extern "C" {
uint32_t secondary_stack_top = 0;
}

namespace {

std::array<uint8_t, arch::max_cpus> apic_ids{};
unsigned cpus_present = 1;
std::atomic<unsigned> cpus_up{1};
unsigned starting = 0; ///< the CPU that is being started
void (*secondary_entry)() = nullptr;

std::array<std::array<uint64_t, arch::max_cpus>, arch::ipi_reasons> counts{};
std::atomic<unsigned> cpus_stopped{0};

// Free to use on every PC: above the BIOS's data, below its extension, and not in the range we give out.
constexpr uint64_t trampoline_address = 0x8000;
constexpr uint8_t trampoline_page = trampoline_address >> 12;

bool comes_up(unsigned cpu, uint64_t patience_ns) {
    for (const uint64_t deadline = arch::now_ns() + patience_ns; arch::now_ns() < deadline;) {
        if (cpus_up.load(std::memory_order_acquire) > cpu)
            return true;
        arch::relax();
    }
    return false;
}

void start_cpu(unsigned cpu) {
    constexpr uint32_t after_init_us = 10'000;
    constexpr uint64_t until_second_startup_ns = 200'000'000; // a host that is busy is late
    constexpr uint64_t patience_ns = 10'000'000'000;
    starting = cpu;
    secondary_stack_top = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(x86::interrupt_stack_top(cpu)));
    arch::write_barrier();
    x86::local_apic_send_init(apic_ids[cpu]);
    arch::busy_wait_us(after_init_us);
    x86::local_apic_send_startup(apic_ids[cpu], trampoline_page);
    if (comes_up(cpu, until_second_startup_ns))
        return;
    x86::local_apic_send_startup(apic_ids[cpu], trampoline_page); // ignored by a CPU that has begun
    if (!comes_up(cpu, patience_ns))
        arch::die("a CPU does not start");
}

} // namespace

/// boot.S brings a new CPU here, on its interrupt stack.
extern "C" [[noreturn]] void secondary_main() {
    x86::cpu_area_init(starting);
    x86::idt_load();
    x86::local_apic_init();
    x86::tick_start();
    secondary_entry();
    arch::die("a CPU has nothing to do");
}

namespace x86 {

void smp_init() {
    apic_ids[0] = local_apic_id();
    for (std::size_t i = 0; i < acpi().processor_count && cpus_present < arch::max_cpus; i++)
        if (acpi().processors[i] != apic_ids[0])
            apic_ids[cpus_present++] = acpi().processors[i];
}

uint8_t apic_id_of(unsigned cpu) { return apic_ids[cpu]; }

void serve_ipi(unsigned vector) {
    const unsigned reason = vector - first_ipi_vector;
    counts[reason][arch::cpu_id()]++;
    // First the end: what is sent from now on comes anew.
    local_apic_end_of_interrupt();
    kernel::serve_ipi(static_cast<arch::IpiReason>(reason));
}

const uint64_t* ipi_counts(unsigned reason) { return counts[reason].data(); }

void stop_other_cpus() {
    constexpr unsigned patience = 10'000'000;
    const unsigned up = cpus_up.load();
    for (unsigned cpu = 0; cpu < up; cpu++)
        if (cpu != arch::cpu_id())
            local_apic_send_nmi(apic_ids[cpu]);
    for (unsigned turns = 0; turns < patience && cpus_stopped.load() + 1 < up; turns++)
        arch::relax();
}

void stop_this_cpu() {
    cpus_stopped.fetch_add(1);
    for (;;)
        asm volatile("cli; hlt");
}

} // namespace x86

namespace arch {

unsigned cpu_count() { return cpus_up.load(std::memory_order_relaxed); }

void start_other_cpus(void (*entry)()) {
    secondary_entry = entry;
    std::memcpy(x86::at<void>(trampoline_address), trampoline_begin,
                static_cast<std::size_t>(trampoline_end - trampoline_begin));
    for (unsigned cpu = 1; cpu < cpus_present; cpu++)
        start_cpu(cpu);
}

void cpu_is_up() { cpus_up.fetch_add(1, std::memory_order_release); }

void send_ipi(unsigned cpu, IpiReason reason) {
    const auto vector = static_cast<uint8_t>(x86::first_ipi_vector + static_cast<uint8_t>(reason));
    x86::local_apic_send_interrupt(apic_ids[cpu], vector);
}

} // namespace arch
