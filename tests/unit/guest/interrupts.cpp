// SPDX-License-Identifier: GPL-2.0-or-later
// One interrupt line whose handler takes what the test has queued.
#include "interrupts.h"

#include <deque>
#include <stdexcept>

#include "arch/clock.h"
#include "arch/hosted/machine.h"
#include "arch/irq.h"
#include "kernel/thread.h"
#include "kernel/timer.h"

namespace guest_test {

namespace {

constexpr unsigned line = 7;
std::deque<std::function<void()>> queue;

arch::IrqResult serve(void*) {
    const auto handler = std::move(queue.front());
    queue.pop_front();
    hosted::drive_irq(line, &queue, !queue.empty());
    handler();
    return arch::IrqResult::Handled;
}

void request_line() {
    static const arch::IrqError requested = arch::request_irq(line, "test", serve, nullptr);
    if (requested != arch::IrqError::None)
        throw std::runtime_error("the interrupt line is taken");
}

void make_pending(std::function<void()> handler) {
    queue.push_back(std::move(handler));
    hosted::drive_irq(line, &queue, true);
}

} // namespace

void interrupt(std::function<void()> handler) {
    request_line();
    make_pending(std::move(handler));
    hosted::advance_ns(1);
}

void interrupt_after(uint64_t ns, std::function<void()> handler) {
    request_line();
    hosted::at(arch::now_ns() + ns, [handler = std::move(handler)] { make_pending(handler); });
}

WithoutTick::WithoutTick() { hosted::timing().tick = false; }
WithoutTick::~WithoutTick() { hosted::timing().tick = true; }

void let_others_run() { kernel::sleep_ns(kernel::ns_per_jiffy); }

void spend_until_tick() {
    for (const uint64_t begin = kernel::jiffies(); kernel::jiffies() == begin;)
        hosted::advance_ns(1000);
}

} // namespace guest_test
