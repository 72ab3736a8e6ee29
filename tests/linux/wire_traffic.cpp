// SPDX-License-Identifier: GPL-2.0-or-later
// Frames that keep coming.
#include "wire_traffic.h"

#include <thread>

namespace linux_test {

using namespace std::chrono_literals;

namespace {

constexpr auto pause = 200us; // some thousand frames per second: the guest gets on with its work, too

} // namespace

WireTraffic::WireTraffic(LinuxGuest& guest, unsigned eth)
    : sender_(std::async(std::launch::async, [this, &wire = guest.wire(eth), eth] { run(wire, eth); })) {}

void WireTraffic::stop() {
    stop_ = true;
    if (sender_.valid())
        sender_.get();
}

void WireTraffic::run(harness::Wire& wire, unsigned eth) {
    harness::Pattern pattern(99, 46, 1500);
    MacAddress broadcast;
    broadcast.fill(0xff);
    while (!stop_) {
        auto frame = pattern.frame(sent_, sent_ % 8 == 0 ? broadcast : LinuxGuest::mac(eth),
                                   LinuxGuest::wire_mac(eth));
        if (wire.try_send(frame))
            sent_++;
        std::this_thread::sleep_for(pause);
    }
}

} // namespace linux_test
