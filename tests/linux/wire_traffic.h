// SPDX-License-Identifier: GPL-2.0-or-later
// Frames that keep coming while a test does something to the card or its driver.
#pragma once

#include <atomic>
#include <future>

#include "linux_guest.h"

namespace linux_test {

/// Broadcasts and frames for card `eth`, without end, from a thread of its own. Until it is stopped or
/// destroyed the wire's sending side is its own.
class WireTraffic {
  public:
    explicit WireTraffic(LinuxGuest& guest, unsigned eth = 1);
    ~WireTraffic() { stop(); }
    void stop();
    unsigned sent() const { return sent_; }

  private:
    void run(harness::Wire& wire, unsigned eth);

    std::atomic<bool> stop_ = false;
    std::atomic<unsigned> sent_ = 0;
    std::future<void> sender_;
};

} // namespace linux_test
