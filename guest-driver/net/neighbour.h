// SPDX-License-Identifier: GPL-2.0-or-later
// The neighbour cache: which MAC address an on-link IPv4 address has, what is known about it, and the packets
// that wait for the answer. Linux's states and timeouts (those that can be set are in net/sysctl.h).
#pragma once

#include <array>
#include <cstdint>

#include "kernel/net_device.h"
#include "kernel/packet_buffer.h"
#include "kernel/spinlock.h"
#include "kernel/timer.h"
#include "net/headers.h"
#include "net/ipv4_address.h"

namespace net {

enum class NeighbourState : uint8_t {
    None,       ///< slot is free
    Incomplete, ///< asked by broadcast, no answer yet; packets wait
    Reachable,  ///< answered us lately
    Stale,      ///< known, but not confirmed lately
    Delay,      ///< used while stale: a confirmation may still come by itself
    Probe,      ///< asked by unicast whether it is still there
    Permanent,  ///< entered by hand, never asked
    Failed,     ///< did not answer
};
const char* neighbour_state_name(NeighbourState state); ///< as `ip neigh` prints it

struct Neighbour {
    kernel::NetDevice* device = nullptr;
    Ipv4Address address;
    MacAddress mac{};
    NeighbourState state = NeighbourState::None;
    uint8_t probes = 0;    ///< requests sent in this state
    uint64_t updated = 0;  ///< jiffies of the last change of `mac` or `state`
    uint64_t used = 0;     ///< … when a packet was last sent to it, or it was created
    uint64_t deadline = 0; ///< jiffies at which the state ends, where it does
    kernel::PacketQueue pending;
    Neighbour* next = nullptr; ///< with the same hash

    bool has_mac() const { return state >= NeighbourState::Reachable && state <= NeighbourState::Permanent; }
};

namespace neighbour_limits {
inline constexpr std::size_t entries = 256;
inline constexpr std::size_t pending_bytes = 212992; ///< of truesize, per neighbour
inline constexpr uint8_t broadcast_probes = 3, unicast_probes = 3;
inline constexpr uint64_t collect_interval = 15 * kernel::hz;
inline constexpr uint64_t lock_time = 1 * kernel::hz; ///< an answer cannot be overridden for so long
} // namespace neighbour_limits

/// What a received ARP message says about its sender.
struct NeighbourNews {
    NeighbourState state; ///< Reachable or Stale
    bool create;          ///< also if nobody asked
    bool override_mac;    ///< even within the lock time
};

/// All functions: softirq context or bottom halves disabled; `now` is kernel::jiffies().
class NeighbourCache {
  public:
    /// `unreachable` is told of each packet that is about to be dropped because nobody answered.
    explicit constexpr NeighbourCache(void (*unreachable)(kernel::PacketBuffer&))
        : unreachable_(unreachable) {}

    /// Sends an IPv4 packet to a neighbour, at once or when its MAC address is known. Takes the packet.
    void send(kernel::NetDevice& device, Ipv4Address next_hop, kernel::PacketBuffer* packet, uint64_t now);
    void learn(kernel::NetDevice& device, Ipv4Address address, const MacAddress& mac, NeighbourNews news,
               uint64_t now);
    /// Repeats requests and ends states whose time has come; collects what nobody needs.
    void expire(uint64_t now);
    /// Enters what a person says; a Permanent one is not changed by what is received. False: no room.
    bool set(kernel::NetDevice& device, Ipv4Address address, const MacAddress& mac, NeighbourState state,
             uint64_t now);
    /// False if there is no such entry. Waiting packets are dropped.
    bool remove(const kernel::NetDevice& device, Ipv4Address address);
    /// Forgets every entry of a device (nullptr: of all); waiting packets are dropped.
    void flush(const kernel::NetDevice* device, bool permanent_too = true);

    /// Copies without the pending queue; returns how many.
    std::size_t list(std::span<Neighbour> into);

  private:
    struct Request; // an ARP request to send once the lock is released
    Neighbour*& bucket(Ipv4Address address);
    Neighbour* find(const kernel::NetDevice& device, Ipv4Address address);
    /// nullptr: every entry is permanent.
    Neighbour* allocate(kernel::NetDevice& device, Ipv4Address address, uint64_t now,
                        kernel::PacketQueue& evicted);
    /// Frees the slot; its packets go to `dropped`.
    void forget(Neighbour& entry, kernel::PacketQueue& dropped);
    void collect(uint64_t now);
    static void change(Neighbour& entry, NeighbourState state, uint64_t now);
    static Request request_for(const Neighbour& entry);
    bool expire_one(Neighbour& entry, uint64_t now, Request& request, kernel::PacketQueue& failed);
    void report_failed(kernel::PacketQueue& failed);

    kernel::SpinLock lock_;
    std::array<Neighbour, neighbour_limits::entries> entries_;
    std::array<Neighbour*, 256> buckets_{};
    std::size_t in_use_ = 0;
    uint64_t next_collection_ = 0;
    void (*unreachable_)(kernel::PacketBuffer&);
};

/// The machine's cache; its timer is started by net::init().
NeighbourCache& neighbours();
void neighbour_timer_start();

} // namespace net
