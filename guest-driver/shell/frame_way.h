// SPDX-License-Identifier: GPL-2.0-or-later
// Finds, in a trace, the records that belong to one received frame.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "kernel/trace.h"

namespace shell {

enum class FrameKind : uint8_t { Any, Arp, Icmp, Udp };

/// nullptr: not in the trace.
struct FrameWay {
    using Record = const kernel::TraceRecord*;
    Record irq_entry = nullptr, isr = nullptr,
           schedule = nullptr;                            ///< of the interrupt that began the session
    Record softirq_entry = nullptr, poll_begin = nullptr; ///< of the poll that took the frame
    Record descriptor = nullptr, unmap = nullptr;
    Record receive = nullptr;
    Record steer = nullptr, enqueue = nullptr; ///< into the backlog of a CPU
    Record deliver = nullptr;
    Record network = nullptr;   ///< arp.rcv or ip.rcv
    Record transport = nullptr; ///< icmp.rcv or udp.rcv
    Record queued = nullptr;    ///< sock.enqueue
    Record drop = nullptr;
    Record read = nullptr;  ///< app.recv
    Record reply = nullptr; ///< net.xmit, by the protocol itself or by whoever read it
    Record poll_end = nullptr, unmask = nullptr;
};

/// The first frame of that kind. `records` are in order of time.
std::optional<FrameWay> find_frame(std::span<const kernel::TraceRecord> records, FrameKind kind);

} // namespace shell
