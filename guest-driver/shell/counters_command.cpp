// SPDX-License-Identifier: GPL-2.0-or-later
// counters: everything a judge of a run needs, as NAME=VALUE lines between two marks. What the kernel counts
// is copied before the first line is printed, so that printing, which takes its time, does not count itself.
#include <array>

#include "arch/clock.h"
#include "kernel/backlog.h"
#include "kernel/dma.h"
#include "kernel/napi.h"
#include "kernel/packet_buffer.h"
#include "kernel/print.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"
#include "net/snmp.h"
#include "net/socket.h"
#include "shell/arguments.h"

namespace shell {

namespace {

using kernel::NetDevice;

struct Line {
    std::array<char, 40> name;
    uint64_t value;
};

/// A copy of the counters, as far as there is room.
class Snapshot {
  public:
    void add(const char* group, const char* name, uint64_t value) {
        if (count_ == lines_.size())
            return;
        Line& line = lines_[count_++];
        kernel::format(line.name.data(), line.name.size(), "%s.%s", group, name);
        line.value = value;
    }
    void clear() { count_ = 0; }
    void print(const Output& output) const {
        for (const Line& line : std::span(lines_).first(count_))
            output.print("%s=%llu\n", line.name.data(), static_cast<unsigned long long>(line.value));
    }

