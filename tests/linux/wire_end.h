// SPDX-License-Identifier: GPL-2.0-or-later
// The test's end of a card's wire, in exchanges with framecheck in the guest.
#pragma once

#include <functional>
#include <string>

#include "exchange.h"
#include "linux_guest.h"

namespace linux_test {

struct Findings {
    bool host_perfect = false, guest_perfect = false;
    std::string host, guest; ///< in words
};

/// Runs an exchange to its end. Of `plan`, as seen by the host, the addresses are filled in here.
Findings exchange_with_guest(LinuxGuest& guest, ExchangePlan plan, unsigned eth = 1);

/// The host's end alone, for an exchange whose other end was started: sends what the window allows and takes
/// what comes until `enough` holds, nothing is left to do, or nothing comes any more.
void run_host_end(
    harness::Wire& wire, Exchange& exchange, const std::function<bool()>& enough = [] { return false; });

/// Starts framecheck in the guest for the other side of `plan` and returns when it listens.
void start_framecheck(LinuxGuest& guest, const ExchangePlan& plan, unsigned eth = 1,
                      const std::string& more_options = "");

/// Sends the host's frames of `plan` as fast as QEMU takes them.
void flood(LinuxGuest& guest, ExchangePlan plan, unsigned eth = 1);

/// Throws away what the guest has sent up to now.
void drain(harness::Wire& wire);

} // namespace linux_test
