// SPDX-License-Identifier: GPL-2.0-or-later
// A point in time after which waiting is a failure. Every wait in the tests has one; none sleeps for luck.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace harness {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

class Deadline {
  public:
    using Clock = std::chrono::steady_clock;

    /// From now on; implicit so that callers write `expect("...", 5s)`.
    template <typename Count, typename Unit>
    Deadline(std::chrono::duration<Count, Unit> patience) : end_(Clock::now() + patience) {}

    bool expired() const { return Clock::now() >= end_; }
    /// Never negative; for poll(2).
    std::chrono::milliseconds remaining() const {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now());
        return std::max(left, std::chrono::milliseconds(0));
    }
    int poll_timeout() const { return static_cast<int>(remaining().count()); }

  private:
    Clock::time_point end_;
};

/// Long enough for a loaded machine: a passing test never waits as long as this.
inline constexpr std::chrono::milliseconds patience = 30s;

/// Asks `condition` until it holds. False when the deadline passed first.
template <typename Condition> bool wait_until(Condition condition, Deadline deadline = patience) {
    while (!condition()) {
        if (deadline.expired())
            return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

} // namespace harness
