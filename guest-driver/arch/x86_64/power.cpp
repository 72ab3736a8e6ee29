// SPDX-License-Identifier: GPL-2.0-or-later
// Switching the machine off: soft off by ACPI (ACPI 6.4, 4.8.3.2) if all is well, QEMU's debug exit if not.
#include "arch/cpu.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/die.h"
#include "arch/x86_64/port_io.h"

namespace arch {

void power_off(int status) {
    irqs_disable();
    if (status != 0)
        x86::exit_with_error(static_cast<unsigned>(status) & 0x7f);
    constexpr uint16_t sleep_enable = 1 << 13;
    constexpr unsigned sleep_type_shift = 10;
    const x86::AcpiInformation& acpi = x86::acpi();
    if (acpi.pm1a_control_port != 0) {
        const auto sleep_type = static_cast<uint16_t>(acpi.soft_off_type << sleep_type_shift);
        x86::out16(acpi.pm1a_control_port, sleep_type | sleep_enable);
    }
    for (;;)
        asm volatile("cli; hlt");
}

} // namespace arch
