// SPDX-License-Identifier: GPL-2.0-or-later
// Recording: counters, trace on; trace off, counters.
#include "shell/recording.h"

#include <array>
#include <string_view>

#include "arch/irq.h"
#include "kernel/dma.h"
#include "kernel/napi.h"
#include "kernel/print.h"
#include "kernel/softirq.h"
#include "net/snmp.h"

namespace shell {

namespace {

using kernel::NetDevice;

constexpr std::size_t maximum_records = 4096;

struct Store {
    std::array<kernel::TraceRecord, maximum_records> records;
    std::size_t count = 0;
    uint64_t refused = 0;
    PathCounters before;
};
Store store;

std::optional<uint64_t> chip_counter(NetDevice& device, std::string_view name) {
    if (!device.operations || !device.operations->chip_stats)
        return std::nullopt;
    std::array<kernel::EthtoolStat, 32> stats;
    const std::size_t count = device.operations->chip_stats(device, stats);
    for (const kernel::EthtoolStat& stat : std::span(stats).first(std::min(count, stats.size())))
        if (name == stat.name)
            return stat.value;
    return std::nullopt;
}

uint64_t line_interrupts(unsigned irq) {
    struct Search {
        char label[12];
        uint64_t sum = 0;
    } search{};
    kernel::format(search.label, sizeof search.label, "%u", irq);
    arch::for_each_irq_line(
        [](const arch::IrqLine& line, void* cookie) {
            auto& wanted = *static_cast<Search*>(cookie);
            if (std::string_view(line.label) != wanted.label)
                return;
            for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++)
                wanted.sum += line.counts[cpu];
        },
        &search);
    return search.sum;
}

PathCounters count_all(NetDevice& device) {
    PathCounters counters;
    counters.chip_good_frames = chip_counter(device, "rx_good_frames");
    counters.interrupts = line_interrupts(device.irq);
    if (device.napi) {
        counters.napi_schedules = device.napi->stats.schedules;
        counters.napi_polls = device.napi->stats.polls;
    }
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++) {
        counters.net_rx_softirqs +=
            kernel::softirq_stats(cpu).executed[static_cast<unsigned>(kernel::Softirq::NetRx)];
        counters.processed += kernel::softnet_stats(cpu).processed;
    }
    counters.dma_unmaps = kernel::dma_stats().unmaps;
    counters.rx_packets = device.stats.rx_packets;
    counters.tx_packets = device.stats.tx_packets;
    counters.ip_received = net::ip_counters.get(net::Ip::InReceives);
    counters.icmp_received = net::icmp_counters.get(net::Icmp::InMsgs);
    counters.udp_read = net::udp_counters.get(net::Udp::InDatagrams);
    counters.udp_no_ports = net::udp_counters.get(net::Udp::NoPorts);
    counters.udp_buffer_errors = net::udp_counters.get(net::Udp::RcvbufErrors);
    return counters;
}

PathFacts facts_of(NetDevice& device) {
    PathFacts facts;
    facts.interface = device.name;
    facts.up = device.up;
    facts.irq = device.irq;
    facts.rps_cpus = device.steering.rps_cpus;
    facts.napi_weight = device.napi ? device.napi->weight : 0;
    if (device.operations && device.operations->driver_info)
        facts.driver = device.operations->driver_info(device).driver;
    if (device.operations && device.operations->ring) {
        const kernel::RingParameters ring = device.operations->ring(device);
        facts.rx_ring = ring.rx;
        facts.tx_ring = ring.tx;
    }
    return facts;
}

void keep(const kernel::TraceRecord& record, void*) {
    if (store.count < store.records.size())
        store.records[store.count++] = record;
    else
        store.refused++;
}

} // namespace

void recording_begin(NetDevice& device) {
    store.before = count_all(device);
    kernel::trace_start();
}

Recording recording_end(NetDevice& device) {
    kernel::trace_stop();
    store.count = 0;
    store.refused = 0;
    kernel::trace_for_each(keep, nullptr);
    return {facts_of(device), store.before, count_all(device), std::span(store.records).first(store.count),
            kernel::trace_lost() + store.refused};
}

} // namespace shell
