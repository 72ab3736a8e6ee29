// SPDX-License-Identifier: GPL-2.0-or-later
// Device registers in the memory space: exactly one access of exactly this width each.
#include "arch/mmio.h"

#include "arch/x86_64/physical.h"

namespace {

/// The device sees our stores to memory before the access, and we see its DMA after it (x86 keeps that order
/// by itself).
void compiler_barrier() { asm volatile("" : : : "memory"); }

template <typename T> T read(uintptr_t address) {
    compiler_barrier();
    const T value = *x86::at<volatile T>(address);
    compiler_barrier();
    return value;
}

template <typename T> void write(uintptr_t address, T value) {
    compiler_barrier();
    *x86::at<volatile T>(address) = value;
    compiler_barrier();
}

} // namespace

namespace arch {

uint8_t Mmio::read8(uint32_t offset) const { return read<uint8_t>(base_ + offset); }
uint16_t Mmio::read16(uint32_t offset) const { return read<uint16_t>(base_ + offset); }
uint32_t Mmio::read32(uint32_t offset) const { return read<uint32_t>(base_ + offset); }
void Mmio::write8(uint32_t offset, uint8_t value) const { write(base_ + offset, value); }
void Mmio::write16(uint32_t offset, uint16_t value) const { write(base_ + offset, value); }
void Mmio::write32(uint32_t offset, uint32_t value) const { write(base_ + offset, value); }

} // namespace arch
