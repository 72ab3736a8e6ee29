// SPDX-License-Identifier: GPL-2.0-or-later
// The test's end of a card's wire.
#include "wire_end.h"

#include "harness/failure.h"

namespace linux_test {

using harness::Deadline;
using harness::Wire;
using namespace std::chrono_literals;

namespace {

constexpr auto quiet_time = 5s; // without a frame: the rest was lost

} // namespace

void run_host_end(Wire& wire, Exchange& exchange, const std::function<bool()>& enough) {
    Deadline deadline = quiet_time;
    while (!exchange.complete() && !deadline.expired() && !enough()) {
        bool came = false;
        while (auto frame = wire.receive(0ms))
            came |= exchange.arrived(*frame);
        if (came)
            deadline = quiet_time;
        if (auto frame = exchange.next()) {
            wire.send(*frame);
        } else if (!came) {
            auto late = wire.receive(Exchange::idle_time);
            if (!late || !exchange.arrived(*late))
                exchange.idle();
        }
    }
}

void drain(Wire& wire) {
    while (wire.receive(0ms)) {
    }
}

void start_framecheck(LinuxGuest& guest, const ExchangePlan& plan, unsigned eth,
                      const std::string& more_options) {
    auto interface = "eth" + std::to_string(eth);
    // Until the driver has seen the link, Linux drops what is to be sent.
    if (!guest.becomes("cat /sys/class/net/" + interface + "/carrier", "1\n"))
        throw harness::Failure(interface + " has no link");
    drain(guest.wire(eth));
    guest.start("framecheck " + interface + " --peer " + to_string(LinuxGuest::wire_mac(eth)) + " --send " +
                std::to_string(plan.expect) + " --expect " + std::to_string(plan.send) + " --window " +
                std::to_string(plan.window) + " --seed " + std::to_string(plan.peer_seed) + " --peer-seed " +
                std::to_string(plan.seed) + " " + more_options);
    guest.console().expect_text("framecheck: ready");
}

Findings exchange_with_guest(LinuxGuest& guest, ExchangePlan plan, unsigned eth) {
    plan.own = LinuxGuest::wire_mac(eth);
    plan.peer = LinuxGuest::mac(eth);
    start_framecheck(guest, plan, eth);
    Exchange exchange(plan);
    run_host_end(guest.wire(eth), exchange);
    auto result = guest.finish(60s);
    return {exchange.perfect(), result.status == 0, exchange.describe(), result.output};
}

void flood(LinuxGuest& guest, ExchangePlan plan, unsigned eth) {
    plan.own = LinuxGuest::wire_mac(eth);
    plan.peer = LinuxGuest::mac(eth);
    Exchange exchange(plan);
    while (auto frame = exchange.next())
        guest.wire(eth).send(*frame);
}

} // namespace linux_test
