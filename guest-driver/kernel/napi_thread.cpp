// SPDX-License-Identifier: GPL-2.0-or-later
// Threaded NAPI: the scheduler, and no softirq, decides when and on which CPU an instance is polled.
#include "kernel/napi_thread.h"

#include <utility>

#include "kernel/context.h"
#include "kernel/napi_poll.h"
#include "kernel/print.h"

namespace kernel {

namespace {

constexpr uint64_t stop_look_ns = 1'000'000;

/// False if the thread is to end.
bool wait_for_work(Napi::PollThread& thread) {
    IrqSpinGuard guard(thread.lock);
    while (!thread.scheduled && !thread.stop)
        thread.wakeup.wait(thread.lock);
    return std::exchange(thread.scheduled, false);
}

/// The end of each turn runs softirqs that wait, and lets another thread run whose turn it is.
PollResult poll_one_turn(Napi& napi) {
    BhGuard bottom_halves_off;
    int work = 0;
    napi.stats.threaded_polls++;
    return poll_once(napi, napi.weight, work);
}

void poll_thread(void* cookie) {
    Napi& napi = *static_cast<Napi*>(cookie);
    while (wait_for_work(napi.thread))
        while (poll_one_turn(napi) == PollResult::Again)
            ;
    IrqSpinGuard guard(napi.thread.lock);
    napi.thread.exists = false;
}

bool has_thread(Napi& napi) {
    IrqSpinGuard guard(napi.thread.lock);
    return napi.thread.exists;
}

bool start_thread(Napi& napi) {
    if (has_thread(napi))
        return true;
    Napi::PollThread& thread = napi.thread;
    format(thread.name.data(), thread.name.size(), "napi/%s-%u", napi.device->name, napi.id);
    thread.stop = false;
    thread.exists = true;
    thread.exists = thread_create(thread.name.data(), any_cpu, poll_thread, &napi) != nullptr;
    return thread.exists;
}

} // namespace

void napi_thread_wake(Napi& napi) {
    napi.state.fetch_or(napi_state::sched_threaded, std::memory_order_acq_rel);
    IrqSpinGuard guard(napi.thread.lock);
    napi.thread.scheduled = true;
    napi.thread.wakeup.wake_one();
}

void napi_thread_stop(Napi& napi) {
    {
        IrqSpinGuard guard(napi.thread.lock);
        napi.thread.stop = true;
        napi.thread.wakeup.wake_one();
    }
    while (has_thread(napi))
        sleep_ns(stop_look_ns);
}

bool dev_set_threaded(NetDevice& device, bool threaded) {
    Napi* const napi = device.napi;
    if (!napi || (threaded && !start_thread(*napi)))
        return false;
    device.threaded = threaded;
    // A session that has begun ends where it began.
    if (threaded)
        napi->state.fetch_or(napi_state::threaded, std::memory_order_acq_rel);
    else
        napi->state.fetch_and(~napi_state::threaded, std::memory_order_acq_rel);
    return true;
}

} // namespace kernel
