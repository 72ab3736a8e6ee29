// SPDX-License-Identifier: GPL-2.0-or-later
// net_rx_action() as NAPI began: each device has a quota, from which its polls are paid. Who has used it up
// gets a new one of `weight` at the list's tail; what it took too much is subtracted then. No poll gets more
// than is left of the run's budget.
#include <algorithm>

#include "kernel/napi_poll.h"
#include "kernel/net_rx_action.h"
#include "kernel/timer.h"

namespace kernel {

namespace {

constexpr uint64_t most_jiffies = 1;

/// Interrupts off; on while the poll function runs.
PollResult poll_within_quota(Napi& napi, int& budget) {
    if (napi.quota <= 0)
        return PollResult::Again;
    int work = 0;
    const int limit = std::min(napi.quota, budget);
    arch::irqs_enable();
    const PollResult result = poll_once(napi, limit, work);
    arch::irqs_disable();
    budget -= work;
    if (result == PollResult::Again) // else it is not ours any more, and scheduling it refills its quota
        napi.quota -= work;
    return result;
}

} // namespace

void net_rx_action_v2001(SoftnetData& mine) {
    const uint64_t start = jiffies();
    int budget = static_cast<int>(netdev_budget);
    arch::IrqGuard guard;
    mine.in_net_rx_action = false; // whoever schedules an instance raises NET_RX, also during a run
    while (Napi* napi = mine.poll_list.front()) {
        if (budget <= 0 || jiffies() - start > most_jiffies)
            return squeeze(mine);
        const PollResult result = poll_within_quota(*napi, budget);
        if (result == PollResult::Completed)
            continue;
        napi->unlink();
        if (result == PollResult::Broken)
            continue;
        refill_quota(*napi);
        mine.poll_list.push_back(*napi);
    }
}

} // namespace kernel
