// SPDX-License-Identifier: GPL-2.0-or-later
// flows: where the work of each flow is split among the CPUs.
#include "kernel/flow_watch.h"
#include "net/ipv4_address.h"
#include "shell/command.h"

namespace shell {

namespace {

constexpr const char* titles[kernel::flow_steps] = {"isr", "poll", "rps", "protocol", "wake", "read"};

void print_endpoint(Text<32>& text, uint32_t address, uint16_t port) {
    text.output().print("%s:%u", net::to_text(net::Ipv4Address(address)).text, static_cast<unsigned>(port));
}

/// "0:12,2:3": 12 packets on CPU 0, 3 on CPU 2.
template <typename Counts> void print_cpus(const Output& output, const Counts& packets) {
    Text<arch::max_cpus * sizeof "7:4294967295,"> text;
    for (unsigned cpu = 0; cpu < packets.size(); cpu++)
        if (packets[cpu])
            text.output().print("%s%u:%u", text.view().empty() ? "" : ",", cpu, packets[cpu]);
    output.print(" %-11s", text.view().empty() ? "-" : text.c_str());
}

void print_flow(const kernel::WatchedFlow& flow, void* cookie) {
    const Output& output = *static_cast<const Output*>(cookie);
    Text<32> from, to;
    print_endpoint(from, flow.keys.source, flow.keys.source_port);
    print_endpoint(to, flow.keys.destination, flow.keys.destination_port);
    uint32_t packets = 0;
    for (const uint32_t each : flow.packets[static_cast<unsigned>(kernel::FlowStep::Poll)])
        packets += each;
    output.print("%5u %-21s %-21s %08x %7u", static_cast<unsigned>(flow.keys.protocol), from.c_str(),
                 to.c_str(), flow.hash, packets);
    for (const auto& step : flow.packets)
        print_cpus(output, step);
    output.write("\n");
}

void print_all(const Output& output) {
    output.print("%5s %-21s %-21s %-8s %7s", "proto", "source", "destination", "hash", "packets");
    for (const char* title : titles)
        output.print(" %-11s", title);
    output.write("\n");
    kernel::flow_watch_for_each(print_flow, const_cast<Output*>(&output));
    if (const uint32_t lost = kernel::flow_watch_lost())
        output.print("%u steps of further flows not counted\n", lost);
    if (!kernel::flow_watch_on)
        output.write("not watching: flows on\n");
}

} // namespace

void flows_command(Words words, const Output& output) {
    if (words.size() == 1)
        print_all(output);
    else if (words.size() == 2 && (words[1] == "on" || words[1] == "off"))
        kernel::flow_watch_on = words[1] == "on";
    else if (words.size() == 2 && words[1] == "clear")
        kernel::flow_watch_clear();
    else
        output.write("Usage: flows [on|off|clear]\n");
}

} // namespace shell
