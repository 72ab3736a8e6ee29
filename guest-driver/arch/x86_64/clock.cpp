// SPDX-License-Identifier: GPL-2.0-or-later
// Time. The ACPI PM timer (ACPI 6.4, 4.8.3.3) is the truth; the TSC is read instead as long as both agree,
// because it costs no exit to the emulator, which gives all CPUs the same one. Tick and alarm come from each
// CPU's local APIC, whose one timer is set to whichever is due first; CPU 0 keeps the clocks.
#include "arch/clock.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "arch/cpu.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/apic.h"
#include "arch/x86_64/port_io.h"
#include "arch/x86_64/tick.h"
#include "kernel/hrtimer.h"
#include "kernel/per_cpu.h"
#include "kernel/print.h"
#include "kernel/timer.h"

namespace {

constexpr uint64_t pm_timer_hz = 3'579'545;
constexpr uint64_t ns_per_second = 1'000'000'000;
constexpr uint64_t pm_ns_multiplier = (ns_per_second << 32) / pm_timer_hz;

// The PM timer is 24 or 32 bits wide: the tick extends it before it can wrap unseen (after 4.6 s).
std::atomic<uint32_t> extension_sequence{0};
std::atomic<uint32_t> pm_last{0};
std::atomic<uint64_t> pm_total{0};

struct TscClock {
    uint64_t start = 0;      ///< TSC at 0 ns
    uint64_t multiplier = 0; ///< ns × 2^32 per count
};
TscClock tsc;
std::atomic<bool> tsc_trusted{false}; ///< once false: for ever
uint64_t pm_offset_ns =
    0; ///< of the PM timer's 0, so that a change of clock never goes back; fixed when it is read
uint64_t checked_pm_ns = 0, checked_tsc_ns = 0;

uint64_t timer_multiplier = 0; ///< counts of the local APIC's timer per ns × 2^32
std::array<uint64_t, arch::max_cpus> timer_interrupts{};

/// What the local APIC's timer is needed for. Interrupts off.
struct Due {
    uint64_t tick = 0;
    uint64_t alarm = never;
    static constexpr uint64_t never = ~uint64_t{0};
};
kernel::PerCpu<Due> due;

uint32_t pm_mask() { return x86::acpi().pm_timer_32_bits ? 0xffffffff : 0x00ffffff; }
uint32_t pm_read() { return x86::in32(x86::acpi().pm_timer_port) & pm_mask(); }

uint64_t pm_counts() {
    for (;;) {
        const uint32_t before = extension_sequence.load(std::memory_order_acquire);
        const uint32_t last = pm_last.load(std::memory_order_relaxed);
        const uint64_t total = pm_total.load(std::memory_order_relaxed);
        const uint64_t counts = total + ((pm_read() - last) & pm_mask());
        std::atomic_thread_fence(std::memory_order_acquire);
        if (!(before & 1) && extension_sequence.load(std::memory_order_relaxed) == before)
            return counts;
        arch::relax();
    }
}

/// CPU 0, interrupts off.
void extend_pm_timer() {
    const uint64_t counts = pm_counts();
    extension_sequence.fetch_add(1, std::memory_order_acq_rel);
    pm_total.store(counts, std::memory_order_relaxed);
    pm_last.store(static_cast<uint32_t>(counts) & pm_mask(), std::memory_order_relaxed);
    extension_sequence.fetch_add(1, std::memory_order_release);
}

uint64_t pm_ns() { return x86::multiply_shift32(pm_counts(), pm_ns_multiplier); }
uint64_t tsc_ns() { return x86::multiply_shift32(x86::read_tsc() - tsc.start, tsc.multiplier); }

/// All three counters at one moment.
struct Sample {
    uint64_t pm, tsc;
    uint32_t local_timer;
};
/// The host may take the CPU away between two reads: of several tries the quickest is right.
Sample take_sample() {
    Sample best{};
    for (uint64_t shortest = ~uint64_t{0}, tries = 0; tries < 16; tries++) {
        const uint64_t before = x86::read_tsc();
        const Sample sample{pm_counts(), before, x86::local_apic_timer_count()};
        const uint64_t duration = x86::read_tsc() - before;
        if (duration < shortest) {
            shortest = duration;
            best = sample;
        }
    }
    return best;
}

void measure() {
    constexpr uint64_t measured_counts = pm_timer_hz / 50; // 20 ms
    x86::local_apic_timer_start_silent(0xffffffff);
    const Sample begin = take_sample();
    while (pm_counts() - begin.pm < measured_counts)
        arch::relax();
    const Sample end = take_sample();

    const uint64_t ns = x86::multiply_shift32(end.pm - begin.pm, pm_ns_multiplier);
    const uint64_t timer_counts = begin.local_timer - end.local_timer;
    timer_multiplier = (timer_counts << 32) / ns;
    if (end.tsc > begin.tsc)
        tsc = {begin.tsc, (ns << 32) / (end.tsc - begin.tsc)};
    tsc_trusted = end.tsc > begin.tsc;
    pm_offset_ns = 0 - x86::multiply_shift32(begin.pm, pm_ns_multiplier);
}

/// Once per second: the TSC must have gone as far as the PM timer, or it is not used any more.
void check_tsc() {
    if (!tsc_trusted)
        return;
    const uint64_t pm_now = pm_ns(), tsc_now = tsc_ns();
    const uint64_t pm_passed = pm_now - checked_pm_ns, tsc_passed = tsc_now - checked_tsc_ns;
    if (pm_passed < ns_per_second)
        return;
    checked_pm_ns = pm_now;
    checked_tsc_ns = tsc_now;
    const uint64_t difference = pm_passed > tsc_passed ? pm_passed - tsc_passed : tsc_passed - pm_passed;
    if (difference <= pm_passed / 64)
        return;
    pm_offset_ns = tsc_now - pm_now;
    tsc_trusted.store(false, std::memory_order_release);
    kernel::printk("clock: the TSC went %llu ms in %llu ms; using the PM timer\n",
                   static_cast<unsigned long long>(tsc_passed / 1'000'000),
                   static_cast<unsigned long long>(pm_passed / 1'000'000));
}

void start_timer(uint64_t now) {
    constexpr uint64_t most_ns = ns_per_second; // far below what a counter of 32 bits can wait
    const uint64_t next = std::min(due.local().tick, due.local().alarm);
    uint64_t ns = next > now ? std::min(next - now, most_ns) : 0;
    ns += ns >> 14; // rather late than early, as exactly as the rate was measured: early costs an interrupt
    x86::local_apic_timer_start(static_cast<uint32_t>(x86::multiply_shift32(ns, timer_multiplier)) + 1);
}

/// CPU 0 ticks when a jiffy begins, the others one after the other behind it.
uint64_t tick_after(uint64_t now) {
    const uint64_t phase = arch::cpu_id() * (kernel::ns_per_jiffy / arch::max_cpus);
    return now - (now - phase) % kernel::ns_per_jiffy + kernel::ns_per_jiffy;
}

void tick(uint64_t now) {
    due.local().tick = tick_after(now);
    if (arch::cpu_id() == 0) {
        extend_pm_timer();
        check_tsc();
    }
    kernel::tick();
}

} // namespace

