// SPDX-License-Identifier: GPL-2.0-or-later
// sar: how many packets and kilobytes pass each interface per second, line by line, as `sar -n DEV` prints
// it.
#include <array>
#include <optional>

#include "arch/clock.h"
#include "kernel/command_line.h"
#include "shell/arguments.h"
#include "shell/terminal.h"

namespace shell {

namespace {

constexpr uint64_t second_ns = 1'000'000'000;
constexpr std::size_t maximum_devices = 8;

struct Sample {
    uint64_t time_ns = 0;
    std::array<kernel::NetDeviceStats, maximum_devices> stats;
};

void take_sample(Sample& sample) {
    sample.time_ns = arch::now_ns();
    std::size_t i = 0;
    for (const kernel::NetDevice* device : kernel::net_devices())
        sample.stats[i++] = device->stats;
}

/// Hundredths per second.
uint64_t rate(uint64_t now, uint64_t before, uint64_t ns) {
    return ns == 0 || now < before ? 0 : (now - before) * 100 * 1000 / (ns / 1'000'000 + (ns < 1'000'000));
}

void print_rate(const Output& output, uint64_t hundredths) {
    Text<32> text;
    text.output().print("%llu.%02llu", static_cast<unsigned long long>(hundredths / 100),
                        static_cast<unsigned long long>(hundredths % 100));
    output.print(" %9s", text.c_str());
}

void print_sample(const Output& output, const Sample& before, const Sample& now) {
    const uint64_t ns = now.time_ns - before.time_ns, ms = now.time_ns / 1'000'000;
    std::size_t i = 0;
    for (const kernel::NetDevice* device : kernel::net_devices()) {
        const kernel::NetDeviceStats &a = before.stats[i], &b = now.stats[i];
        i++;
        output.print("%7llu.%03llu %9s", static_cast<unsigned long long>(ms / 1000),
                     static_cast<unsigned long long>(ms % 1000), device->name);
        print_rate(output, rate(b.rx_packets, a.rx_packets, ns));
        print_rate(output, rate(b.tx_packets, a.tx_packets, ns));
        print_rate(output, rate(b.rx_bytes, a.rx_bytes, ns) / 1024);
        print_rate(output, rate(b.tx_bytes, a.tx_bytes, ns) / 1024);
        print_rate(output, rate(b.rx_errors, a.rx_errors, ns));
        print_rate(output, rate(b.rx_missed_errors + b.rx_dropped, a.rx_missed_errors + a.rx_dropped, ns));
        output.write("\n");
    }
}

/// False: a key came first.
bool wait(uint64_t deadline_ns) { return terminal_read(deadline_ns) < 0 && !terminal_interrupted(); }

} // namespace

void sar_command(Words words, const Output& output) {
    Arguments arguments(words);
    const bool network = !arguments.take_if("-n") || arguments.take_if("DEV");
    const auto interval_ns = arguments.empty() ? std::optional(second_ns) : parse_seconds(arguments.take());
    const auto count = arguments.empty() ? std::optional(0u) : kernel::parse_number(arguments.take());
    if (!network || !interval_ns || *interval_ns == 0 || !count || !arguments.empty())
        return output.write("Usage: sar [-n DEV] [SECONDS [COUNT]]\n");
    static Sample before, now;
    take_sample(before);
    output.write("     uptime     IFACE   rxpck/s   txpck/s    rxkB/s    txkB/s   rxerr/s  rxdrop/s\n");
    for (uint32_t i = 0; *count == 0 || i < *count; i++) {
        if (!wait(before.time_ns + *interval_ns))
            return;
        take_sample(now);
        print_sample(output, before, now);
        before = now;
    }
}

} // namespace shell
