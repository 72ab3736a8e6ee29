// SPDX-License-Identifier: GPL-2.0-or-later
// The CPUs of this machine: numbered from 0, which booted, in the order of the firmware's table.
#pragma once

#include <cstdint>

namespace x86 {

/// After acpi_init() and local_apic_init() of the boot CPU.
void smp_init();
uint8_t apic_id_of(unsigned cpu);

/// Serves the interrupt between CPUs with this vector.
void serve_ipi(unsigned vector);
/// How often each reason arrived; one count per CPU.
const uint64_t* ipi_counts(unsigned reason);

/// Halts all other CPUs, wherever they are, for good; waits for them, but not for ever.
void stop_other_cpus();
/// The answer to the NMI by which they are stopped.
[[noreturn]] void stop_this_cpu();

} // namespace x86
