// SPDX-License-Identifier: GPL-2.0-or-later
// The bus: register windows and configuration space of the devices that are plugged in.
#include <algorithm>
#include <vector>

#include "arch/cpu.h"
#include "arch/hosted/internal.h"
#include "arch/hosted/machine.h"
#include "arch/mmio.h"
#include "arch/pci.h"

namespace {

struct Slot {
    arch::PciAddress address;
    hosted::BusDevice* device;
    uint32_t window, size;
};

std::vector<Slot>& slots() {
    static std::vector<Slot> state;
    return state;
}

uint64_t accesses = 0;
std::function<void()> access_hook;

Slot& slot_at(uintptr_t address) {
    const auto slot =
        std::ranges::find_if(slots(), [&](const Slot& each) { return address - each.window < each.size; });
    if (slot == slots().end())
        arch::die("hosted: register access where no device is");
    return *slot;
}

hosted::BusDevice* device_at(arch::PciAddress address) {
    const auto slot = std::ranges::find_if(slots(), [&](const Slot& each) {
        return each.address.bus == address.bus && each.address.device == address.device &&
               each.address.function == address.function;
    });
    return slot == slots().end() ? nullptr : slot->device;
}

/// An access takes its time; then the world may react, and interrupts come in.
void finish_access() {
    accesses++;
    if (access_hook)
        access_hook();
    hosted::advance_ns(hosted::timing().mmio_ns);
}

uint32_t read(uintptr_t address, unsigned width) {
    const Slot& slot = slot_at(address);
    const uint32_t value = slot.device->mmio_read(static_cast<uint32_t>(address - slot.window), width);
    finish_access();
    return value;
}

void write(uintptr_t address, unsigned width, uint32_t value) {
    const Slot& slot = slot_at(address);
    slot.device->mmio_write(static_cast<uint32_t>(address - slot.window), width, value);
    finish_access();
}

} // namespace

namespace hosted {

void plug(arch::PciAddress address, BusDevice& device, uint32_t window, uint32_t size) {
    slots().push_back({address, &device, window, size});
}

void unplug(BusDevice& device) {
    std::erase_if(slots(), [&](const Slot& slot) { return slot.device == &device; });
}

uint64_t access_count() { return accesses; }
void on_access(std::function<void()> hook) { access_hook = std::move(hook); }

} // namespace hosted

namespace arch {

uint8_t Mmio::read8(uint32_t offset) const { return static_cast<uint8_t>(read(base_ + offset, 1)); }
uint16_t Mmio::read16(uint32_t offset) const { return static_cast<uint16_t>(read(base_ + offset, 2)); }
uint32_t Mmio::read32(uint32_t offset) const { return read(base_ + offset, 4); }
void Mmio::write8(uint32_t offset, uint8_t value) const { write(base_ + offset, 1, value); }
void Mmio::write16(uint32_t offset, uint16_t value) const { write(base_ + offset, 2, value); }
void Mmio::write32(uint32_t offset, uint32_t value) const { write(base_ + offset, 4, value); }

uint32_t pci_read32(PciAddress address, uint8_t offset) {
    hosted::BusDevice* device = device_at(address);
    return device ? device->config_read(offset) : 0xffffffff;
}

void pci_write32(PciAddress address, uint8_t offset, uint32_t value) {
    if (hosted::BusDevice* device = device_at(address))
        device->config_write(offset, value);
}

} // namespace arch
