// SPDX-License-Identifier: GPL-2.0-or-later
// PCI configuration space by mechanism 1 (PCI Local Bus 3.0, 3.2.2.3.2).
#include "arch/pci.h"

#include "arch/x86_64/port_io.h"
#include "kernel/spinlock.h"

namespace {

constexpr uint16_t address_port = 0xcf8, data_port = 0xcfc;
constexpr uint32_t enable = 1u << 31;
kernel::SpinLock lock; // address and data port belong together

void select(arch::PciAddress address, uint8_t offset) {
    x86::out32(address_port, enable | uint32_t{address.bus} << 16 | uint32_t{address.device} << 11 |
                                 uint32_t{address.function} << 8 | (offset & 0xfcu));
}

} // namespace

namespace arch {

uint32_t pci_read32(PciAddress address, uint8_t offset) {
    kernel::IrqSpinGuard guard(lock);
    select(address, offset);
    return x86::in32(data_port);
}

void pci_write32(PciAddress address, uint8_t offset, uint32_t value) {
    kernel::IrqSpinGuard guard(lock);
    select(address, offset);
    x86::out32(data_port, value);
}

} // namespace arch
