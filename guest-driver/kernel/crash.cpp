// SPDX-License-Identifier: GPL-2.0-or-later
// Crashes on purpose.
#include "kernel/crash.h"

#include <algorithm>
#include <iterator>

#include "arch/cpu.h"
#include "kernel/context.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"

namespace kernel {

namespace {

volatile unsigned deeper = 1;

void write_to_null() {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
}

unsigned overflow_stack(unsigned depth) {
    volatile unsigned local = depth;
    return deeper ? overflow_stack(depth + 1) + local : local;
}

void die_in_softirq() { arch::die("asked for in softirq context"); }

constexpr std::string_view ways[] = {"die", "null", "stack", "softirq"};

} // namespace

bool crash(std::string_view way) {
    if (way == "die") {
        arch::die("asked for");
    } else if (way == "null") {
        write_to_null();
    } else if (way == "stack") {
        overflow_stack(0);
    } else if (way == "softirq") {
        open_softirq(Softirq::Hi, die_in_softirq);
        {
            BhGuard guard; // or it would be a tick's choice whether ksoftirqd or the tick's exit runs it
            raise_softirq(Softirq::Hi);
        }
        for (;;) // where the policy leaves softirqs to ksoftirqd
            yield();
    }
    return false;
}

bool crash_on(unsigned cpu, std::string_view way) {
    const auto* known = std::find(std::begin(ways), std::end(ways), way);
    if (cpu >= arch::cpu_count() || known == std::end(ways))
        return false;
    return thread_create(
        "crash", cpu, [](void* chosen) { crash(*static_cast<const std::string_view*>(chosen)); },
        const_cast<std::string_view*>(known));
}

} // namespace kernel
