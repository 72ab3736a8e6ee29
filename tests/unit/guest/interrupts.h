// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupts of the simulated machine whose handler is a function of the test.
#pragma once

#include <cstdint>
#include <functional>

namespace guest_test {

/// Makes an interrupt pending whose handler runs `handler`: at once if the CPU takes interrupts, else when it
/// does.
void interrupt(std::function<void()> handler);

/// The same when `ns` have passed.
void interrupt_after(uint64_t ns, std::function<void()> handler);

/// The periodic tick is off for the lifetime, so that only what the test does moves jiffies.
class WithoutTick {
  public:
    WithoutTick();
    ~WithoutTick();
    WithoutTick(const WithoutTick&) = delete;
    WithoutTick& operator=(const WithoutTick&) = delete;
};

/// Sleeps until everybody else sleeps too and a tick has come.
void let_others_run();

/// Spends CPU time up to just behind the next tick.
void spend_until_tick();

} // namespace guest_test
