// SPDX-License-Identifier: GPL-2.0-or-later
// top: which threads the CPUs ran since the last look. What interrupts take is counted to the thread that
// they came in on; softirqs that run then stand for themselves ("si", as in Linux).
#include <algorithm>
#include <array>
#include <optional>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"
#include "shell/arguments.h"
#include "shell/terminal.h"

namespace shell {

namespace {

constexpr uint64_t default_interval_ns = 2'000'000'000;

struct Usage {
    const kernel::Thread* thread;
    uint64_t total_ns, ns; ///< ever, and since the last look
};
struct Look {
    uint64_t time_ns = 0;
    /// Inline, by CPU: ever, and since the last look.
    std::array<uint64_t, arch::max_cpus> softirq_total_ns{}, softirq_ns{};
    std::array<Usage, kernel::max_threads> threads;
    std::size_t count = 0;

    void take() {
        time_ns = arch::now_ns();
        for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++)
            softirq_total_ns[cpu] = kernel::softirq_stats(cpu).inline_ns;
        count = 0;
        kernel::thread_for_each(
            [](const kernel::Thread& thread, void* self) { static_cast<Look*>(self)->add(thread); }, this);
    }
    void add(const kernel::Thread& thread) {
        if (count < threads.size())
            threads[count++] = {&thread, thread.run_ns, 0};
    }
    uint64_t total_of(const kernel::Thread* thread) const {
        for (const Usage& each : std::span(threads).first(count))
            if (each.thread == thread)
                return each.total_ns;
        return 0;
    }
    /// What each has used since `before`.
    void subtract(const Look& before) {
        for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++)
            softirq_ns[cpu] = softirq_total_ns[cpu] - before.softirq_total_ns[cpu];
        for (Usage& each : std::span(threads).first(count)) {
            const uint64_t old = before.total_of(each.thread);
            each.ns = each.total_ns > old ? each.total_ns - old : 0; // less: another thread in the same place
        }
    }
};

/// Tenths of a percent of one CPU.
unsigned tenths(uint64_t ns, uint64_t of_ns) {
    return of_ns == 0 ? 0 : static_cast<unsigned>(std::min<uint64_t>(ns * 1000 / of_ns, 1000));
}

bool is_idle(const kernel::Thread& thread) { return std::string_view(thread.name) == "idle"; }
bool is_softirq_thread(const kernel::Thread& thread) {
    return std::string_view(thread.name).starts_with("ksoftirqd");
}

void print_cpu(const Output& output, const Look& look, unsigned cpu, uint64_t ns) {
    uint64_t idle = 0, ksoftirqd = 0, all = 0;
    for (const Usage& each : std::span(look.threads).first(look.count)) {
        if (each.thread->cpu != cpu)
            continue;
        all += each.ns;
        idle += is_idle(*each.thread) ? each.ns : 0;
        ksoftirqd += is_softirq_thread(*each.thread) ? each.ns : 0;
    }
    const uint64_t tasks = all - idle - ksoftirqd;
    const auto column = [&](uint64_t value, const char* name) {
        output.print("%3u.%u %s", tenths(value, ns) / 10, tenths(value, ns) % 10, name);
    };
    output.print("%%Cpu%u  : ", cpu);
    column(tasks, "tasks, ");
    column(look.softirq_ns[cpu], "si, ");
    column(ksoftirqd, "ksoftirqd, ");
    column(idle, "id\n");
}

void print_look(const Output& output, Look& look, uint64_t ns) {
    for (unsigned cpu = 0; cpu < arch::cpu_count(); cpu++)
        print_cpu(output, look, cpu, ns);
    const auto threads = std::span(look.threads).first(look.count);
    std::ranges::sort(threads, std::greater{}, &Usage::ns);
    output.write("\n%CPU  CPU        TIME COMMAND\n");
    for (const Usage& each : threads) {
        const unsigned part = tenths(each.ns, ns);
        const uint64_t ms = each.total_ns / 1'000'000;
        output.print("%2u.%u %4u %7llu.%03llu %s\n", part / 10, part % 10, each.thread->cpu,
                     static_cast<unsigned long long>(ms / 1000), static_cast<unsigned long long>(ms % 1000),
                     each.thread->name);
    }
}

} // namespace

void top_command(Words words, const Output& output) {
    Arguments arguments(words);
    const bool once = arguments.take_if("-b");
    std::optional<uint64_t> interval_ns = default_interval_ns;
    if (arguments.take_if("-d"))
        interval_ns = parse_seconds(arguments.take());
    if (!interval_ns || *interval_ns == 0 || !arguments.empty())
        return output.write("Usage: top [-b] [-d SECONDS]\n");
    static Look before, now;
    before.take();
    while (terminal_read(before.time_ns + *interval_ns) < 0 && !terminal_interrupted()) {
        now.take();
        now.subtract(before);
        const uint64_t ns = now.time_ns - before.time_ns;
        before = now;
        if (!once)
            output.write("\x1b[H\x1b[2J");
        print_look(output, now, ns);
        if (once)
            return;
    }
}

} // namespace shell
