// SPDX-License-Identifier: GPL-2.0-or-later
// The interrupt descriptor table: every vector leads to its stub in interrupts.S.
#include "arch/x86_64/interrupts.h"

extern "C" const std::byte interrupt_stubs[];

namespace {

struct Gate {
    uint16_t offset_low, selector;
    uint8_t stack, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};
static_assert(sizeof(Gate) == 16);

constexpr unsigned vectors = 256;
constexpr std::size_t stub_bytes = 16;
constexpr uint8_t interrupt_gate = 0x8e; ///< present, interrupts off on entry
constexpr unsigned nmi = 2, double_fault = 8;

Gate gates[vectors];

Gate gate_to(uint64_t address, unsigned stack) {
    return {static_cast<uint16_t>(address),
            x86::code_selector,
            static_cast<uint8_t>(stack),
            interrupt_gate,
            static_cast<uint16_t>(address >> 16),
            static_cast<uint32_t>(address >> 32),
            0};
}

} // namespace

namespace x86 {

void idt_init() {
    for (unsigned vector = 0; vector < vectors; vector++) {
        const unsigned stack = vector == nmi ? nmi_stack : vector == double_fault ? double_fault_stack : 0;
        gates[vector] = gate_to(reinterpret_cast<uint64_t>(interrupt_stubs + vector * stub_bytes), stack);
    }
}

void idt_load() {
    struct [[gnu::packed]] {
        uint16_t limit;
        const void* base;
    } const pointer{sizeof gates - 1, gates};
    asm volatile("lidt %0" : : "m"(pointer));
}

} // namespace x86
