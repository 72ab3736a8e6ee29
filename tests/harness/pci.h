// SPDX-License-Identifier: GPL-2.0-or-later
// PCI configuration space through ports CF8h/CFCh, as firmware uses it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "qtest.h"

namespace harness {

namespace pci {
inline constexpr uint8_t vendor_id = 0x00, device_id = 0x02, command = 0x04, status = 0x06, revision = 0x08,
                         class_code = 0x09, cache_line_size = 0x0c, latency_timer = 0x0d, header_type = 0x0e,
                         bist = 0x0f, bar0 = 0x10, subsystem_vendor = 0x2c, subsystem_id = 0x2e, rom = 0x30,
                         capabilities = 0x34, interrupt_line = 0x3c, interrupt_pin = 0x3d, min_grant = 0x3e,
                         max_latency = 0x3f;
inline constexpr uint16_t command_io = 1, command_memory = 2, command_master = 4, command_mwi = 0x10,
                          command_parity = 0x40, command_serr = 0x100;
} // namespace pci

/// One function, at a fixed bus/device/function.
class PciFunction {
  public:
    PciFunction(Qtest& qtest, uint8_t bus, uint8_t device, uint8_t function = 0)
        : qtest_(&qtest), base_(0x80000000u | static_cast<uint32_t>(bus) << 16 |
                                static_cast<uint32_t>(device) << 11 | static_cast<uint32_t>(function) << 8) {}

    /// First function on `bus` with Intel's vendor ID and one of `device_ids`.
    static std::optional<PciFunction> find(Qtest& qtest, const std::vector<uint16_t>& device_ids,
                                           uint8_t bus = 0);

    uint8_t read8(uint8_t offset) const;
    uint16_t read16(uint8_t offset) const;
    uint32_t read32(uint8_t offset) const;
    void write8(uint8_t offset, uint8_t value) const;
    void write16(uint8_t offset, uint16_t value) const;
    void write32(uint8_t offset, uint32_t value) const;

    struct Bar {
        bool io = false, prefetchable = false;
        uint32_t size = 0; ///< 0: not there
    };
    /// Sizes the base address register at `offset` (pci::bar0 …, pci::rom) and restores its value.
    Bar probe_bar(uint8_t offset) const;

  private:
    void select(uint8_t offset) const { qtest_->outl(0xcf8, base_ | (offset & 0xfcu)); }

    Qtest* qtest_;
    uint32_t base_;
};

} // namespace harness
