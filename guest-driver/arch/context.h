// SPDX-License-Identifier: GPL-2.0-or-later
// Switching between stacks: what kernel/thread is built from.
#pragma once

#include <cstddef>
#include <span>

namespace arch {

/// A suspended flow of control.
struct Context {
    void* stack_pointer = nullptr;
};

/// A context that will call `entry(argument)` on `stack` with interrupts enabled; `entry` never returns.
Context make_context(std::span<std::byte> stack, void (*entry)(void*), void* argument);
/// Saves the caller in `from`, continues `to`. Interrupts must be off.
void switch_context(Context& from, const Context& to);

} // namespace arch
