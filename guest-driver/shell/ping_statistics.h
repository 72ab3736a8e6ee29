// SPDX-License-Identifier: GPL-2.0-or-later
// What ping adds up, and its lines in iputils' format.
#pragma once

#include <cstdint>

#include "net/ping.h"
#include "shell/output.h"

namespace shell {

class PingStatistics {
  public:
    void sent() { transmitted_++; }
    void received(uint64_t rtt_us);
    void duplicate() { duplicates_++; }
    void error() { errors_++; }

    uint64_t transmitted() const { return transmitted_; }
    uint64_t received() const { return received_; }
    uint64_t errors() const { return errors_; }
    uint64_t longest_us() const { return max_us_; }
    /// "--- … ping statistics ---" and what follows. `elapsed_ms` from the first request to the last event.
    void print(const Output& output, net::Ipv4Address destination, uint64_t elapsed_ms) const;

  private:
    void print_loss(const Output& output) const;
    uint64_t variance() const;

    uint64_t transmitted_ = 0, received_ = 0, errors_ = 0, duplicates_ = 0;
    uint64_t min_us_ = ~uint64_t{0}, max_us_ = 0, sum_us_ = 0, sum_squares_ = 0;
};

/// "0.979", "12.3", "104": milliseconds with as many digits as are worth it.
void print_round_trip(const Output& output, uint64_t us);
/// One answer; `known_rtt`: the request's time is known.
void print_reply(const Output& output, const net::PingEvent& event, bool known_rtt, uint64_t rtt_us,
                 bool duplicate);
void print_icmp_error(const Output& output, const net::PingEvent& event);

} // namespace shell
