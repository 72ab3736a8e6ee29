// SPDX-License-Identifier: GPL-2.0-or-later
// net_rx_action() since Linux 3.19: each instance gets one turn per run. Those that used their weight up wait
// for the next run, so that softirqs of a higher priority, and the limits of the softirq loop, come between.
#include "arch/clock.h"
#include "kernel/napi_poll.h"
#include "kernel/net_rx_action.h"
#include "kernel/softirq.h"

namespace kernel {

namespace {

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
        if (poll_once(*napi, napi->weight, work) == PollResult::Again)
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

void net_rx_action_modern(SoftnetData& mine) {
    List<Napi> list, repoll;
    int budget = static_cast<int>(netdev_budget);
    const uint64_t deadline = arch::now_ns() + uint64_t{netdev_budget_usecs} * 1000;
    do {
        take_poll_list(mine, list);
        if (!poll_list(mine, list, repoll, budget, deadline) || !repoll.empty())
            return requeue(mine, list, repoll);
    } while (!nothing_left(mine));
}

} // namespace kernel
