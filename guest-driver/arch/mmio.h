// SPDX-License-Identifier: GPL-2.0-or-later
// Device registers. On a real machine these are memory accesses, in the co-simulation calls into the chip.
#pragma once

#include <cstdint>

namespace arch {

/// One mapped register window. Copyable handle; accesses are not reordered against each other.
class Mmio {
  public:
    Mmio() = default;
    explicit Mmio(uintptr_t base) : base_(base) {}
    uint8_t read8(uint32_t offset) const;
    uint16_t read16(uint32_t offset) const;
    uint32_t read32(uint32_t offset) const;
    void write8(uint32_t offset, uint8_t value) const;
    void write16(uint32_t offset, uint16_t value) const;
    void write32(uint32_t offset, uint32_t value) const;

  private:
    uintptr_t base_ = 0;
};

} // namespace arch
