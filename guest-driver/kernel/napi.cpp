// SPDX-License-Identifier: GPL-2.0-or-later
// NAPI: who may poll a device, and one turn of polling (the rules of Linux 6.12).
#include "kernel/napi.h"

#include <algorithm>

#include "arch/clock.h"
#include "kernel/napi_poll.h"
#include "kernel/napi_thread.h"
#include "kernel/per_cpu.h"
#include "kernel/print.h"
#include "kernel/softirq.h"
#include "kernel/softnet.h"
#include "kernel/thread.h"
#include "kernel/trace.h"

namespace kernel {
namespace {

using namespace napi_state;

constinit std::atomic<uint32_t> next_id{8193}; // as Linux's, above all numbers of CPUs

constexpr uint64_t disable_poll_ns = 20'000; ///< Linux sleeps 20 to 200 us between looks

constinit PerCpu<SoftnetData> softnet;

bool disable_pending(const Napi& napi) { return napi.state.load(std::memory_order_acquire) & disable; }

/// Changes the state word by `change(old)`; returns the old one.
template <typename Change> uint32_t update(Napi& napi, Change change) {
    uint32_t old = napi.state.load(std::memory_order_relaxed);
    while (!napi.state.compare_exchange_weak(old, change(old), std::memory_order_acq_rel))
        ;
    return old;
}

void violation(Napi& napi, const char* what) {
    if (napi.stats.contract_violations++ == 0)
        printk("%s: NAPI poll broke its contract: %s\n", napi.device ? napi.device->name : "?", what);
}

void unlink_from_poll_list(Napi& napi) {
    arch::IrqGuard guard;
    if (napi.linked())
        napi.unlink();
}

/// From here on another CPU may poll the instance.
void leave_poll(Napi& napi) {
    SoftnetData& mine = this_softnet();
    if (mine.polling == &napi)
        mine.poll_completed = true;
    napi.in_poll.store(false, std::memory_order_release);
}

/// The poll contract: `work < budget` exactly if the function called napi_complete_done(). Once it did, the
/// instance may belong to another CPU; only what this CPU noted may be looked at then.
void check_contract(Napi& napi, int work, int budget, bool completed) {
    if (work > budget)
        violation(napi, "more packets than its weight");
    else if (completed && work == budget)
        violation(napi, "completed and still returned its weight");
    else if (!completed && work < budget)
        violation(napi, "returned less than its weight without completing");
}

PollResult after_poll(Napi& napi, int work, int budget, bool completed) {
    if (completed)
        return PollResult::Completed;
    napi.in_poll.store(false, std::memory_order_release);
    if (work < budget)
        return PollResult::Broken;
    napi.stats.ndone++;
    if (disable_pending(napi)) {
        napi_complete_done(napi, work);
        return PollResult::Completed;
    }
    return PollResult::Again;
}

/// No interrupt came for the time that complete set: poll without one. Hard-irq context; a claim, but not one
/// that MISSED has to tell of.
void timer_expired(void* cookie) {
    Napi& napi = *static_cast<Napi*>(cookie);
    const uint32_t old = update(napi, [](uint32_t state) { return state & disable ? state : state | sched; });
    if (old & (disable | sched))
        return;
    napi.stats.timer_schedules++;
    note_claim(napi);
    __napi_schedule_irqoff(napi);
}

/// How long the interrupt stays off after this complete; 0: it comes on again. The owner calls.
uint64_t deferral_ns(Napi& napi, int work) {
    if (work > 0)
        napi.deferrals_left = napi.device->napi_defer_hard_irqs;
    if (napi.deferrals_left == 0)
        return 0;
    napi.deferrals_left--;
    return napi.device->gro_flush_timeout;
}

} // namespace

SoftnetData& this_softnet() { return softnet.local(); }
SoftnetData& softnet_of(unsigned cpu) { return softnet.of(cpu); }

const SoftnetStats& softnet_stats(unsigned cpu) { return softnet.of(cpu).stats; }

PollResult poll_once(Napi& napi, int budget, int& work) {
    SoftnetData& mine = this_softnet();
    if (napi.in_poll.exchange(true, std::memory_order_acquire))
        violation(napi, "polled by two CPUs at once");
    napi.stats.polls++;
    trace(Event::NapiPollBegin, static_cast<uint32_t>(budget));
    mine.polling = &napi;
    mine.poll_completed = false;
    work = napi.poll(napi, budget);
    mine.polling = nullptr;
    trace(Event::NapiPoll, static_cast<uint32_t>(work), mine.poll_completed);
    check_contract(napi, work, budget, mine.poll_completed);
    return after_poll(napi, work, budget, mine.poll_completed);
}

void note_claim(Napi& napi) {
    napi.stats.schedules++;
    trace(Event::NapiSchedule, arch::cpu_id());
}

void refill_quota(Napi& napi) { napi.quota = std::min(napi.quota, 0) + napi.weight; }

void netif_napi_add(NetDevice& device, Napi& napi, int (*poll)(Napi&, int), int weight) {
    napi.device = &device;
    napi.poll = poll;
    napi.weight = weight;
    napi.id = next_id.fetch_add(1, std::memory_order_relaxed);
    napi.timer.function = timer_expired;
    napi.timer.argument = &napi;
    napi.state.store(sched | npsvc | listed, std::memory_order_release);
    device.napi = &napi;
}

void netif_napi_del(Napi& napi) {
    hrtimer_cancel(napi.timer);
    napi_thread_stop(napi);
    napi.state.store(sched | npsvc, std::memory_order_release);
    napi.device->napi = nullptr;
}

bool napi_schedule_prep(Napi& napi) {
    const uint32_t old = update(napi, [](uint32_t state) {
        if (state & disable)
            return state;
        return state & sched ? state | missed : state | sched;
    });
    const bool claimed = !(old & (disable | sched));
    if (claimed)
        note_claim(napi);
    return claimed;
}

void __napi_schedule_irqoff(Napi& napi) {
    SoftnetData& mine = this_softnet();
    napi.owner_cpu = arch::cpu_id();
    if (napi.state.load(std::memory_order_relaxed) & threaded)
        return napi_thread_wake(napi);
    refill_quota(napi);
    mine.poll_list.push_back(napi);
    if (!mine.in_net_rx_action)
        raise_softirq_irqoff(Softirq::NetRx);
}

void __napi_complete(Napi& napi) {
    unlink_from_poll_list(napi);
    napi.stats.completes++;
    napi.stats.done++;
    leave_poll(napi);
    napi.state.fetch_and(~sched, std::memory_order_release);
    trace(Event::NapiComplete, true);
}

bool napi_complete_done(Napi& napi, int work) {
    const uint32_t state = napi.state.load(std::memory_order_relaxed);
    if (state & npsvc)
        return false;
    if (state & in_busy_poll) {
        napi.stats.done++;
        leave_poll(napi);
        return false; // the reader goes on polling
    }
    const uint64_t defer_ns = deferral_ns(napi, work);
    unlink_from_poll_list(napi);
    napi.stats.completes++;
    napi.stats.done++;
    napi.stats.deferred += defer_ns != 0;
    leave_poll(napi);
    const uint32_t old = update(napi, [](uint32_t state) {
        return (state & missed ? state : state & ~sched) & ~(missed | sched_threaded);
    });
    const bool again = old & missed, rearm = !again && defer_ns == 0;
    trace(Event::NapiComplete, rearm);
    if (again) {
        napi.stats.missed++;
        note_claim(napi);
        arch::IrqGuard guard;
        __napi_schedule_irqoff(napi);
    } else if (defer_ns) {
        hrtimer_arm(napi.timer, arch::now_ns() + defer_ns);
    }
    return rearm;
}

void napi_enable(Napi& napi) {
    if (!(napi.state.load(std::memory_order_acquire) & npsvc))
        return violation(napi, "enabled twice");
    const uint32_t by_thread = napi.device->threaded ? threaded : 0;
    update(napi, [=](uint32_t state) { return (state & ~(sched | npsvc)) | by_thread; });
}

void napi_disable(Napi& napi) {
    if (napi.state.load(std::memory_order_acquire) & npsvc)
        return violation(napi, "disabled twice"); // Linux would wait for ever
    update(napi, [](uint32_t state) { return state | disable; });
    for (;;) {
        uint32_t old = napi.state.load(std::memory_order_acquire) & ~(sched | npsvc);
        const uint32_t next = (old | sched | npsvc) & ~threaded;
        if (napi.state.compare_exchange_strong(old, next, std::memory_order_acq_rel))
            break;
        sleep_ns(disable_poll_ns);
    }
    hrtimer_cancel(napi.timer);
    update(napi, [](uint32_t state) { return state & ~(disable | missed); });
}

} // namespace kernel
