// SPDX-License-Identifier: GPL-2.0-or-later
// What can be set below /proc/sys, with Linux's names and defaults.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

namespace net {

namespace rp_filter {
inline constexpr uint32_t off = 0, strict = 1, loose = 2;
}

/// Read per packet by whoever it concerns, without a lock.
struct Sysctl {
    using Value = std::atomic<uint32_t>;
    Value ip_forward{0};
    Value ip_default_ttl{64};
    Value rp_filter{rp_filter::off};
    Value icmp_echo_ignore_all{0};
    Value icmp_echo_ignore_broadcasts{1};
    Value ipfrag_time{30};              ///< seconds that fragments wait for the rest
    Value ipfrag_high_thresh{4u << 20}; ///< bytes of memory in fragments; above, they are dropped
    Value ipfrag_max_dist{64};          ///< fragments of a source between two of one datagram; 0: any number
    Value neigh_base_reachable_time_ms{30'000}; ///< on average: drawn between half and one and a half
    Value neigh_delay_first_probe_time{5};      ///< seconds that a confirmation may still come by itself
    Value neigh_gc_stale_time{60};              ///< seconds after which an unused entry may be collected
    Value neigh_gc_thresh1{128};                ///< entries up to which nothing is collected
    Value neigh_retrans_time_ms{1'000};         ///< between two requests
};
extern Sysctl sysctl;

struct SysctlFile {
    std::string_view path;
    Sysctl::Value& value;
    uint32_t minimum, maximum;
};
std::span<const SysctlFile> sysctl_files();

} // namespace net
