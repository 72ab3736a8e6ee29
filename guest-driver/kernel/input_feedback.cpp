// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/input_feedback.h"

#include <array>
#include <utility>

#include "kernel/spinlock.h"
#include "kernel/timer.h"

namespace kernel {
namespace {

struct Input {
    SpinLock lock; // of those who change
    std::atomic<bool> held{false};
    std::array<Napi*, 8> waiting{};
    TimerEvent timeout;
};
constinit Input input;

void schedule(Napi& napi) {
    arch::IrqGuard guard;
    if (napi_schedule_prep(napi))
        __napi_schedule_irqoff(napi);
}

void release(void*) {
    std::array<Napi*, 8> waiting{};
    {
        IrqSpinGuard guard(input.lock);
        input.held = false;
        std::swap(waiting, input.waiting);
    }
    for (Napi* napi : waiting)
        if (napi)
            schedule(*napi);
}

} // namespace

void input_feedback_note(std::size_t used, std::size_t limit) {
    if (!input_feedback.load(std::memory_order_relaxed))
        return;
    if (used * 4 >= limit * 3) {
        IrqSpinGuard guard(input.lock);
        input.held = true;
    } else if (used * 4 <= limit && input.held) {
        release(nullptr);
    }
}

bool input_held(Napi& napi) {
    if (!input_feedback.load(std::memory_order_relaxed)) [[likely]]
        return false;
    IrqSpinGuard guard(input.lock);
    if (!input.held)
        return false;
    for (Napi*& place : input.waiting) {
        if (place && place != &napi)
            continue;
        place = &napi;
        input.timeout.function = release;
        timer_arm(input.timeout, jiffies() + 1);
        return true;
    }
    return false;
}

} // namespace kernel
