// SPDX-License-Identifier: GPL-2.0-or-later
// The table of the files below /proc/sys.
#include "net/sysctl.h"

#include "kernel/backlog.h"
#include "kernel/napi.h"

namespace net {

constinit Sysctl sysctl;

namespace {

constexpr uint32_t any = 0x7fffffff;
constexpr SysctlFile files[] = {
    {"/proc/sys/net/core/busy_read", kernel::busy_read, 0, 1'000'000},
    {"/proc/sys/net/core/dev_weight", kernel::dev_weight, 1, 65536},
    {"/proc/sys/net/core/dev_weight_rx_bias", kernel::dev_weight_rx_bias, 1, 1024},
    {"/proc/sys/net/core/netdev_budget", kernel::netdev_budget, 1, any},
    {"/proc/sys/net/core/netdev_budget_usecs", kernel::netdev_budget_usecs, 8000, 10'000'000},
    {"/proc/sys/net/core/netdev_max_backlog", kernel::netdev_max_backlog, 0, any},
    {"/proc/sys/net/ipv4/conf/all/rp_filter", sysctl.rp_filter, rp_filter::off, rp_filter::loose},
    {"/proc/sys/net/ipv4/icmp_echo_ignore_all", sysctl.icmp_echo_ignore_all, 0, 1},
    {"/proc/sys/net/ipv4/icmp_echo_ignore_broadcasts", sysctl.icmp_echo_ignore_broadcasts, 0, 1},
    {"/proc/sys/net/ipv4/ip_default_ttl", sysctl.ip_default_ttl, 1, 255},
    {"/proc/sys/net/ipv4/ip_forward", sysctl.ip_forward, 0, 1},
    {"/proc/sys/net/ipv4/ipfrag_high_thresh", sysctl.ipfrag_high_thresh, 0, 64u << 20},
    {"/proc/sys/net/ipv4/ipfrag_max_dist", sysctl.ipfrag_max_dist, 0, any},
    {"/proc/sys/net/ipv4/ipfrag_time", sysctl.ipfrag_time, 0, 3600},
    {"/proc/sys/net/ipv4/neigh/default/base_reachable_time_ms", sysctl.neigh_base_reachable_time_ms, 1'000,
     any},
    {"/proc/sys/net/ipv4/neigh/default/delay_first_probe_time", sysctl.neigh_delay_first_probe_time, 0, 3600},
    {"/proc/sys/net/ipv4/neigh/default/gc_stale_time", sysctl.neigh_gc_stale_time, 0, any},
    {"/proc/sys/net/ipv4/neigh/default/gc_thresh1", sysctl.neigh_gc_thresh1, 0, any},
    {"/proc/sys/net/ipv4/neigh/default/retrans_time_ms", sysctl.neigh_retrans_time_ms, 10, any},
};

} // namespace

std::span<const SysctlFile> sysctl_files() { return files; }

} // namespace net
