// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel needs from a processor. Declared once; arch/x86_64 and arch/hosted each implement all of
// it.
#pragma once

#include <cstdint>

namespace arch {

inline constexpr unsigned max_cpus = 8;

unsigned cpu_id();    ///< of the calling CPU, 0 … cpu_count() - 1
unsigned cpu_count(); ///< CPUs that run this kernel: only the boot CPU, CPU 0, before start_other_cpus()

/// Starts the machine's other CPUs, at most up to max_cpus, one after the other. Each calls `entry` with
/// interrupts off on its interrupt stack, which `entry` leaves for good, with interrupts still off, by
/// switching to a context. Once, on CPU 0, with interrupts on.
void start_other_cpus(void (*entry)());
/// To be called in `entry`: from now on cpu_count() includes the calling CPU.
void cpu_is_up();

bool irqs_enabled();
void irqs_enable();
void irqs_disable();

/// Enables interrupts and sleeps until one came; no interrupt is lost in between. Returns with interrupts
/// enabled.
void wait_for_interrupt();
/// One turn of a busy loop.
void relax();

/// Orders memory accesses against the device (DMA) and other CPUs.
void read_barrier();
void write_barrier();

/// CPU interrupts are off for the lifetime; the earlier state comes back at the end.
class IrqGuard {
  public:
    IrqGuard() : were_enabled_(irqs_enabled()) { irqs_disable(); }
    ~IrqGuard() {
        if (were_enabled_)
            irqs_enable();
    }
    IrqGuard(const IrqGuard&) = delete;
    IrqGuard& operator=(const IrqGuard&) = delete;

  private:
    const bool were_enabled_;
};

/// Ends the machine. 0 is success; anything else makes QEMU exit with an error.
[[noreturn]] void power_off(int status);
/// Prints registers and a backtrace with symbols of the caller, then ends the machine with an error.
[[noreturn]] void die(const char* reason);

} // namespace arch
