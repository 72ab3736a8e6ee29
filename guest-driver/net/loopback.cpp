// SPDX-License-Identifier: GPL-2.0-or-later
// A queue per CPU between output and input: calling the input from the output would let a conversation with
// ourselves grow the stack without end.
#include "net/loopback.h"

#include "arch/cpu.h"
#include "kernel/per_cpu.h"
#include "kernel/softirq.h"
#include "net/interface.h"
#include "net/ipv4.h"

namespace net {

namespace {

constexpr std::size_t queue_limit = 1000; // as Linux's netdev_max_backlog

constinit kernel::PerCpu<kernel::PacketQueue> queues; // used with bottom halves disabled only

void deliver_queued() {
    kernel::PacketQueue& queue = queues.local();
    // What is sent meanwhile waits for the next pass.
    for (std::size_t left = queue.length(); left > 0; left--)
        ip_rcv_own(queue.pop());
    if (!queue.empty())
        kernel::raise_softirq(kernel::Softirq::Tasklet);
}

} // namespace

bool is_looped_back(Ipv4Address destination) {
    return destination.is_loopback() || is_local_address(destination);
}

void loopback_send(kernel::PacketBuffer* packet) {
    kernel::PacketQueue& queue = queues.local();
    if (queue.length() >= queue_limit)
        return kernel::drop_packet(packet, kernel::DropReason::CpuBacklog);
    packet->type = kernel::PacketType::Host;
    queue.push(packet);
    kernel::raise_softirq(kernel::Softirq::Tasklet);
}

void loopback_init() { kernel::open_softirq(kernel::Softirq::Tasklet, deliver_queued); }

} // namespace net
