// SPDX-License-Identifier: GPL-2.0-or-later
// The card's PCI configuration header (SDM 4.1).
#pragma once

#include <cstdint>

#include "arch/pci.h"

namespace e100 {

struct PciIdentity {
    uint16_t vendor, device;
    uint8_t revision;
    uint32_t class_code; ///< with the programming interface in the low byte
};
PciIdentity pci_identity(arch::PciAddress address);
/// Address of BAR0, 0 if it is not a memory window or has no address.
uint32_t pci_memory_window(arch::PciAddress address);
unsigned pci_interrupt_line(arch::PciAddress address);
void pci_enable_memory(arch::PciAddress address);
void pci_enable_bus_master(arch::PciAddress address);
void pci_disable(arch::PciAddress address); ///< no decoding, no bus mastering

/// Calls `found(PciAddress)` for every function on the bus.
template <typename Found> void pci_for_each_function(Found found) {
    constexpr unsigned buses = 256, devices = 32, functions = 8;
    constexpr uint32_t multifunction = 0x0080'0000;
    constexpr uint8_t header_type_register = 0x0c;
    for (unsigned bus = 0; bus < buses; bus++)
        for (unsigned device = 0; device < devices; device++)
            for (unsigned function = 0; function < functions; function++) {
                const arch::PciAddress address = {static_cast<uint8_t>(bus), static_cast<uint8_t>(device),
                                                  static_cast<uint8_t>(function)};
                const bool present = arch::pci_read32(address, 0) != 0xffffffff;
                if (present)
                    found(address);
                if (function == 0 &&
                    (!present || !(arch::pci_read32(address, header_type_register) & multifunction)))
                    break;
            }
}

} // namespace e100
