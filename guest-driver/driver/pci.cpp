// SPDX-License-Identifier: GPL-2.0-or-later
// PCI configuration header.
#include "driver/pci.h"

namespace e100 {
namespace {

namespace pci_register {
constexpr uint8_t id = 0x00, command = 0x04, class_revision = 0x08, bar0 = 0x10, interrupt = 0x3c;
}
constexpr uint32_t command_memory = 0x2, command_master = 0x4;
constexpr uint32_t status_half = 0xffff'0000; // write-one-to-clear bits: written as 0, they stay
constexpr uint32_t bar_is_io = 0x1, bar_flags = 0xf;

void change_command(arch::PciAddress address, uint32_t set, uint32_t clear) {
    const uint32_t old = arch::pci_read32(address, pci_register::command);
    arch::pci_write32(address, pci_register::command, ((old & ~status_half) | set) & ~clear);
}

} // namespace

PciIdentity pci_identity(arch::PciAddress address) {
    const uint32_t id = arch::pci_read32(address, pci_register::id);
    const uint32_t class_revision = arch::pci_read32(address, pci_register::class_revision);
    return {static_cast<uint16_t>(id), static_cast<uint16_t>(id >> 16), static_cast<uint8_t>(class_revision),
            class_revision >> 8};
}

uint32_t pci_memory_window(arch::PciAddress address) {
    const uint32_t bar = arch::pci_read32(address, pci_register::bar0);
    return bar & bar_is_io ? 0 : bar & ~bar_flags;
}

unsigned pci_interrupt_line(arch::PciAddress address) {
    return arch::pci_read32(address, pci_register::interrupt) & 0xff;
}

void pci_enable_memory(arch::PciAddress address) { change_command(address, command_memory, 0); }
void pci_enable_bus_master(arch::PciAddress address) { change_command(address, command_master, 0); }
void pci_disable(arch::PciAddress address) { change_command(address, 0, command_memory | command_master); }

} // namespace e100
