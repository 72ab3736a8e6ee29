// SPDX-License-Identifier: GPL-2.0-or-later
// From boot.S to the kernel: the machine is brought up in the order in which its parts need each other.
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/memory.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/apic.h"
#include "arch/x86_64/boot_info.h"
#include "arch/x86_64/cpu_area.h"
#include "arch/x86_64/interrupts.h"
#include "arch/x86_64/paging.h"
#include "arch/x86_64/serial.h"
#include "arch/x86_64/smp.h"
#include "arch/x86_64/tick.h"
#include "kernel/print.h"
#include "main.h"

extern "C" void (*const init_array_begin[])();
extern "C" void (*const init_array_end[])();

namespace {

void run_constructors() {
    for (auto* constructor = init_array_begin; constructor != init_array_end; constructor++)
        (*constructor)();
}

} // namespace

extern "C" [[noreturn]] void boot_main(x86::BootProtocol protocol, uint32_t information) {
    x86::serial_init();
    x86::cpu_area_init(0); // from here on cpu_id(), and so everything per CPU, works
    x86::idt_init();
    x86::idt_load();
    run_constructors();
    x86::boot_info_init(protocol, information);
    x86::acpi_init(x86::boot_rsdp()); // before address 0 is closed: the search for the tables begins there
    x86::paging_init();
    x86::interrupt_controllers_init();
    x86::local_apic_init();
    x86::smp_init();
    x86::clock_init();
    x86::tick_start();
    kernel::printk("Booted by %s; %zu MiB of memory; clock %s\n", x86::boot_protocol_name(),
                   arch::free_ram().size() >> 20, x86::clock_source_name());
    kernel_main();
}
