// SPDX-License-Identifier: GPL-2.0-or-later
// NAPI: who may poll a device, and the NET_RX softirq that polls (the rules of Linux 6.12).
#include "kernel/napi.h"

#include "arch/clock.h"
#include "kernel/backlog.h"
#include "kernel/per_cpu.h"
#include "kernel/print.h"
#include "kernel/softirq.h"
#include "kernel/softnet.h"
#include "kernel/thread.h"
#include "kernel/trace.h"

namespace kernel {
namespace {

using namespace napi_state;

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

/// The poll contract: `work < weight` exactly if the function called napi_complete_done(). Once it did, the
/// instance may belong to another CPU; only what this CPU noted may be looked at then.
void check_contract(Napi& napi, int work, int weight, bool completed) {
    if (work > weight)
        violation(napi, "more packets than its weight");
    else if (completed && work == weight)
        violation(napi, "completed and still returned its weight");
    else if (!completed && work < weight)
        violation(napi, "returned less than its weight without completing");
}

enum class Next : uint8_t { Done, Again };

Next after_poll(Napi& napi, int work, int weight, bool completed) {
    if (completed)
        return Next::Done;
    napi.in_poll.store(false, std::memory_order_release);
    if (work < weight)
        return Next::Done; // a contract violation; Linux loses such an instance as well
    napi.stats.ndone++;
    if (disable_pending(napi)) {
        napi_complete_done(napi, work);
        return Next::Done;
    }
    return Next::Again;
}

/// One turn of the poll function.
Next poll_once(Napi& napi, int& work) {
    SoftnetData& mine = this_softnet();
    const int weight = napi.weight;
    if (napi.in_poll.exchange(true, std::memory_order_acquire))
        violation(napi, "polled by two CPUs at once");
    napi.stats.polls++;
    trace(Event::NapiPollBegin, static_cast<uint32_t>(weight));
    mine.polling = &napi;
    mine.poll_completed = false;
    work = napi.poll(napi, weight);
    mine.polling = nullptr;
    trace(Event::NapiPoll, static_cast<uint32_t>(work), mine.poll_completed);
    check_contract(napi, work, weight, mine.poll_completed);
    return after_poll(napi, work, weight, mine.poll_completed);
}

void take_poll_list(SoftnetData& mine, List<Napi>& list) {
    arch::IrqGuard guard;
    mine.in_net_rx_action = true;
    list.splice_back(mine.poll_list);
}

/// All polled and nothing new: the softirq may end. False if a poll of ours, or an interrupt, scheduled more.
bool nothing_left(SoftnetData& mine) {
    arch::IrqGuard guard;
    mine.in_net_rx_action = !mine.poll_list.empty();
    return mine.poll_list.empty();
}

/// The order is the fairness: who was not polled in this run, who came meanwhile, who used its weight up.
void requeue(SoftnetData& mine, List<Napi>& list, List<Napi>& repoll) {
    arch::IrqGuard guard;
    list.splice_back(mine.poll_list);
    list.splice_back(repoll);
    mine.poll_list.splice_back(list);
    mine.in_net_rx_action = !mine.poll_list.empty();
    if (mine.in_net_rx_action)
        __raise_softirq_irqoff(Softirq::NetRx);
}

/// Polls from `list` until it is empty or the run's budget or time is used up (then false).
bool poll_list(SoftnetData& mine, List<Napi>& list, List<Napi>& repoll, int& budget, uint64_t deadline) {
    while (Napi* napi = list.pop_front()) {
        int work = 0;
        if (poll_once(*napi, work) == Next::Again)
            repoll.push_back(*napi);
        budget -= work;
        if (budget <= 0 || arch::now_ns() >= deadline) {
            mine.stats.time_squeeze++;
            return false;
        }
    }
    return true;
}

} // namespace

SoftnetData& this_softnet() { return softnet.local(); }
SoftnetData& softnet_of(unsigned cpu) { return softnet.of(cpu); }

const SoftnetStats& softnet_stats(unsigned cpu) { return softnet.of(cpu).stats; }

namespace {
void run_poll_list(SoftnetData& mine) {
    List<Napi> list, repoll;
    int budget = netdev_budget;
    const uint64_t deadline = arch::now_ns() + netdev_budget_usecs * 1000;
    do {
        take_poll_list(mine, list);
        if (!poll_list(mine, list, repoll, budget, deadline) || !repoll.empty())
            return requeue(mine, list, repoll);
    } while (!nothing_left(mine));
}
} // namespace

void net_rx_action() {
    run_poll_list(this_softnet());
    backlog_send_ipis();
}

void netif_napi_add(NetDevice& device, Napi& napi, int (*poll)(Napi&, int), int weight) {
    napi.device = &device;
    napi.poll = poll;
    napi.weight = weight;
    napi.state.store(sched | npsvc | listed, std::memory_order_release);
    device.napi = &napi;
}

bool napi_schedule_prep(Napi& napi) {
    const uint32_t old = update(napi, [](uint32_t state) {
        if (state & disable)
            return state;
        return state & sched ? state | missed : state | sched;
    });
    const bool claimed = !(old & (disable | sched));
    if (claimed)
        trace(Event::NapiSchedule, arch::cpu_id());
    return claimed;
}

void __napi_schedule_irqoff(Napi& napi) {
    SoftnetData& mine = this_softnet();
    napi.owner_cpu = arch::cpu_id();
    napi.stats.schedules++;
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

bool napi_complete_done(Napi& napi, int) {
    if (napi.state.load(std::memory_order_relaxed) & npsvc)
        return false;
    unlink_from_poll_list(napi);
    napi.stats.completes++;
    napi.stats.done++;
    leave_poll(napi);
    const uint32_t old =
        update(napi, [](uint32_t state) { return (state & missed ? state : state & ~sched) & ~missed; });
    const bool rearm = !(old & missed);
    trace(Event::NapiComplete, rearm);
    if (!rearm) {
        napi.stats.missed++;
        trace(Event::NapiSchedule, arch::cpu_id());
        arch::IrqGuard guard;
        __napi_schedule_irqoff(napi);
    }
    return rearm;
}

void napi_enable(Napi& napi) {
    if (!(napi.state.load(std::memory_order_acquire) & npsvc))
        return violation(napi, "enabled twice");
    update(napi, [](uint32_t state) { return state & ~(sched | npsvc); });
}

void napi_disable(Napi& napi) {
    if (napi.state.load(std::memory_order_acquire) & npsvc)
        return violation(napi, "disabled twice"); // Linux would wait for ever
    update(napi, [](uint32_t state) { return state | disable; });
    for (;;) {
        uint32_t old = napi.state.load(std::memory_order_acquire) & ~(sched | npsvc);
        if (napi.state.compare_exchange_strong(old, old | sched | npsvc, std::memory_order_acq_rel))
            break;
        sleep_ns(disable_poll_ns);
    }
    update(napi, [](uint32_t state) { return state & ~(disable | missed); });
}

} // namespace kernel
