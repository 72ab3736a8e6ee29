// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt vectors and what the entry code leaves on the stack.
#pragma once

#include <cstddef>
#include <cstdint>

namespace x86 {

inline constexpr uint16_t code_selector = 8;
// Numbers in the interrupt stack table.
inline constexpr unsigned double_fault_stack = 1, nmi_stack = 2;

inline constexpr uint8_t first_line_vector = 0x30; ///< + input of the I/O APICs
inline constexpr unsigned line_vectors = 0xa0;
inline constexpr uint8_t timer_vector = 0xf0;
inline constexpr uint8_t first_ipi_vector = 0xf1; ///< + reason
inline constexpr uint8_t spurious_vector = 0xff;
inline constexpr uint8_t legacy_vector = 0x20; ///< 16 of the masked 8259s: only spurious ones come

/// In a frame that arch::die() made of its caller; die_entry.S knows the number.
inline constexpr uint64_t called_vector = 256;

/// Everything of the interrupted code, as interrupts.S pushes it.
struct InterruptFrame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rdx, rcx, rbx, rax;
    uint64_t vector, error_code;
    uint64_t rip, cs, rflags, rsp, ss;
};
static_assert(sizeof(InterruptFrame) == 22 * sizeof(uint64_t));
static_assert(offsetof(InterruptFrame, rbp) == 10 * sizeof(uint64_t));
static_assert(offsetof(InterruptFrame, vector) == 15 * sizeof(uint64_t));
static_assert(offsetof(InterruptFrame, rip) == 17 * sizeof(uint64_t));

/// Fills the table; idt_load() on each CPU.
void idt_init();
void idt_load();

} // namespace x86
