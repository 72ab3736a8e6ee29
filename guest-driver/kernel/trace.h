// SPDX-License-Identifier: GPL-2.0-or-later
// Trace of the receive path: per-CPU rings of small records, one per step. Off by default: then one predicted
// branch.
#pragma once

#include <atomic>
#include <cstdint>

#include "kernel/context.h"

namespace kernel {

// X(enumerator, "name", "meaning of a", "meaning of b")
#define KERNEL_TRACE_EVENTS(X)                                                                               \
    X(DrvProbeBegin, "drv.probe.begin", "", "")                                                              \
    X(DrvProbeEnd, "drv.probe.end", "error", "")                                                             \
    X(DrvUp, "drv.up", "", "")                                                                               \
    X(IrqEntry, "irq.entry", "irq", "")                                                                      \
    X(IrqExit, "irq.exit", "irq", "handled")                                                                 \
    X(DrvIsr, "drv.isr", "stat", "")                                                                         \
    X(NapiSchedule, "napi.schedule", "cpu", "")                                                              \
    X(DrvMask, "drv.mask", "", "")                                                                           \
    X(DrvUnmask, "drv.unmask", "", "")                                                                       \
    X(SoftirqRaise, "softirq.raise", "vector", "")                                                           \
    X(SoftirqEntry, "softirq.entry", "vector", "0 irq exit, 1 ksoftirqd, 2 bh enable")                       \
    X(SoftirqExit, "softirq.exit", "vector", "")                                                             \
    X(NapiPollBegin, "napi.poll.begin", "budget", "")                                                        \
    X(NapiPoll, "napi.poll", "work", "1 if complete")                                                        \
    X(NapiComplete, "napi.complete", "1 if rearm", "")                                                       \
    X(RxDescriptor, "ring.rfd", "slot", "status << 16 | count")                                              \
    X(DmaMap, "dma.map", "bus address", "bytes")                                                             \
    X(DmaUnmap, "dma.unmap", "bus address", "bytes")                                                         \
    X(RingRefill, "ring.refill", "slot", "")                                                                 \
    X(RingElMove, "ring.el_move", "old slot", "new slot")                                                    \
    X(RuStopped, "ring.ru_stopped", "", "")                                                                  \
    X(RuStart, "ring.ru_start", "bus address", "")                                                           \
    X(NetReceive, "net.receive", "protocol", "bytes")                                                        \
    X(RpsSteer, "rps.steer", "hash", "from CPU << 16 | to CPU")                                              \
    X(RpsIpi, "rps.ipi", "from CPU", "to CPU")                                                               \
    X(BacklogEnqueue, "backlog.enqueue", "cpu", "length")                                                    \
    X(BacklogDrop, "backlog.drop", "cpu", "")                                                                \
    X(NetDeliver, "net.deliver", "protocol", "cpu")                                                          \
    X(ArpRcv, "arp.rcv", "operation", "sender address")                                                      \
    X(IpRcv, "ip.rcv", "protocol", "source address")                                                         \
    X(IcmpRcv, "icmp.rcv", "type", "bytes")                                                                  \
    X(UdpRcv, "udp.rcv", "destination port", "bytes")                                                        \
    X(SockEnqueue, "sock.enqueue", "port", "rmem")                                                           \
    X(SockDrop, "sock.drop", "port", "")                                                                     \
    X(AppWake, "app.wake", "port", "")                                                                       \
    X(AppRecv, "app.recv", "port", "bytes")                                                                  \
    X(Drop, "drop", "reason", "")                                                                            \
    X(NetXmit, "net.xmit", "bytes", "")                                                                      \
    X(TxClean, "ring.tx_clean", "blocks", "")

enum class Event : uint8_t {
#define KERNEL_TRACE_ENUM(enumerator, name, a, b) enumerator,
    KERNEL_TRACE_EVENTS(KERNEL_TRACE_ENUM)
#undef KERNEL_TRACE_ENUM
};
const char* event_name(Event event);

struct TraceRecord {
    uint64_t time_ns;
    uint32_t a, b;
    Event event;
    uint8_t cpu;
    ExecutionContext context;
};

inline std::atomic<bool> trace_on{false};
void trace_record(Event event, uint32_t a, uint32_t b);
inline void trace(Event event, uint32_t a = 0, uint32_t b = 0) {
    if (trace_on.load(std::memory_order_relaxed)) [[unlikely]]
        trace_record(event, a, b);
}

/// Empties all rings and switches recording on. Task context, as trace_stop().
void trace_start();
void trace_stop(); ///< after the return no CPU is in the middle of a record
/// Calls `row` for the records of all CPUs in order of time. Recording must be off.
void trace_for_each(void (*row)(const TraceRecord&, void* cookie), void* cookie);
uint64_t trace_lost(); ///< records that did not fit since trace_start()

} // namespace kernel
