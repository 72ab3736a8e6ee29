// SPDX-License-Identifier: GPL-2.0-or-later
// Which generation of net_rx_action() runs.
#include "kernel/net_rx_action.h"

#include <atomic>

#include "kernel/backlog.h"
#include "kernel/softirq.h"

namespace kernel {

namespace {

constexpr std::array<void (*)(SoftnetData&), napi_model_names.size()> runs = {
    net_rx_action_v2001, net_rx_action_v26, net_rx_action_modern};

constinit std::atomic<NapiModel> model{NapiModel::Modern};

} // namespace

NapiModel napi_model() { return model.load(std::memory_order_relaxed); }
void set_napi_model(NapiModel next) { model.store(next, std::memory_order_relaxed); }

void net_rx_action() {
    runs[static_cast<std::size_t>(napi_model())](this_softnet());
    backlog_send_ipis();
}

void squeeze(SoftnetData& mine) {
    mine.stats.time_squeeze++;
    __raise_softirq_irqoff(Softirq::NetRx);
}

} // namespace kernel
