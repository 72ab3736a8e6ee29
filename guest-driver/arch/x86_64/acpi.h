// SPDX-License-Identifier: GPL-2.0-or-later
// What the firmware's ACPI tables say about this machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace x86 {

struct IoApicDescription {
    uint32_t address;
    uint32_t first_input; ///< global system interrupt of its input 0
};
/// An ISA interrupt that is wired or behaves differently from ISA's custom.
struct InterruptOverride {
    uint8_t line;
    uint32_t input;
    uint16_t flags; ///< ACPI 6.4, table 5.25: polarity in bits 0-1, trigger mode in bits 2-3
};

struct AcpiInformation {
    uint32_t local_apic = 0xfee00000;
    std::array<IoApicDescription, 4> io_apics{};
    std::size_t io_apic_count = 0;
    std::array<InterruptOverride, 16> overrides{};
    std::size_t override_count = 0;
    std::array<uint8_t, 8> processors{}; ///< APIC ids of the enabled ones
    std::size_t processor_count = 0;
    uint16_t pm_timer_port = 0; ///< 0: none
    bool pm_timer_32_bits = false;
    uint16_t pm1a_control_port = 0; ///< 0: none
    uint16_t soft_off_type = 0;     ///< SLP_TYPa of \_S5
};

/// Root pointer at `rsdp`, or searched where PC firmware leaves it if that is 0.
void acpi_init(uint64_t rsdp);
const AcpiInformation& acpi();

} // namespace x86
