// SPDX-License-Identifier: GPL-2.0-or-later
// Flows of control on the host: ucontext, which knows every host processor.
#include "arch/context.h"

#include <cstddef>
#include <memory>
#include <new>
#include <ucontext.h>
#include <vector>

#include "arch/cpu.h"

namespace {

/// Lies at the top of the stack it describes; that of the flow the process started with is allocated.
struct Flow {
    ucontext_t registers;
    void (*entry)(void*);
    void* argument;
};

Flow* flow_of(arch::Context& context) {
    if (!context.stack_pointer) {
        static std::vector<std::unique_ptr<Flow>> without_own_stack;
        without_own_stack.push_back(std::make_unique<Flow>());
        context.stack_pointer = without_own_stack.back().get();
    }
    return static_cast<Flow*>(context.stack_pointer);
}

// The flow that is being switched to: how a new one learns who it is, for makecontext passes ints only.
Flow* entered = nullptr;

void start() {
    const Flow* flow = entered;
    arch::irqs_enable();
    flow->entry(flow->argument);
    arch::die("hosted: a thread's entry function returned");
}

} // namespace

namespace arch {

Context make_context(std::span<std::byte> stack, void (*entry)(void*), void* argument) {
    std::byte* top = stack.data() + stack.size() - sizeof(Flow);
    top -= reinterpret_cast<uintptr_t>(top) % alignof(std::max_align_t);
    auto* flow = new (top) Flow{{}, entry, argument};
    getcontext(&flow->registers);
    flow->registers.uc_stack.ss_sp = stack.data();
    flow->registers.uc_stack.ss_size = static_cast<std::size_t>(top - stack.data());
    flow->registers.uc_link = nullptr;
    makecontext(&flow->registers, start, 0);
    return {flow};
}

void switch_context(Context& from, const Context& to) {
    entered = static_cast<Flow*>(to.stack_pointer);
    swapcontext(&flow_of(from)->registers, &entered->registers);
}

} // namespace arch
