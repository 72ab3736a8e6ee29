// SPDX-License-Identifier: GPL-2.0-or-later
// Every two seconds: link, statistics, a software interrupt against a starved ring, and a look at what hangs.
#include "arch/clock.h"
#include "driver/adapter.h"
#include "kernel/print.h"

namespace e100 {
namespace {

constexpr uint64_t period = 2 * kernel::hz;
constexpr uint64_t transmit_timeout_ns = 2'000'000'000;

/// On full seconds, so that all cards' watchdogs share one wake-up.
uint64_t next_run() {
    const uint64_t next = kernel::jiffies() + period;
    const uint64_t into_second = next % kernel::hz;
    return into_second < kernel::hz / 4 ? next - into_second : next - into_second + kernel::hz;
}

void check_link(Adapter& adapter) {
    adapter.link = adapter.phy.link();
    if (adapter.link.up == adapter.device.carrier)
        return;
    adapter.device.carrier = adapter.link.up;
    if (!(adapter.message_level & kernel::message::link))
        return;
    if (adapter.link.up)
        kernel::printk("e100: %s NIC Link is Up %s Mbps %s Duplex\n", adapter.device.name,
                       adapter.link.speed_100 ? "100" : "10", adapter.link.full_duplex ? "Full" : "Half");
    else
        kernel::printk("e100: %s NIC Link is Down\n", adapter.device.name);
}

void check_transmitter(Adapter& adapter) {
    const uint64_t oldest = adapter.commands.oldest_packet_ns();
    if (oldest && arch::now_ns() - oldest > transmit_timeout_ns)
        kernel::schedule_work(adapter.reset_work);
}

void watch(void* cookie) {
    Adapter& adapter = *static_cast<Adapter*>(cookie);
    if (!adapter.running)
        return;
    check_link(adapter);
    adapter.scb.raise_software_interrupt(); // the poll that follows refills a ring that ran out of memory
    adapter.statistics.update(adapter.scb, adapter.device.stats);
    if (adapter.generation == Generation::I82557)
        load_multicast(adapter); // brings a receiver back that locked up on garbage (82557 erratum)
    check_transmitter(adapter);
    kernel::timer_arm(adapter.watchdog, next_run());
}

/// The chip holds on to a packet for too long: start it anew.
void reset_after_timeout(void* cookie) {
    Adapter& adapter = *static_cast<Adapter*>(cookie);
    kernel::MutexGuard guard(adapter.configuration);
    if (!adapter.running)
        return;
    adapter.counters.tx_timeouts++;
    kernel::printk("e100: %s transmit timed out, resetting\n", adapter.device.name);
    down(adapter);
    if (const Error error = up(adapter); error != Error::None)
        return kernel::printk("e100: %s did not come back: %s\n", adapter.device.name, error_text(error));
    kernel::netif_wake_queue(adapter.device);
}

} // namespace

void start_watchdog(Adapter& adapter) {
    adapter.reset_work.function = reset_after_timeout;
    adapter.reset_work.argument = &adapter;
    adapter.watchdog.function = watch;
    adapter.watchdog.argument = &adapter;
    adapter.running = true;
    kernel::timer_arm(adapter.watchdog, kernel::jiffies());
}

void stop_watchdog(Adapter& adapter) {
    adapter.running = false;
    kernel::timer_cancel(adapter.watchdog);
    kernel::timer_cancel(adapter.watchdog); // it may have armed itself again while the first call waited
}

} // namespace e100
