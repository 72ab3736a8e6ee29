// SPDX-License-Identifier: GPL-2.0-or-later
// The test's end of eth1's wire.
#include "wire_end.h"

#include "harness/failure.h"

namespace linux_test {

using harness::Deadline;
using harness::Wire;
using namespace std::chrono_literals;

namespace {

constexpr auto quiet_time = 5s; // without a frame: the rest was lost

/// Sends what the window allows and takes what comes, until nothing is left to do or nothing comes any more.
void run_host_end(Wire& wire, Exchange& exchange) {
    Deadline deadline = quiet_time;
    while (!exchange.complete() && !deadline.expired()) {
        bool came = false;
        while (auto frame = wire.receive(0ms))
            came |= exchange.arrived(*frame);
        if (came)
            deadline = quiet_time;
        if (auto frame = exchange.next()) {
            wire.send(*frame);
        } else if (!came) {
            auto late = wire.receive(20ms);
            if (!late || !exchange.arrived(*late))
                exchange.idle();
        }
    }
}

} // namespace

void drain(Wire& wire) {
    while (wire.receive(0ms)) {
    }
}

void start_framecheck(LinuxGuest& guest, const ExchangePlan& plan, const std::string& more_options) {
    // Until the driver has seen the link, Linux drops what is to be sent.
    if (!guest.becomes("cat /sys/class/net/eth1/carrier", "1\n"))
        throw harness::Failure("eth1 has no link");
    drain(guest.wire());
    char peer[18];
    const auto& mac = LinuxGuest::wire_mac;
    std::snprintf(peer, sizeof peer, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
                  mac[5]);
    guest.start(std::string("framecheck eth1 --peer ") + peer + " --send " + std::to_string(plan.expect) +
                " --expect " + std::to_string(plan.send) + " --window " + std::to_string(plan.window) +
                " --seed " + std::to_string(plan.peer_seed) + " --peer-seed " + std::to_string(plan.seed) +
                " " + more_options);
    guest.console().expect_text("framecheck: ready");
}

Findings exchange_with_guest(LinuxGuest& guest, ExchangePlan plan) {
    plan.own = LinuxGuest::wire_mac;
    plan.peer = LinuxGuest::mac1;
    start_framecheck(guest, plan);
    Exchange exchange(plan);
    run_host_end(guest.wire(), exchange);
    auto result = guest.finish(60s);
    return {exchange.perfect(), result.status == 0, exchange.describe(), result.output};
}

} // namespace linux_test
