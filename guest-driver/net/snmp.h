// SPDX-License-Identifier: GPL-2.0-or-later
// Counters of the protocol layers (RFC 1213 and Linux's additions), in the names and order of /proc/net/snmp.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "arch/cpu.h"
#include "kernel/per_cpu.h"

namespace net {

#define NET_IP_COUNTERS(X)                                                                                   \
    X(InReceives)                                                                                            \
    X(InHdrErrors)                                                                                           \
    X(InAddrErrors)                                                                                          \
    X(ForwDatagrams)                                                                                         \
    X(InUnknownProtos)                                                                                       \
    X(InDiscards)                                                                                            \
    X(InDelivers)                                                                                            \
    X(OutRequests)                                                                                           \
    X(OutDiscards)                                                                                           \
    X(OutNoRoutes)                                                                                           \
    X(ReasmTimeout)                                                                                          \
    X(ReasmReqds) X(ReasmOKs) X(ReasmFails) X(FragOKs) X(FragFails) X(FragCreates) X(OutTransmits)

/// /proc/net/netstat.
#define NET_IPEXT_COUNTERS(X)                                                                                \
    X(InNoRoutes)                                                                                            \
    X(InTruncatedPkts)                                                                                       \
    X(InMcastPkts)                                                                                           \
    X(OutMcastPkts)                                                                                          \
    X(InBcastPkts)                                                                                           \
    X(OutBcastPkts)                                                                                          \
    X(InOctets)                                                                                              \
    X(OutOctets)                                                                                             \
    X(InMcastOctets)                                                                                         \
    X(OutMcastOctets)                                                                                        \
    X(InBcastOctets)                                                                                         \
    X(OutBcastOctets) X(InCsumErrors) X(InNoECTPkts) X(InECT1Pkts) X(InECT0Pkts) X(InCEPkts) X(ReasmOverlaps)

/// /proc/net/netstat; Linux keeps the source filter's counter among TCP's.
#define NET_TCPEXT_COUNTERS(X) X(IPReversePathFilter) X(TCPBacklogDrop) X(TCPBacklogCoalesce)

/// What is counted of TCP on the way to its thread; part of net/tcp.h's counters.
#define NET_TCPIN_COUNTERS(X) X(InSegs) X(InErrs) X(InCsumErrors)

#define NET_ICMP_COUNTERS(X)                                                                                 \
    X(InMsgs)                                                                                                \
    X(InErrors)                                                                                              \
    X(InCsumErrors)                                                                                          \
    X(InDestUnreachs)                                                                                        \
    X(InTimeExcds)                                                                                           \
    X(InParmProbs)                                                                                           \
    X(InSrcQuenchs)                                                                                          \
    X(InRedirects)                                                                                           \
    X(InEchos)                                                                                               \
    X(InEchoReps)                                                                                            \
    X(InTimestamps)                                                                                          \
    X(InTimestampReps)                                                                                       \
    X(InAddrMasks)                                                                                           \
    X(InAddrMaskReps)                                                                                        \
    X(OutMsgs)                                                                                               \
    X(OutErrors)                                                                                             \
    X(OutRateLimitGlobal)                                                                                    \
    X(OutRateLimitHost)                                                                                      \
    X(OutDestUnreachs)                                                                                       \
    X(OutTimeExcds)                                                                                          \
    X(OutParmProbs)                                                                                          \
    X(OutSrcQuenchs)                                                                                         \
    X(OutRedirects)                                                                                          \
    X(OutEchos) X(OutEchoReps) X(OutTimestamps) X(OutTimestampReps) X(OutAddrMasks) X(OutAddrMaskReps)

#define NET_UDP_COUNTERS(X)                                                                                  \
    X(InDatagrams)                                                                                           \
    X(NoPorts)                                                                                               \
    X(InErrors) X(OutDatagrams) X(RcvbufErrors) X(SndbufErrors) X(InCsumErrors) X(IgnoredMulti) X(MemErrors)

#define NET_COUNTER_ENUM(name) name,
enum class Ip : uint8_t { NET_IP_COUNTERS(NET_COUNTER_ENUM) Count };
enum class IpExt : uint8_t { NET_IPEXT_COUNTERS(NET_COUNTER_ENUM) Count };
enum class TcpExt : uint8_t { NET_TCPEXT_COUNTERS(NET_COUNTER_ENUM) Count };
enum class TcpIn : uint8_t { NET_TCPIN_COUNTERS(NET_COUNTER_ENUM) Count };
enum class Icmp : uint8_t { NET_ICMP_COUNTERS(NET_COUNTER_ENUM) Count };
enum class Udp : uint8_t { NET_UDP_COUNTERS(NET_COUNTER_ENUM) Count };
#undef NET_COUNTER_ENUM

/// One set of counters, kept per CPU and added up by the reader: counting takes no lock and shares no cache
/// line.
template <typename Name> class Counters {
  public:
    static constexpr std::size_t count = static_cast<std::size_t>(Name::Count);

    /// With softirqs of this CPU kept out: in one, or bottom halves disabled.
    void add(Name name, uint64_t amount = 1) {
        std::atomic<uint64_t>& counter = values_.local()[static_cast<std::size_t>(name)];
        counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    uint64_t get(Name name) const {
        uint64_t sum = 0;
        for (unsigned cpu = 0; cpu < arch::max_cpus; cpu++)
            sum += values_.of(cpu)[static_cast<std::size_t>(name)].load(std::memory_order_relaxed);
        return sum;
    }

  private:
    kernel::PerCpu<std::array<std::atomic<uint64_t>, count>> values_;
};

/// Messages by ICMP type: the IcmpMsg lines.
struct IcmpTypeCounters {
    std::array<std::atomic<uint64_t>, 256> in{}, out{};
};

extern Counters<Ip> ip_counters;
extern Counters<IpExt> ipext_counters;
extern Counters<TcpExt> tcpext_counters;
extern Counters<TcpIn> tcpin_counters;
extern Counters<Icmp> icmp_counters;
extern Counters<Udp> udp_counters;
extern IcmpTypeCounters icmp_type_counters;

inline void count(Ip name, uint64_t amount = 1) { ip_counters.add(name, amount); }
inline void count(IpExt name, uint64_t amount = 1) { ipext_counters.add(name, amount); }
inline void count(TcpExt name) { tcpext_counters.add(name); }
inline void count(TcpIn name) { tcpin_counters.add(name); }
inline void count(Icmp name) { icmp_counters.add(name); }
inline void count(Udp name) { udp_counters.add(name); }

extern const std::array<const char*, Counters<Ip>::count> ip_counter_names;
extern const std::array<const char*, Counters<IpExt>::count> ipext_counter_names;
extern const std::array<const char*, Counters<TcpExt>::count> tcpext_counter_names;
extern const std::array<const char*, Counters<Icmp>::count> icmp_counter_names;
extern const std::array<const char*, Counters<Udp>::count> udp_counter_names;

} // namespace net
