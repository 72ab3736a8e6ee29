// SPDX-License-Identifier: GPL-2.0-or-later
// softirq: what each CPU's softirqs did, and why ksoftirqd had to help.
#include "arch/cpu.h"
#include "kernel/softirq.h"
#include "shell/command.h"

namespace shell {

namespace {

using Number = unsigned long long;

void show_vectors(const Output& output, const kernel::SoftirqStats& stats) {
    output.write("      vector      raised    executed\n");
    for (unsigned vector = 0; vector < kernel::softirq_count; vector++)
        if (stats.raised[vector])
            output.print("    %8s %11llu %11llu\n", kernel::softirq_names[vector],
                         static_cast<Number>(stats.raised[vector]),
                         static_cast<Number>(stats.executed[vector]));
}

void show_passes(const Output& output, const kernel::SoftirqStats& stats) {
    output.write("    runs by passes:");
    for (unsigned passes = 1; passes < stats.passes.size(); passes++)
        output.print(" %u%s:%llu", passes, passes + 1 == stats.passes.size() ? "+" : "",
                     static_cast<Number>(stats.passes[passes]));
    output.write("\n");
}

void show_cpu(const Output& output, unsigned cpu) {
    const kernel::SoftirqStats& stats = kernel::softirq_stats(cpu);
    output.print("CPU%u\n", cpu);
    show_vectors(output, stats);
    show_passes(output, stats);
    output.print("    ended early: %llu by time, %llu by passes, %llu for a thread\n",
                 static_cast<Number>(stats.time_limit), static_cast<Number>(stats.pass_limit),
                 static_cast<Number>(stats.resched_limit));
    output.print("    ksoftirqd: woken %llu times; left to it by the policy: %llu times\n",
                 static_cast<Number>(stats.ksoftirqd_wakeups), static_cast<Number>(stats.left_to_ksoftirqd));
    output.print("    time: %llu us inline, %llu us in ksoftirqd; longest run %llu us\n",
                 static_cast<Number>(stats.inline_ns / 1000), static_cast<Number>(stats.ksoftirqd_ns / 1000),
                 static_cast<Number>(stats.longest_run_ns / 1000));
}

} // namespace

void softirq_command(Words, const Output& output) {
    output.print("policy: %s\n",
                 kernel::softirq_policy_names[static_cast<unsigned>(kernel::softirq_policy())]);
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++)
        show_cpu(output, cpu);
}

} // namespace shell
