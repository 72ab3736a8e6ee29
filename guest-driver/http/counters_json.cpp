// SPDX-License-Identifier: GPL-2.0-or-later
// The counters of the receive path, from the interrupt to the protocols, as one JSON object of objects. A
// number with a value per CPU is an array.
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/irq.h"
#include "http/content.h"
#include "http/json.h"
#include "kernel/napi.h"
#include "kernel/net_device.h"
#include "kernel/packet_buffer.h"
#include "kernel/page_alloc.h"
#include "kernel/softirq.h"
#include "net/snmp.h"
#include "net/tcp.h"

namespace http {

namespace {

using kernel::NetDevice;
using PerCpuNumbers = std::array<uint64_t, arch::max_cpus>;

/// `value_of(cpu)` of each CPU.
template <typename Value> void per_cpu(Json& json, std::string_view name, Value value_of) {
    PerCpuNumbers values{};
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++)
        values[cpu] = value_of(cpu);
    json.numbers(name, std::span(values).first(arch::cpu_count()));
}

void machine(Json& json) {
    json.begin("machine");
    json.number("uptime_ms", arch::now_ns() / 1'000'000);
    json.number("cpus", uint64_t{arch::cpu_count()});
    const kernel::PageCounts pages = kernel::page_counts();
    json.number("free_kib", uint64_t{pages.free * kernel::page_size / 1024});
    json.number("packets_in_use", kernel::packet_pool_stats().live());
    json.end();
}

void interrupts(Json& json) {
    json.begin("interrupts");
    arch::for_each_irq_line(
        [](const arch::IrqLine& line, void* cookie) {
            shell::Text<96> name;
            name.output().print("%s %s", line.label, line.names);
            static_cast<Json*>(cookie)->numbers(name.view(), std::span(line.counts, arch::cpu_count()));
        },
        &json);
    json.end();
}

void softirqs(Json& json) {
    json.begin("softirqs");
    for (unsigned vector = 0; vector < kernel::softirq_count; vector++)
        per_cpu(json, kernel::softirq_names[vector],
                [&](unsigned cpu) { return kernel::softirq_stats(cpu).executed[vector]; });
    per_cpu(json, "ksoftirqd_wakeups",
            [](unsigned cpu) { return kernel::softirq_stats(cpu).ksoftirqd_wakeups; });
    json.end();
}

void softnet(Json& json) {
    json.begin("softnet");
    per_cpu(json, "processed", [](unsigned cpu) { return kernel::softnet_stats(cpu).processed; });
    per_cpu(json, "dropped", [](unsigned cpu) { return kernel::softnet_stats(cpu).dropped; });
    per_cpu(json, "time_squeeze", [](unsigned cpu) { return kernel::softnet_stats(cpu).time_squeeze; });
    json.end();
}

void napi(Json& json, const NetDevice& device) {
    shell::Text<32> name;
    name.output().print("napi %s", device.name);
    const kernel::NapiStats& stats = device.napi->stats;
    json.begin(name.view());
    json.number("schedules", stats.schedules);
    json.number("completes", stats.completes);
    json.number("polls", stats.polls);
    json.number("polls_ring_empty", stats.done);
    json.number("polls_budget_used_up", stats.ndone);
    json.end();
}

void interface(Json& json, const NetDevice& device) {
    const kernel::NetDeviceStats& stats = device.stats;
    json.begin(device.name);
    json.number("rx_packets", stats.rx_packets);
    json.number("rx_bytes", stats.rx_bytes);
    json.number("rx_errors", stats.rx_errors);
    json.number("rx_dropped", stats.rx_dropped);
    json.number("rx_missed_errors", stats.rx_missed_errors);
    json.number("tx_packets", stats.tx_packets);
    json.number("tx_bytes", stats.tx_bytes);
    json.number("tx_dropped", stats.tx_dropped);
    json.end();
}

void drops(Json& json) {
    json.begin("drops");
    for (unsigned i = 0; i < static_cast<unsigned>(kernel::DropReason::Count); i++) {
        const auto reason = static_cast<kernel::DropReason>(i);
        if (const uint64_t count = kernel::drop_count(reason);
            count && reason != kernel::DropReason::Consumed)
            json.number(kernel::drop_reason_name(reason), count);
    }
    json.end();
}

template <typename Name>
void protocol(Json& json, std::string_view title, const net::Counters<Name>& counters,
              std::span<const char* const> names) {
    json.begin(title);
    for (std::size_t i = 0; i < names.size(); i++)
        json.number(names[i], counters.get(static_cast<Name>(i)));
    json.end();
}

void tcp(Json& json) {
    const net::TcpCounters counters = net::tcp_counters();
    json.begin("tcp");
    for (std::size_t i = 0; i < counters.size(); i++)
        json.number(net::tcp_counter_names[i], counters[i]);
    json.end();
}

} // namespace

void write_counters(const shell::Output& output) {
    Json json(output);
    json.begin();
    machine(json);
    interrupts(json);
    softirqs(json);
    softnet(json);
    for (const NetDevice* device : kernel::net_devices()) {
        if (device->napi)
            napi(json, *device);
        interface(json, *device);
    }
    drops(json);
    protocol(json, "ip", net::ip_counters, net::ip_counter_names);
    protocol(json, "icmp", net::icmp_counters, net::icmp_counter_names);
    protocol(json, "udp", net::udp_counters, net::udp_counter_names);
    tcp(json);
    json.end();
    output.write("\n");
}

} // namespace http
