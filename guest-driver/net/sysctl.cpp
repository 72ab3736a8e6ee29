// SPDX-License-Identifier: GPL-2.0-or-later
// The table of the files below /proc/sys.
#include "net/sysctl.h"

namespace net {

constinit Sysctl sysctl;

namespace {

constexpr uint32_t any = 0x7fffffff;
constexpr SysctlFile files[] = {
    {"sys/net/ipv4/conf/all/rp_filter", sysctl.rp_filter, rp_filter::off, rp_filter::loose},
    {"sys/net/ipv4/icmp_echo_ignore_all", sysctl.icmp_echo_ignore_all, 0, 1},
    {"sys/net/ipv4/icmp_echo_ignore_broadcasts", sysctl.icmp_echo_ignore_broadcasts, 0, 1},
    {"sys/net/ipv4/ip_default_ttl", sysctl.ip_default_ttl, 1, 255},
    {"sys/net/ipv4/ip_forward", sysctl.ip_forward, 0, 1},
    {"sys/net/ipv4/ipfrag_high_thresh", sysctl.ipfrag_high_thresh, 0, 64u << 20},
    {"sys/net/ipv4/ipfrag_max_dist", sysctl.ipfrag_max_dist, 0, any},
    {"sys/net/ipv4/ipfrag_time", sysctl.ipfrag_time, 0, 3600},
};

} // namespace

std::span<const SysctlFile> sysctl_files() { return files; }

} // namespace net