  private:
    std::array<Line, 1024> lines_;
    std::size_t count_ = 0;
};

using Counters = std::size_t (*)(NetDevice&, std::span<kernel::EthtoolStat>);

void add_stats(Snapshot& snapshot, NetDevice& device, Counters counters) {
    if (!counters)
        return;
    std::array<kernel::EthtoolStat, 48> stats;
    const std::size_t count = counters(device, stats);
    for (const kernel::EthtoolStat& stat : std::span(stats).first(count))
        snapshot.add(device.name, stat.name, stat.value);
}

void add_device(Snapshot& snapshot, NetDevice& device) {
    if (!device.operations)
        return;
    if (device.up)
        add_stats(snapshot, device,
                  device.operations->chip_stats); // first: it brings rx_missed_errors up to date
    add_stats(snapshot, device, device.operations->driver_stats);
    const kernel::NetDeviceStats& stats = device.stats;
    snapshot.add(device.name, "rx_packets", stats.rx_packets);
    snapshot.add(device.name, "tx_packets", stats.tx_packets);
    snapshot.add(device.name, "rx_dropped", stats.rx_dropped);
    snapshot.add(device.name, "tx_dropped", stats.tx_dropped);
    snapshot.add(device.name, "rx_missed_errors", stats.rx_missed_errors);
    snapshot.add(device.name, "rx_fifo_errors", stats.rx_fifo_errors);
    snapshot.add(device.name, "tx_waiting", device.tx_queue.length());
    if (device.napi)
        snapshot.add(device.name, "napi_scheduled_now",
                     (device.napi->state.load(std::memory_order_relaxed) & kernel::napi_state::sched) != 0);
    if (device.operations->ring_state && device.up) {
        const kernel::RingState ring = device.operations->ring_state(device);
        snapshot.add(device.name, "ring_size", ring.rx_size);
        snapshot.add(device.name, "ring_completed_now", ring.rx_completed);
        snapshot.add(device.name, "ring_filled_now", ring.rx_occupied);
        snapshot.add(device.name, "ring_tx_used_now",
                     (ring.tx_to_use + ring.tx_size - ring.tx_to_clean) % ring.tx_size);
    }
}

void add_cpu(Snapshot& snapshot, unsigned cpu) {
    std::array<char, 8> group;
    kernel::format(group.data(), group.size(), "cpu%u", cpu);
    const kernel::SoftnetStats& net = kernel::softnet_stats(cpu);
    snapshot.add(group.data(), "processed", net.processed);
    snapshot.add(group.data(), "backlog_dropped", net.dropped);
    snapshot.add(group.data(), "time_squeeze", net.time_squeeze);
    snapshot.add(group.data(), "received_rps", net.received_rps);
    snapshot.add(group.data(), "flow_limit", net.flow_limit);
    snapshot.add(group.data(), "delivered", net.delivered);
    snapshot.add(group.data(), "unhandled", net.unhandled);
    const kernel::SoftirqStats& softirq = kernel::softirq_stats(cpu);
    for (unsigned vector = 0; vector < kernel::softirq_count; vector++)
        snapshot.add(group.data(), kernel::softirq_names[vector], softirq.executed[vector]);
    snapshot.add(group.data(), "NET_RX_raised",
                 softirq.raised[static_cast<unsigned>(kernel::Softirq::NetRx)]);
    snapshot.add(group.data(), "ksoftirqd_wakeups", softirq.ksoftirqd_wakeups);
    const kernel::SoftirqWatch& watch = kernel::softirq_watch(cpu);
    for (unsigned rule = 0; rule < kernel::softirq_rules; rule++)
        snapshot.add(group.data(), kernel::softirq_rule_names[rule], watch.broken[rule]);
    snapshot.add(group.data(), "softirq_longest_wait_ns", watch.longest_wait_ns);
    snapshot.add(group.data(), "softirq_longest_pass_ns", watch.longest_pass_ns);
    snapshot.add(group.data(), "backlog_most", kernel::backlog_most(cpu));
    snapshot.add(group.data(), "softirq_inline_ns", softirq.inline_ns);
    snapshot.add(group.data(), "softirq_ksoftirqd_ns", softirq.ksoftirqd_ns);
}

/// CPU time of each thread: "thread1.ksoftirqd/1".
void add_threads(Snapshot& snapshot) {
    kernel::thread_for_each(
        [](const kernel::Thread& thread, void* into) {
            std::array<char, 12> group;
            kernel::format(group.data(), group.size(), "thread%u", thread.cpu);
            static_cast<Snapshot*>(into)->add(group.data(), thread.name, thread.run_ns);
        },
        &snapshot);
}

template <typename Name>
void add_protocol(Snapshot& snapshot, const char* group, const net::Counters<Name>& counters,
                  std::span<const char* const> names) {
    for (std::size_t i = 0; i < names.size(); i++)
        snapshot.add(group, names[i], counters.get(static_cast<Name>(i)));
}

void add_drops(Snapshot& snapshot) {
    for (unsigned i = 0; i < static_cast<unsigned>(kernel::DropReason::Count); i++) {
        const auto reason = static_cast<kernel::DropReason>(i);
        snapshot.add("free", kernel::drop_reason_name(reason), kernel::drop_count(reason));
    }
}

void add_sockets(Snapshot& snapshot) {
    std::array<net::UdpSocketInfo, 16> sockets;
    const std::size_t count = net::udp_sockets(sockets);
    for (const net::UdpSocketInfo& socket : std::span(sockets).first(count)) {
        std::array<char, 16> group;
        kernel::format(group.data(), group.size(), "socket%u", socket.local.port);
        snapshot.add(group.data(), "queued_bytes", socket.receive_memory);
        snapshot.add(group.data(), "drops", socket.drops);
    }
}

void take(Snapshot& snapshot) {
    snapshot.clear();
    for (NetDevice* device : kernel::net_devices())
        add_device(snapshot, *device);
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++)
        add_cpu(snapshot, cpu);
    add_threads(snapshot);
    add_protocol(snapshot, "ip", net::ip_counters, net::ip_counter_names);
    add_protocol(snapshot, "icmp", net::icmp_counters, net::icmp_counter_names);
    add_protocol(snapshot, "udp", net::udp_counters, net::udp_counter_names);
    add_drops(snapshot);
    add_sockets(snapshot);
    const kernel::PacketPoolStats packets = kernel::packet_pool_stats();
    snapshot.add("packets", "allocated", packets.allocated);
    snapshot.add("packets", "freed", packets.freed);
    snapshot.add("packets", "failed", packets.failed);
    const kernel::DmaStats dma = kernel::dma_stats();
    snapshot.add("dma", "maps", dma.maps);
    snapshot.add("dma", "unmaps", dma.unmaps);
    snapshot.add("backlog", "max", kernel::netdev_max_backlog.load(std::memory_order_relaxed));
    snapshot.add("clock", "ns", arch::now_ns());
}

} // namespace

void counters_command(Words, const Output& output) {
    static Snapshot snapshot;
    take(snapshot);
    output.write("--- counters begin ---\n");
    snapshot.print(output);
    output.write("--- counters end ---\n");
}

} // namespace shell
