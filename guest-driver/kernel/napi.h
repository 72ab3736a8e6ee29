// SPDX-License-Identifier: GPL-2.0-or-later
// NAPI: the state machine between a device's interrupt and its poll function (rules of Linux 6.12).
#pragma once

#include <atomic>
#include <cstdint>

#include "arch/cpu.h"
#include "kernel/list.h"
#include "kernel/net_device.h"

namespace kernel {

inline constexpr int netdev_budget = 300;
inline constexpr uint64_t netdev_budget_usecs = 8000; ///< 2 jiffies at HZ = 250

namespace napi_state {
inline constexpr uint32_t sched = 1 << 0;   ///< somebody owns the instance
inline constexpr uint32_t missed = 1 << 1;  ///< a claim was attempted while it was owned
inline constexpr uint32_t disable = 1 << 2; ///< claims fail
inline constexpr uint32_t npsvc = 1 << 3;   ///< disabled
inline constexpr uint32_t listed = 1 << 4;
} // namespace napi_state

struct NapiStats {
    uint64_t schedules = 0, completes = 0, polls = 0, done = 0, ndone = 0, missed = 0,
             contract_violations = 0;
};

/// Element of a CPU's poll list while scheduled.
struct Napi : ListNode {
    std::atomic<uint32_t> state{napi_state::npsvc | napi_state::sched};
    int weight = 16;
    /// At most `budget` received packets; less than `budget` exactly if it called napi_complete_done().
    int (*poll)(Napi&, int budget) = nullptr;
    NetDevice* device = nullptr;
    unsigned owner_cpu = 0;
    std::atomic<bool> in_poll{false};
    NapiStats stats;
};

void netif_napi_add(NetDevice& device, Napi& napi, int (*poll)(Napi&, int), int weight);
/// True if the caller now owns the instance and must call __napi_schedule().
bool napi_schedule_prep(Napi& napi);
void __napi_schedule_irqoff(Napi& napi); ///< onto this CPU's poll list, raises NET_RX. Interrupts off.
/// Gives the instance up. True: the driver may unmask its interrupt; false: it will be polled again.
bool napi_complete_done(Napi& napi, int work);
/// The same for an instance whose claims a lock orders, which the caller holds: none can have been missed.
void __napi_complete(Napi& napi);
void napi_enable(Napi& napi);
void napi_disable(Napi& napi); ///< waits until no poll runs; task context

/// One line of /proc/net/softnet_stat.
struct SoftnetStats {
    uint64_t processed = 0, dropped = 0, time_squeeze = 0, received_rps = 0, flow_limit = 0;
    // Not in Linux's file: processed = delivered + unhandled
    uint64_t delivered = 0; ///< handed to a protocol
    uint64_t unhandled = 0; ///< nobody wanted it
};
const SoftnetStats& softnet_stats(unsigned cpu);

} // namespace kernel
