// SPDX-License-Identifier: GPL-2.0-or-later
// NAPI: the state machine between a device's interrupt and its poll function (rules of Linux 6.12).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "arch/cpu.h"
#include "kernel/hrtimer.h"
#include "kernel/list.h"
#include "kernel/net_device.h"
#include "kernel/thread.h"

namespace kernel {

// Linux's tunables, below /proc/sys/net/core.
inline constinit std::atomic<uint32_t> netdev_budget{300};        ///< packets of one NET_RX run
inline constinit std::atomic<uint32_t> netdev_budget_usecs{8000}; ///< time of one; 2 jiffies at HZ = 250
inline constinit std::atomic<uint32_t> busy_read{0};              ///< microseconds; 0: no busy polling

namespace napi_state {
inline constexpr uint32_t sched = 1 << 0;   ///< somebody owns the instance
inline constexpr uint32_t missed = 1 << 1;  ///< a claim was attempted while it was owned
inline constexpr uint32_t disable = 1 << 2; ///< claims fail
inline constexpr uint32_t npsvc = 1 << 3;   ///< disabled
inline constexpr uint32_t listed = 1 << 4;
inline constexpr uint32_t in_busy_poll = 1 << 5;   ///< a reader polls: complete does nothing
inline constexpr uint32_t threaded = 1 << 6;       ///< polled by its thread
inline constexpr uint32_t sched_threaded = 1 << 7; ///< … which has been told to
} // namespace napi_state

struct NapiStats {
    uint64_t schedules = 0, completes = 0, polls = 0, done = 0, ndone = 0, missed = 0,
             contract_violations = 0;
    uint64_t deferred = 0;        ///< completes that left the interrupt off and set the timer instead
    uint64_t timer_schedules = 0; ///< claims by that timer
    uint64_t threaded_polls = 0;  ///< of `polls`: by the instance's thread
    uint64_t busy_polls = 0;      ///< of `polls`: by a reader
};

inline constexpr int unlimited_weight = 0x7fffffff; ///< a poll ends with the ring

/// Element of a CPU's poll list while scheduled.
struct Napi : ListNode {
    std::atomic<uint32_t> state{napi_state::npsvc | napi_state::sched};
    std::atomic<int> weight{16}; ///< may be changed at any time
    int quota = 0;               ///< what is left of it; NapiModel::V2001 only
    /// At most `budget` received packets; less than `budget` exactly if it called napi_complete_done().
    int (*poll)(Napi&, int budget) = nullptr;
    NetDevice* device = nullptr;
    unsigned owner_cpu = 0;
    uint32_t id = 0; ///< unique, as Linux's napi_id
    std::atomic<bool> in_poll{false};
    uint32_t deferrals_left = 0; ///< of device->napi_defer_hard_irqs; the owner's
    HrTimer timer;               ///< polls although no interrupt came

    struct PollThread {
        std::array<char, 24> name{};
        SpinLock lock; ///< what follows
        WaitQueue wakeup;
        bool exists = false, scheduled = false, stop = false;
    } thread;
    NapiStats stats;
};

void netif_napi_add(NetDevice& device, Napi& napi, int (*poll)(Napi&, int), int weight);
/// A disabled instance is forgotten: its timer and thread end. Task context.
void netif_napi_del(Napi& napi);
/// True if the caller now owns the instance and must call __napi_schedule().
bool napi_schedule_prep(Napi& napi);
/// Onto this CPU's poll list, raises NET_RX; or wakes the instance's thread. Interrupts off.
void __napi_schedule_irqoff(Napi& napi);
/// Gives the instance up. True: the driver may unmask its interrupt; false: it will be polled again.
bool napi_complete_done(Napi& napi, int work);
/// The same for an instance whose claims a lock orders, which the caller holds: none can have been missed.
void __napi_complete(Napi& napi);
void napi_enable(Napi& napi);
void napi_disable(Napi& napi); ///< waits until no poll runs; task context

/// Whether the device is polled by a thread, "napi/NAME-ID", in place of NET_RX; at any time. Task context.
/// False: no memory for the thread.
bool dev_set_threaded(NetDevice& device, bool threaded);

/// Polls the instance with this id until `done(cookie)`, or until arch::now_ns() is `deadline_ns`; its
/// interrupts stay masked meanwhile. Returns at once if there is no such instance. Task context.
void napi_busy_loop(uint32_t id, bool (*done)(void* cookie), void* cookie, uint64_t deadline_ns);

/// One line of /proc/net/softnet_stat.
struct SoftnetStats {
    uint64_t processed = 0, dropped = 0, time_squeeze = 0, received_rps = 0, flow_limit = 0;
    // Not in Linux's file: processed = delivered + unhandled
    uint64_t delivered = 0; ///< handed to a protocol
    uint64_t unhandled = 0; ///< nobody wanted it
};
const SoftnetStats& softnet_stats(unsigned cpu);

} // namespace kernel
