// SPDX-License-Identifier: GPL-2.0-or-later
// /proc files about interrupts, softirqs and the machine.
#include <array>

#include "arch/clock.h"
#include "arch/command_line.h"
#include "kernel/page_alloc.h"
#include "kernel/thread.h"
#include "shell/proc_files.h"

namespace shell {

namespace {

constexpr unsigned label_width = 3;
constexpr uint64_t second_ns = 1'000'000'000;

/// "IO-APIC" and "10-fasteoi" of "IO-APIC  10-fasteoi".
struct ChipAndTrigger {
    std::string_view chip, line, trigger;
};
ChipAndTrigger take_apart(std::string_view text) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    std::string_view rest = text.substr(blank);
    while (rest.starts_with(' '))
        rest.remove_prefix(1);
    const std::size_t dash = std::min(rest.find('-'), rest.size());
    return {text.substr(0, blank), rest.substr(0, dash),
            dash < rest.size() ? rest.substr(dash + 1) : std::string_view()};
}

void pad(const Output& output, std::size_t count) {
    while (count-- > 0)
        output.write(" ");
}
void write_right(const Output& output, std::string_view text, std::size_t width) {
    pad(output, width > text.size() ? width - text.size() : 0);
    output.write(text);
}
void write_left(const Output& output, std::string_view text, std::size_t width) {
    output.write(text);
    pad(output, width > text.size() ? width - text.size() : 0);
}

/// Nanoseconds as seconds with two decimals.
void print_seconds(const Output& output, uint64_t ns) {
    output.print("%llu.%02llu", static_cast<unsigned long long>(ns / second_ns),
                 static_cast<unsigned long long>(ns % second_ns / (second_ns / 100)));
}

uint64_t idle_ns() {
    uint64_t sum = 0;
    kernel::thread_for_each(
        [](const kernel::Thread& thread, void* cookie) {
            if (std::string_view(thread.name).starts_with("idle"))
                *static_cast<uint64_t*>(cookie) += thread.run_ns;
        },
        &sum);
    return sum;
}

} // namespace

void format_cpu_header(const Output& output, unsigned indent, unsigned cpus) {
    pad(output, indent);
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        output.print("CPU%-8u", cpu);
    output.write("\n");
}

void format_interrupt_row(const Output& output, const arch::IrqLine& line, unsigned cpus) {
    output.print("%*s:", static_cast<int>(label_width), line.label);
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        output.print(" %10llu", static_cast<unsigned long long>(line.counts[cpu]));
    const ChipAndTrigger parts = take_apart(line.chip_and_trigger);
    if (parts.chip.empty())
        return output.print("   %s\n", line.names);
    output.write("  ");
    write_right(output, parts.chip, 8);
    output.write(" ");
    write_right(output, parts.line, label_width);
    output.write("-");
    write_left(output, parts.trigger, 8);
    output.print("  %s\n", line.names);
}

void show_interrupts(const Output& output) {
    format_cpu_header(output, label_width + 8, arch::cpu_count());
    arch::for_each_irq_line(
        [](const arch::IrqLine& line, void* cookie) {
            format_interrupt_row(*static_cast<const Output*>(cookie), line, arch::cpu_count());
        },
        const_cast<Output*>(&output));
}

void format_softirq_row(const Output& output, const char* name, std::span<const uint64_t> counts) {
    output.print("%12s:", name);
    for (uint64_t count : counts)
        output.print(" %10llu", static_cast<unsigned long long>(count));
    output.write("\n");
}

void show_softirqs(const Output& output) {
    const unsigned cpus = arch::cpu_count();
    format_cpu_header(output, 20, cpus);
    for (unsigned vector = 0; vector < kernel::softirq_count; vector++) {
        std::array<uint64_t, arch::max_cpus> counts{};
        for (unsigned cpu = 0; cpu < cpus; cpu++)
            counts[cpu] = kernel::softirq_stats(cpu).executed[vector];
        format_softirq_row(output, kernel::softirq_names[vector], std::span(counts).first(cpus));
    }
}

void show_version(const Output& output) {
    output.print("e100 guest (%s), HZ=%llu\n", __VERSION__, static_cast<unsigned long long>(kernel::hz));
}

void show_uptime(const Output& output) {
    print_seconds(output, arch::now_ns());
    output.write(" ");
    print_seconds(output, idle_ns());
    output.write("\n");
}

void show_cmdline(const Output& output) { output.print("%s\n", arch::command_line()); }

void show_meminfo(const Output& output) {
    const kernel::PageCounts pages = kernel::page_counts();
    constexpr unsigned long page_kib = kernel::page_size / 1024;
    output.print("MemTotal:       %8lu kB\n", static_cast<unsigned long>(pages.total * page_kib));
    output.print("MemFree:        %8lu kB\n", static_cast<unsigned long>(pages.free * page_kib));
}

} // namespace shell
