// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt lines of devices: level triggered, shareable, counted per line and CPU.
#pragma once

#include <cstdint>

namespace arch {

enum class IrqResult : uint8_t { NotMine, Handled };
/// Runs with CPU interrupts off on the interrupted CPU.
using IrqHandler = IrqResult (*)(void* cookie);

enum class IrqError : uint8_t {
    None,
    NoSuchLine, ///< the interrupt controller has no such input
    NoSpace,    ///< too many handlers on this machine
    NoSuchCpu,  ///< none of the CPUs is up
};

/// Adds a handler to `line` (as in PCI's interrupt line register) and unmasks the line. `name` must live
/// forever.
IrqError request_irq(unsigned line, const char* name, IrqHandler handler, void* cookie);
/// After the return the handler runs no more.
void free_irq(unsigned line, void* cookie);

/// The CPUs that may serve the line, bit n for CPU n: all at first; of them the lowest that is up does. 0 if
/// the line was never in use.
uint32_t irq_affinity(unsigned line);
/// Moves the line. An interrupt that is on its way is still served where it was going. NoSuchLine also if the
/// line was never in use. The choice outlives free_irq().
IrqError set_irq_affinity(unsigned line, uint32_t cpus);

/// For /proc/interrupts: calls `row` for each line in use, `chip` like "IO-APIC", `trigger` like
/// "10-fasteoi".
struct IrqLine {
    const char* label;            ///< "10", "LOC"; starts with a digit exactly if it is a line's number
    const char* chip_and_trigger; ///< "" for CPU-local ones
    const char* names;            ///< handlers, comma separated; or a description
    const uint64_t* counts;       ///< one per CPU
};
void for_each_irq_line(void (*row)(const IrqLine&, void* cookie), void* cookie);

} // namespace arch
