// SPDX-License-Identifier: GPL-2.0-or-later
// PCI configuration space access.
#pragma once

#include <cstdint>

namespace arch {

struct PciAddress {
    uint8_t bus, device, function;
};
uint32_t pci_read32(PciAddress address, uint8_t offset);
void pci_write32(PciAddress address, uint8_t offset, uint32_t value);

} // namespace arch
