// SPDX-License-Identifier: GPL-2.0-or-later
// Limits the ICMP errors we send (RFC 1812 4.3.2.8): a token bucket per destination and one for all, with
// Linux's numbers, so that a flood at a closed port is not answered with a flood.
#pragma once

#include <array>
#include <cstdint>

#include "net/ipv4_address.h"

namespace net {

enum class IcmpLimit : uint8_t {
    Allowed,
    Host,   ///< this destination has had its share
    Global, ///< all together have
};

/// Not locked.
class IcmpRateLimit {
  public:
    static constexpr uint64_t host_interval_ns = 1'000'000'000; ///< one error per second and destination,
    static constexpr uint64_t host_burst = 6;                   ///< up to so many at once after a pause
    static constexpr uint64_t global_per_second = 1000;
    static constexpr uint64_t global_burst = 50;

    /// May an error be sent to `destination` now? If so, it is counted as sent.
    IcmpLimit take(Ipv4Address destination, uint64_t now_ns);

  private:
    struct Bucket {
        uint64_t tokens_ns; ///< saved time
        uint64_t last_ns;
        void refill(uint64_t now_ns, uint64_t capacity_ns);
    };
    struct Host : Bucket {
        Ipv4Address address;
    };
    Host& host(Ipv4Address address, uint64_t now_ns);

    static constexpr uint64_t global_interval_ns = 1'000'000'000 / global_per_second;
    Bucket global_{global_burst * global_interval_ns, 0};
    std::array<Host, 64> hosts_{};
};

} // namespace net
