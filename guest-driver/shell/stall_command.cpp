// SPDX-License-Identifier: GPL-2.0-or-later
// stall: a CPU that takes no interrupts for a while, as when firmware or a careless driver has it.
#include <array>
#include <atomic>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/command_line.h"
#include "kernel/smp.h"
#include "shell/arguments.h"

namespace shell {

namespace {

constexpr uint32_t longest_ms = 60'000;

struct Stall {
    kernel::RemoteCall call;
    std::atomic<uint32_t> ms{0}; ///< 0: the CPU is not stalled
};
std::array<Stall, arch::max_cpus> stalls; ///< one of each CPU

void wait_out(void* argument) {
    auto& stall = *static_cast<Stall*>(argument);
    arch::busy_wait_us(stall.ms * 1000);
    stall.ms = 0;
}

} // namespace

void stall_command(Words words, const Output& output) {
    Arguments arguments(words);
    const auto cpu = kernel::parse_number(arguments.take()), ms = kernel::parse_number(arguments.take());
    if (!cpu || !ms || *ms > longest_ms || !arguments.empty())
        return output.print("Usage: stall CPU MILLISECONDS, up to %u\n", longest_ms);
    if (*cpu >= arch::cpu_count())
        return output.print("stall: there is no CPU %u.\n", *cpu);
    Stall& stall = stalls[*cpu];
    uint32_t not_stalled = 0;
    if (!stall.ms.compare_exchange_strong(not_stalled, *ms))
        return output.print("stall: CPU %u is stalled already.\n", *cpu);
    stall.call.function = wait_out;
    stall.call.argument = &stall;
    kernel::call_async(*cpu, stall.call);
}

} // namespace shell