namespace x86 {

void clock_init() {
    if (acpi().pm_timer_port == 0)
        arch::die("no ACPI PM timer: nothing to measure time with");
    pm_last = pm_read();
    pm_total = pm_last.load(); // so that its low bits are always the timer's
    measure();
    checked_pm_ns = pm_ns();
    checked_tsc_ns = tsc_ns();
}

void tick_start() {
    const uint64_t now = arch::now_ns();
    due.local().tick = tick_after(now);
    local_apic_timer_unmask();
    start_timer(now);
}

void serve_timer() {
    const uint64_t now = arch::now_ns();
    timer_interrupts[arch::cpu_id()]++;
    if (now >= due.local().tick)
        tick(now);
    if (now >= due.local().alarm) {
        due.local().alarm = Due::never;
        kernel::hrtimer_interrupt();
    }
    start_timer(arch::now_ns());
    local_apic_end_of_interrupt();
}

const uint64_t* timer_interrupt_counts() { return timer_interrupts.data(); }
const char* clock_source_name() { return tsc_trusted ? "tsc" : "acpi_pm"; }

} // namespace x86

namespace arch {

uint64_t now_ns() { return tsc_trusted.load(std::memory_order_acquire) ? tsc_ns() : pm_ns() + pm_offset_ns; }

void set_alarm(uint64_t deadline_ns) {
    due.local().alarm = deadline_ns;
    start_timer(now_ns());
}

void busy_wait_us(uint32_t us) {
    const uint64_t end = now_ns() + uint64_t{us} * 1000;
    while (now_ns() < end)
        relax();
}

} // namespace arch
