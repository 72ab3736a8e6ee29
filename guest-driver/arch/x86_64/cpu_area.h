// SPDX-License-Identifier: GPL-2.0-or-later
// What each CPU finds at its GS base. The entry code in interrupts.S knows the offsets.
#pragma once

#include <cstddef>
#include <cstdint>

namespace x86 {

struct CpuArea {
    uint32_t id;
    uint32_t interrupt_depth; ///< interrupts being served on the interrupt stack
    void* interrupt_stack_top;
};
static_assert(offsetof(CpuArea, id) == 0);
static_assert(offsetof(CpuArea, interrupt_depth) == 4);
static_assert(offsetof(CpuArea, interrupt_stack_top) == 8);

/// Of any CPU, also before it runs.
void* interrupt_stack_top(unsigned cpu);

/// The calling CPU becomes `cpu`: its segments, task state with emergency stacks, interrupt stack and GS
/// base.
void cpu_area_init(unsigned cpu);

} // namespace x86
