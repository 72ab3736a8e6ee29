// SPDX-License-Identifier: GPL-2.0-or-later
// From the softirq to the TCP thread: what is checked of a segment on the way, and the queue between them.
#pragma once

#include "kernel/packet_buffer.h"
#include "kernel/thread.h"

namespace net {

/// Packet of protocol 6 for us, data at the TCP header. Softirq context; takes the packet.
void tcp_rcv(kernel::PacketBuffer* packet);

/// Segments that wait for the TCP thread. Bounded: who sends faster than that thread works loses packets
/// here.
class TcpBacklog {
  public:
    static constexpr std::size_t limit = 1000;
    /// Softirq context. False: full; the packet stays the caller's.
    bool push(kernel::PacketBuffer* packet);
    /// Takes all, waiting for the first until `deadline_ns`; then the queue may be empty. Thread context.
    kernel::PacketQueue take(uint64_t deadline_ns);
    /// Makes take() return.
    void poke();

  private:
    bool coalesce(kernel::PacketBuffer* packet); ///< true: it has been taken
    kernel::SpinLock lock_;                      // what follows
    kernel::WaitQueue thread_;
    kernel::PacketQueue queue_;
    bool poked_ = false;
};
TcpBacklog& tcp_backlog();

} // namespace net
