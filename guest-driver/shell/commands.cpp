// SPDX-License-Identifier: GPL-2.0-or-later
// The table of all commands, and those that are about the console itself.
#include "arch/cpu.h"
#include "kernel/command_line.h"
#include "kernel/crash.h"
#include "kernel/net_device.h"
#include "shell/arguments.h"
#include "shell/command.h"

namespace shell {

namespace {

constexpr Command table[] = {
    {"cat", "FILE...", "show a file below /proc or /sys", cat_command},
    {"counters", "", "everything that is counted, for programs to read", counters_command},
    {"crash", "die|null|stack|softirq [CPU]", "fail on purpose, to see the report", crash_command},
    {"dmesg", "", "what the kernel said, with times", dmesg_command},
    {"driver", "[OPTION VALUE]", "options and counters of the e100 driver", driver_command},
    {"drops", "[-a]", "packets dropped, by reason", drops_command},
    {"echo", "[TEXT] [> FILE]", "write to a file below /proc or /sys, or print", echo_command},
    {"ethtool", "[OPTION] DEVICE ... | -h", "the card: link, counters, rings, tests, dumps", ethtool_command},
    {"flows", "[on|off|clear]", "which CPU does which step of which flow", flows_command},
    {"free", "", "memory and packet buffers", free_command},
    {"help", "[COMMAND]", "this list", help_command},
    {"ip", "[-s] [-br] addr|link|neigh|route|maddr", "addresses, interfaces, neighbours, routes", ip_command},
    {"listen", "[-n] [-c CPU] [-p PEER:PORT] PORT", "count UDP datagrams, on a CPU; -n: leave them",
     listen_command},
    {"ls", "[DIRECTORY]", "names of the files below /proc or /sys", ls_command},
    {"lspci", "[-n] [-v]", "the PCI bus; -v: windows and interrupts", lspci_command},
    {"napi", "", "NAPI instances: state, polls, deferral", napi_command},
    {"nstat", "[-a] [-z] [-s]", "by how much the protocols' counters have grown", nstat_command},
    {"ping", "[-c N] [-s SIZE] [-i SECONDS | -f] ADDRESS", "send ICMP echo requests", ping_command},
    {"poweroff", "", "take the network down and end the machine", poweroff_command},
    {"ps", "", "threads", ps_command},
    {"ring", "", "where the descriptor rings stand", ring_command},
    {"sar", "[-n DEV] [SECONDS [COUNT]]", "packets and kilobytes per second", sar_command},
    {"sink", "PORT NS", "read UDP datagrams, and spend NS ns on each", sink_command},
    {"sleep", "SECONDS", "wait so long", sleep_command},
    {"softirq", "", "softirqs by CPU: raised, run, left to ksoftirqd", softirq_command},
    {"ss", "[-t] [-u] [-a | -l] [-m]", "sockets, and what waits in them", ss_command},
    {"stall", "CPU MILLISECONDS", "let a CPU take no interrupts for so long", stall_command},
    {"top", "[-b] [-d SECONDS]", "what the CPUs spend their time on", top_command},
    {"torture", "[MILLISECONDS]", "use locks, lists and calls on all CPUs at once", torture_command},
    {"trace", "[arp|icmp|udp]", "the way of the next frame, step by step", trace_command},
    {"uptime", "", "how long the machine has been up", uptime_command},
    {"watch", "[-n SECONDS] COMMAND", "a command again and again, until a key is typed", watch_command},
};

void print_help(const Output& output, const Command& command) {
    Text<64> left;
    left.output().print("%s %s", command.name, command.usage);
    output.print("  %-48s  %s\n", left.c_str(), command.help);
}

} // namespace

std::span<const Command> commands() { return table; }

void help_command(Words words, const Output& output) {
    bool found = false;
    for (const Command& command : table) {
        if (words.size() > 1 && words[1] != command.name)
            continue;
        print_help(output, command);
        found = true;
    }
    if (!found)
        output.print("help: no such command: %.*s\n", length_of(words[1]), words[1].data());
}

void poweroff_command(Words, const Output&) {
    for (kernel::NetDevice* device : kernel::net_devices())
        kernel::dev_close(*device);
    arch::power_off(0);
}

void crash_command(Words words, const Output& output) {
    const auto cpu = words.size() == 3 ? kernel::parse_number(words[2]) : std::nullopt;
    if (words.size() == 2 ? !kernel::crash(words[1]) : !cpu || !kernel::crash_on(*cpu, words[1]))
        output.write("Usage: crash die|null|stack|softirq [CPU]\n");
}

} // namespace shell
