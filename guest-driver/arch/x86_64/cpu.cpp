// SPDX-License-Identifier: GPL-2.0-or-later
// Single instructions of the processor that the kernel asks for by name.
#include "arch/cpu.h"

#include "arch/x86_64/cpu_area.h"
#include "arch/x86_64/port_io.h"

namespace arch {

unsigned cpu_id() {
    uint32_t id;
    asm volatile("movl %%gs:0, %0" : "=r"(id));
    return id;
}

bool irqs_enabled() { return x86::read_flags() & x86::flag_interrupts; }
void irqs_enable() { asm volatile("sti" : : : "memory"); }
void irqs_disable() { asm volatile("cli" : : : "memory"); }

// STI lets interrupts in only behind the next instruction: none can come between the two.
void wait_for_interrupt() { asm volatile("sti; hlt" : : : "memory"); }
void relax() { asm volatile("pause" : : : "memory"); }

void read_barrier() { asm volatile("lfence" : : : "memory"); }
void write_barrier() { asm volatile("sfence" : : : "memory"); }

} // namespace arch
