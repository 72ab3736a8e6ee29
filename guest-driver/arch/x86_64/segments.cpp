// SPDX-License-Identifier: GPL-2.0-or-later
// Segments and task state of each CPU: flat 64 bit code and data, and stacks of their own for interrupts,
// double faults and NMIs (SDM volume 3, 6.14.5: the interrupt stack table).
#include "arch/cpu.h"
#include "arch/memory.h"
#include "arch/x86_64/cpu_area.h"
#include "arch/x86_64/interrupts.h"
#include "arch/x86_64/port_io.h"

namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t interrupt_stack_bytes = 8 * page_bytes;
constexpr std::size_t emergency_stack_bytes = 4 * page_bytes;
constexpr uint32_t msr_gs_base = 0xc0000101;

struct [[gnu::packed]] TaskState {
    uint32_t reserved0;
    uint64_t privileged_stacks[3];
    uint64_t reserved1;
    uint64_t interrupt_stack_table[7]; ///< [0] is number 1
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t io_map_base;
};
static_assert(sizeof(TaskState) == 104);

constexpr uint64_t code_segment = 0x00af9a000000ffff, data_segment = 0x00cf92000000ffff;

struct Segments {
    uint64_t null, code, data, task_low, task_high;
};
constexpr uint16_t data_selector = offsetof(Segments, data), task_selector = offsetof(Segments, task_low);
static_assert(offsetof(Segments, code) == x86::code_selector);

struct [[gnu::packed]] TablePointer {
    uint16_t limit;
    const void* base;
};

template <std::size_t bytes> struct alignas(page_bytes) GuardedStack {
    std::byte guard[page_bytes];
    std::byte stack[bytes];
    void protect() { arch::forbid_access(guard); }
    void* top() { return stack + bytes; }
};

struct PerCpuTables {
    GuardedStack<interrupt_stack_bytes> interrupt_stack;
    GuardedStack<emergency_stack_bytes> double_fault_stack, nmi_stack;
    TaskState task;
    Segments segments;
    x86::CpuArea area;
};
PerCpuTables tables[arch::max_cpus];

void describe_task(Segments& segments, const TaskState& task) {
    const auto base = reinterpret_cast<uint64_t>(&task);
    constexpr uint64_t present_available_tss = 0x89;
    segments.task_low = (sizeof(TaskState) - 1) | (base & 0xffffff) << 16 | present_available_tss << 40 |
                        (base >> 24 & 0xff) << 56;
    segments.task_high = base >> 32;
}

void load(const Segments& segments) {
    const TablePointer pointer{sizeof segments - 1, &segments};
    asm volatile("lgdt %0\n\t"
                 "mov %1, %%ds\n\t"
                 "mov %1, %%es\n\t"
                 "mov %1, %%ss\n\t"
                 "ltr %2"
                 :
                 : "m"(pointer), "r"(uint32_t{data_selector}), "r"(task_selector)
                 : "memory");
}

} // namespace

namespace x86 {

void* interrupt_stack_top(unsigned cpu) { return tables[cpu].interrupt_stack.top(); }

void cpu_area_init(unsigned cpu) {
    PerCpuTables& own = tables[cpu];
    own.interrupt_stack.protect();
    own.double_fault_stack.protect();
    own.nmi_stack.protect();
    own.task = {};
    own.task.interrupt_stack_table[double_fault_stack - 1] =
        reinterpret_cast<uint64_t>(own.double_fault_stack.top());
    own.task.interrupt_stack_table[nmi_stack - 1] = reinterpret_cast<uint64_t>(own.nmi_stack.top());
    own.task.io_map_base = sizeof(TaskState);
    own.segments = {0, code_segment, data_segment, 0, 0};
    describe_task(own.segments, own.task);
    own.area = {cpu, 0, own.interrupt_stack.top()};
    load(own.segments);
    write_msr(msr_gs_base, reinterpret_cast<uint64_t>(&own.area));
}

} // namespace x86
