// SPDX-License-Identifier: GPL-2.0-or-later
// New contexts are stacks that look as if switch_stacks had left them.
#include "arch/context.h"

#include <cstdint>
#include <cstring>

#include "arch/x86_64/physical.h"

extern "C" void switch_stacks(void** save_stack_pointer, void* new_stack_pointer);
extern "C" void context_begin();

namespace {

struct SavedRegisters {
    uint64_t r15, r14, r13, r12, rbx, rbp, return_address;
};

} // namespace

namespace arch {

Context make_context(std::span<std::byte> stack, void (*entry)(void*), void* argument) {
    const SavedRegisters begin{.r15 = 0,
                               .r14 = 0,
                               .r13 = 0,
                               .r12 = reinterpret_cast<uint64_t>(argument),
                               .rbx = reinterpret_cast<uint64_t>(entry),
                               .rbp = 0, // where backtraces end
                               .return_address = reinterpret_cast<uint64_t>(context_begin)};
    // The stack is 16 byte aligned when context_begin starts.
    const uintptr_t top = reinterpret_cast<uintptr_t>(stack.data() + stack.size()) & ~uintptr_t{15};
    auto* saved = x86::at<void>(top - sizeof begin);
    std::memcpy(saved, &begin, sizeof begin);
    return {saved};
}

void switch_context(Context& from, const Context& to) {
    switch_stacks(&from.stack_pointer, to.stack_pointer);
}

} // namespace arch
