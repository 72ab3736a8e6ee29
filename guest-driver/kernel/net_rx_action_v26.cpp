// SPDX-License-Identifier: GPL-2.0-or-later
// net_rx_action() of Linux 2.6.24 to 3.18: an instance stays on the list while it is polled, and one that
// used its weight up goes to the list's tail, to be polled again in the same run, until budget or time is
// over.
#include "kernel/napi_poll.h"
#include "kernel/net_rx_action.h"
#include "kernel/timer.h"

namespace kernel {

namespace {

constexpr uint64_t most_jiffies = 2;

} // namespace

void net_rx_action_v26(SoftnetData& mine) {
    const uint64_t start = jiffies();
    int budget = static_cast<int>(netdev_budget);
    arch::IrqGuard guard;
    mine.in_net_rx_action = false; // whoever schedules an instance raises NET_RX, also during a run
    while (Napi* napi = mine.poll_list.front()) {
        if (budget <= 0 || jiffies() - start > most_jiffies)
            return squeeze(mine);
        int work = 0;
        arch::irqs_enable();
        const PollResult result = poll_once(*napi, napi->weight, work);
        arch::irqs_disable();
        budget -= work;
        if (result == PollResult::Completed)
            continue;
        napi->unlink();
        if (result == PollResult::Again)
            mine.poll_list.push_back(*napi);
    }
}

} // namespace kernel
