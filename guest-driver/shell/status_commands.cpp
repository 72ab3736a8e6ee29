// SPDX-License-Identifier: GPL-2.0-or-later
// Commands that show what the kernel knows about itself: NAPI instances, rings, drops, threads, memory, time.
#include <array>

#include "arch/clock.h"
#include "kernel/napi.h"
#include "kernel/packet_buffer.h"
#include "kernel/page_alloc.h"
#include "kernel/thread.h"
#include "shell/arguments.h"

namespace shell {

namespace {

using kernel::NetDevice;
using Number = unsigned long long;

constexpr uint64_t second_ns = 1'000'000'000;

void print_napi_state(const Output& output, uint32_t state) {
    struct Bit {
        uint32_t bit;
        const char* name;
    };
    static constexpr Bit bits[] = {
        {kernel::napi_state::sched, "SCHED"},       {kernel::napi_state::missed, "MISSED"},
        {kernel::napi_state::disable, "DISABLE"},   {kernel::napi_state::npsvc, "NPSVC"},
        {kernel::napi_state::listed, "LISTED"},     {kernel::napi_state::in_busy_poll, "IN_BUSY_POLL"},
        {kernel::napi_state::threaded, "THREADED"}, {kernel::napi_state::sched_threaded, "SCHED_THREADED"}};
    const char* separator = "";
    for (const Bit& each : bits) {
        if (!(state & each.bit))
            continue;
        output.print("%s%s", separator, each.name);
        separator = "|";
    }
    if (!*separator)
        output.write("none");
}

const char* poller_of(const kernel::Napi& napi) {
    return napi.state.load(std::memory_order_relaxed) & kernel::napi_state::threaded ? napi.thread.name.data()
                                                                                     : "NET_RX";
}

void show_napi(const Output& output, const NetDevice& device, const kernel::Napi& napi) {
    output.print("%s: id %u, polled by %s, ", device.name, napi.id, poller_of(napi));
    if (const int weight = napi.weight; weight == kernel::unlimited_weight)
        output.write("weight unlimited");
    else
        output.print("weight %d", weight);
    output.print(", CPU %u, state ", napi.owner_cpu);
    print_napi_state(output, napi.state.load(std::memory_order_relaxed));
    output.write("\n");
    const kernel::NapiStats& stats = napi.stats;
    output.print("    scheduled %llu, completed %llu, missed %llu, contract violations %llu\n",
                 static_cast<Number>(stats.schedules), static_cast<Number>(stats.completes),
                 static_cast<Number>(stats.missed), static_cast<Number>(stats.contract_violations));
    output.print("    polls %llu: %llu found less than the budget, %llu used it up; %llu by a thread, "
                 "%llu by a reader\n",
                 static_cast<Number>(stats.polls), static_cast<Number>(stats.done),
                 static_cast<Number>(stats.ndone), static_cast<Number>(stats.threaded_polls),
                 static_cast<Number>(stats.busy_polls));
    output.print("    interrupt left off %llu times, scheduled by the timer %llu times\n",
                 static_cast<Number>(stats.deferred), static_cast<Number>(stats.timer_schedules));
}

void show_ring(const Output& output, NetDevice& device) {
    if (!device.operations->ring_state)
        return output.print("%s: the driver does not tell\n", device.name);
    const kernel::RingState ring = device.operations->ring_state(device);
    output.print("%s receive:  %u descriptors, next to clean %u, next to refill %u, end of list at %u\n",
                 device.name, ring.rx_size, ring.rx_to_clean, ring.rx_to_use, ring.rx_end_of_list);
    output.print("      %u completed and not seen yet; receive unit: %s\n", ring.rx_completed, ring.rx_unit);
    output.print("     transmit: %u blocks, next to clean %u, next to use %u; command unit: %s\n",
                 ring.tx_size, ring.tx_to_clean, ring.tx_to_use, ring.command_unit);
}

char state_letter(kernel::ThreadState state) {
    switch (state) {
    case kernel::ThreadState::Running:
    case kernel::ThreadState::Ready:
        return 'R';
    case kernel::ThreadState::Waiting:
        return 'S';
    case kernel::ThreadState::Dead:
        break;
    }
    return 'X';
}

} // namespace

kernel::NetDevice* find_device(std::string_view name) {
    for (NetDevice* device : kernel::net_devices())
        if (name == device->name)
            return device;
    return nullptr;
}

void napi_command(Words, const Output& output) {
    for (const NetDevice* device : kernel::net_devices())
        if (device->napi)
            show_napi(output, *device, *device->napi);
}

void ring_command(Words, const Output& output) {
    for (NetDevice* device : kernel::net_devices())
        show_ring(output, *device);
}

void drops_command(Words words, const Output& output) {
    const bool all = words.size() > 1 && words[1] == "-a";
    bool any = false;
    for (unsigned i = 0; i < static_cast<unsigned>(kernel::DropReason::Count); i++) {
        const auto reason = static_cast<kernel::DropReason>(i);
        const uint64_t count = kernel::drop_count(reason);
        if (reason == kernel::DropReason::Consumed || (count == 0 && !all))
            continue;
        output.print("%10llu  %s\n", static_cast<Number>(count), kernel::drop_reason_name(reason));
        any = true;
    }
    if (!any)
        output.write("No packet was dropped.\n");
}

void ps_command(Words, const Output& output) {
    output.write("CPU S        TIME COMMAND\n");
    kernel::thread_for_each(
        [](const kernel::Thread& thread, void* cookie) {
            const uint64_t ms = thread.run_ns / 1'000'000;
            static_cast<const Output*>(cookie)->print(
                "%3u %c %7llu.%03llu %s\n", thread.cpu, state_letter(thread.state),
                static_cast<Number>(ms / 1000), static_cast<Number>(ms % 1000), thread.name);
        },
        const_cast<Output*>(&output));
}

void free_command(Words, const Output& output) {
    const kernel::PageCounts pages = kernel::page_counts();
    constexpr std::size_t page_kib = kernel::page_size / 1024;
    output.write("               total        used        free\n");
    output.print("Mem:     %11zu %11zu %11zu\n", pages.total * page_kib,
                 (pages.total - pages.free) * page_kib, pages.free * page_kib);
    const kernel::PacketPoolStats packets = kernel::packet_pool_stats();
    output.print("Packets: %llu in use, %llu allocated, %llu freed, %llu allocations failed\n",
                 static_cast<Number>(packets.live()), static_cast<Number>(packets.allocated),
                 static_cast<Number>(packets.freed), static_cast<Number>(packets.failed));
}

void uptime_command(Words, const Output& output) {
    const uint64_t minutes = arch::now_ns() / second_ns / 60;
    const unsigned cpus = arch::cpu_count();
    output.write("up ");
    if (minutes >= 24 * 60)
        output.print("%llu days, ", static_cast<Number>(minutes / (24 * 60)));
    if (minutes >= 60)
        output.print("%llu:%02llu", static_cast<Number>(minutes / 60 % 24),
                     static_cast<Number>(minutes % 60));
    else
        output.print("%llu min", static_cast<Number>(minutes));
    output.print(", %u CPU%s\n", cpus, cpus == 1 ? "" : "s");
}

} // namespace shell
