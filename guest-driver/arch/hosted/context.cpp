// SPDX-License-Identifier: GPL-2.0-or-later
// Flows of control on the host: ucontext, which knows every host processor.
#include "arch/context.h"

#include <memory>
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

// makecontext passes ints: a pointer goes in two halves.
void start(unsigned high, unsigned low) {
    const auto* flow = reinterpret_cast<Flow*>(static_cast<uintptr_t>(high) << 32 | low);
    arch::irqs_enable();
    flow->entry(flow->argument);
    arch::die("hosted: a thread's entry function returned");
}

} // namespace

namespace arch {

Context make_context(std::span<std::byte> stack, void (*entry)(void*), void* argument) {
    const auto top = reinterpret_cast<uintptr_t>(stack.data() + stack.size() - sizeof(Flow));
    auto* flow = new (reinterpret_cast<void*>(top & ~uintptr_t{63})) Flow{{}, entry, argument};
    getcontext(&flow->registers);
    flow->registers.uc_stack.ss_sp = stack.data();
    flow->registers.uc_stack.ss_size =
        static_cast<std::size_t>(reinterpret_cast<std::byte*>(flow) - stack.data());
    flow->registers.uc_link = nullptr;
    const auto address = reinterpret_cast<uintptr_t>(flow);
    makecontext(&flow->registers, reinterpret_cast<void (*)()>(start), 2,
                static_cast<unsigned>(address >> 32), static_cast<unsigned>(address));
    return {flow};
}

void switch_context(Context& from, const Context& to) {
    swapcontext(&flow_of(from)->registers, &static_cast<Flow*>(to.stack_pointer)->registers);
}

} // namespace arch
