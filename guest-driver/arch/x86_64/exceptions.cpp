// SPDX-License-Identifier: GPL-2.0-or-later
// What interrupts.S calls: exceptions end the machine, interrupts are served between irq_enter and irq_exit.
#include <array>

#include "arch/ipi.h"
#include "arch/x86_64/die.h"
#include "arch/x86_64/interrupt_lines.h"
#include "arch/x86_64/interrupts.h"
#include "arch/x86_64/port_io.h"
#include "arch/x86_64/smp.h"
#include "arch/x86_64/tick.h"
#include "kernel/context.h"
#include "kernel/print.h"

namespace {

constexpr std::array<const char*, 32> exception_names = {"division error",
                                                         "debug exception",
                                                         "non-maskable interrupt",
                                                         "breakpoint",
                                                         "overflow",
                                                         "bound range exceeded",
                                                         "invalid opcode",
                                                         "device not available",
                                                         "double fault (stack overflow?)",
                                                         "coprocessor segment overrun",
                                                         "invalid task state",
                                                         "segment not present",
                                                         "stack segment fault",
                                                         "general protection fault",
                                                         "page fault",
                                                         "exception 15",
                                                         "floating point error",
                                                         "alignment check",
                                                         "machine check",
                                                         "SIMD floating point error",
                                                         "virtualization exception",
                                                         "control protection exception"};
constexpr uint64_t non_maskable = 2, page_fault = 14;

const char* page_fault_kind(uint64_t error_code) {
    constexpr uint64_t write = 1 << 1, fetch = 1 << 4;
    return error_code & fetch ? "execution" : error_code & write ? "write" : "read";
}

bool is_ipi(uint64_t vector) {
    return vector >= x86::first_ipi_vector && vector < x86::first_ipi_vector + arch::ipi_reasons;
}

bool is_line(uint64_t vector) {
    return vector >= x86::first_line_vector && vector < x86::first_line_vector + x86::line_vectors;
}

} // namespace

extern "C" void exception_entry(const x86::InterruptFrame* frame) {
    if (frame->vector == non_maskable && x86::another_cpu_dies())
        x86::stop_this_cpu();
    char reason[96];
    const char* name = exception_names[frame->vector] ? exception_names[frame->vector] : "unknown exception";
    if (frame->vector == page_fault)
        kernel::format(reason, sizeof reason, "%s: %s at 0x%llx", name, page_fault_kind(frame->error_code),
                       static_cast<unsigned long long>(x86::read_cr2()));
    else
        kernel::format(reason, sizeof reason, "%s", name);
    x86::die_at(*frame, reason);
}

extern "C" void interrupt_entry(const x86::InterruptFrame* frame) {
    const uint64_t vector = frame->vector;
    // The spurious vectors: nothing happened, no end of interrupt (SDM volume 3, 10.9).
    if (vector != x86::timer_vector && !is_ipi(vector) && !is_line(vector))
        return;
    kernel::irq_enter();
    if (vector == x86::timer_vector)
        x86::serve_timer();
    else if (is_ipi(vector))
        x86::serve_ipi(static_cast<unsigned>(vector));
    else
        x86::serve_line(static_cast<unsigned>(vector));
    kernel::irq_exit();
}

extern "C" void preempt_entry() { kernel::preempt_schedule_irq(); }
