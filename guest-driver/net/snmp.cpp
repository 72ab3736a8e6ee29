// SPDX-License-Identifier: GPL-2.0-or-later
// Storage and names of the protocol counters.
#include "net/snmp.h"

#include "net/tcp.h"

namespace net {

constinit Counters<Ip> ip_counters;
constinit Counters<IpExt> ipext_counters;
constinit Counters<TcpExt> tcpext_counters;
constinit Counters<TcpIn> tcpin_counters;
constinit Counters<Icmp> icmp_counters;
constinit Counters<Udp> udp_counters;
constinit IcmpTypeCounters icmp_type_counters;

#define NET_COUNTER_NAME(name) #name,
const std::array<const char*, Counters<Ip>::count> ip_counter_names = {NET_IP_COUNTERS(NET_COUNTER_NAME)};
const std::array<const char*, Counters<IpExt>::count> ipext_counter_names = {
    NET_IPEXT_COUNTERS(NET_COUNTER_NAME)};
const std::array<const char*, Counters<TcpExt>::count> tcpext_counter_names = {
    NET_TCPEXT_COUNTERS(NET_COUNTER_NAME)};
const std::array<const char*, Counters<Icmp>::count> icmp_counter_names = {
    NET_ICMP_COUNTERS(NET_COUNTER_NAME)};
const std::array<const char*, Counters<Udp>::count> udp_counter_names = {NET_UDP_COUNTERS(NET_COUNTER_NAME)};
const std::array<const char*, std::tuple_size_v<TcpCounters>> tcp_counter_names = {
    NET_TCP_COUNTERS(NET_COUNTER_NAME)};

} // namespace net
