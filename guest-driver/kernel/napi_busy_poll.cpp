// SPDX-License-Identifier: GPL-2.0-or-later
// Busy polling: who waits for a packet polls the device itself instead of sleeping until the interrupt.
#include "arch/clock.h"
#include "kernel/context.h"
#include "kernel/napi_poll.h"
#include "kernel/thread.h"

namespace kernel {

namespace {

using namespace napi_state;

constexpr int busy_poll_budget = 8;

Napi* napi_by_id(uint32_t id) {
    for (NetDevice* device : net_devices())
        if (device->napi && device->napi->id == id)
            return device->napi;
    return nullptr;
}

bool claim(Napi& napi) {
    uint32_t old = napi.state.load(std::memory_order_relaxed);
    if (old & (disable | sched | in_busy_poll) ||
        !napi.state.compare_exchange_strong(old, old | in_busy_poll | sched, std::memory_order_acq_rel))
        return false;
    note_claim(napi);
    return true;
}

PollResult poll(Napi& napi) {
    int work = 0;
    napi.stats.busy_polls++;
    return poll_once(napi, busy_poll_budget, work);
}

/// Interrupts that came meanwhile found the instance claimed, and masked the device. So one more poll, whose
/// complete unmasks it; if there is too much for one, the softirq goes on.
void stop(Napi& napi) {
    BhGuard bottom_halves_off;
    napi.state.fetch_and(~(missed | in_busy_poll), std::memory_order_acq_rel);
    if (poll(napi) != PollResult::Again)
        return;
    arch::IrqGuard interrupts_off;
    __napi_schedule_irqoff(napi);
}

/// Until `finished()`, or another thread should run.
template <typename Condition> void poll_until(Napi& napi, Condition finished) {
    PreemptGuard stay_owner;
    bool owned = false;
    do {
        {
            BhGuard bottom_halves_off;
            owned = owned || claim(napi);
            if (owned)
                poll(napi);
        }
        arch::relax();
    } while (!finished() && !need_resched());
    if (owned)
        stop(napi);
}

} // namespace

void napi_busy_loop(uint32_t id, bool (*done)(void* cookie), void* cookie, uint64_t deadline_ns) {
    Napi* const napi = napi_by_id(id);
    if (!napi)
        return;
    const auto finished = [=] { return done(cookie) || arch::now_ns() >= deadline_ns; };
    while (!finished())
        poll_until(*napi, finished);
}

} // namespace kernel
