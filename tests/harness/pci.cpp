// SPDX-License-Identifier: GPL-2.0-or-later
// PCI configuration mechanism 1.
#include "pci.h"

#include <algorithm>

namespace harness {

namespace {
constexpr uint16_t intel = 0x8086;
constexpr uint16_t data_port = 0xcfc;
} // namespace

uint8_t PciFunction::read8(uint8_t offset) const {
    select(offset);
    return qtest_->inb(data_port + (offset & 3));
}

uint16_t PciFunction::read16(uint8_t offset) const {
    select(offset);
    return qtest_->inw(data_port + (offset & 2));
}

uint32_t PciFunction::read32(uint8_t offset) const {
    select(offset);
    return qtest_->inl(data_port);
}

void PciFunction::write8(uint8_t offset, uint8_t value) const {
    select(offset);
    qtest_->outb(data_port + (offset & 3), value);
}

void PciFunction::write16(uint8_t offset, uint16_t value) const {
    select(offset);
    qtest_->outw(data_port + (offset & 2), value);
}

void PciFunction::write32(uint8_t offset, uint32_t value) const {
    select(offset);
    qtest_->outl(data_port, value);
}

std::optional<PciFunction> PciFunction::find(Qtest& qtest, const std::vector<uint16_t>& device_ids,
                                             uint8_t bus) {
    for (uint8_t device = 0; device < 32; device++) {
        PciFunction function(qtest, bus, device);
        if (function.read16(pci::vendor_id) == intel &&
            std::ranges::find(device_ids, function.read16(pci::device_id)) != device_ids.end())
            return function;
    }
    return std::nullopt;
}

PciFunction::Bar PciFunction::probe_bar(uint8_t offset) const {
    uint32_t before = read32(offset);
    write32(offset, offset == pci::rom ? 0xfffff800u : 0xffffffffu);
    uint32_t mask = read32(offset);
    write32(offset, before);
    Bar bar;
    if (offset == pci::rom) {
        bar.size = ~(mask & 0xfffff800u) + 1;
    } else {
        bar.io = (mask & 1) != 0;
        bar.prefetchable = !bar.io && (mask & 8) != 0;
        bar.size = ~(mask & (bar.io ? ~3u : ~15u)) + 1;
    }
    if (mask == 0)
        bar.size = 0;
    return bar;
}

} // namespace harness
