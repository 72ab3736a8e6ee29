// SPDX-License-Identifier: GPL-2.0-or-later
// The neighbour cache. Packets and requests are handed to the device only after the lock is released: the
// lock guards the table, not the transmit path.
#include "net/neighbour.h"

#include "net/arp.h"
#include "net/icmp.h"
#include "net/random.h"
#include "net/sysctl.h"

namespace net {

using kernel::NetDevice;
using kernel::PacketBuffer;
using kernel::PacketQueue;

namespace {

uint64_t deadline_of(NeighbourState state, uint64_t now) {
    switch (state) {
    case NeighbourState::Incomplete:
    case NeighbourState::Probe:
        return now + kernel::msecs_to_jiffies(sysctl.neigh_retrans_time_ms);
    case NeighbourState::Reachable: { // spread, so that machines started together do not ask together
        const uint32_t base = sysctl.neigh_base_reachable_time_ms;
        return now + kernel::msecs_to_jiffies(base / 2 + random_below(base));
    }
    case NeighbourState::Delay:
        return now + uint64_t{sysctl.neigh_delay_first_probe_time} * kernel::hz;
    default:
        return 0;
    }
}

void transmit(NetDevice& device, const MacAddress& destination, PacketBuffer* packet) {
    auto& header = push_header<EthernetHeader>(*packet);
    header = {destination, device.mac, ether_type::ipv4};
    packet->device = &device;
    kernel::dev_queue_xmit(packet);
}

/// Lower: given up first when the table is full.
int worth(NeighbourState state) {
    switch (state) {
    case NeighbourState::None:
        return 0;
    case NeighbourState::Failed:
        return 1;
    case NeighbourState::Stale:
        return 2;
    case NeighbourState::Incomplete:
        return 3;
    case NeighbourState::Permanent:
        return 5;
    default:
        return 4;
    }
}

void append(PacketQueue& to, PacketQueue& from) {
    while (PacketBuffer* packet = from.pop())
        to.push(packet);
}

void queue_pending(Neighbour& entry, PacketBuffer* packet) {
    while ((entry.pending.length() + 1) * packet->truesize() > neighbour_limits::pending_bytes)
        kernel::drop_packet(entry.pending.pop(), kernel::DropReason::NeighQueuefull);
    entry.pending.push(packet);
}

} // namespace

struct NeighbourCache::Request {
    NetDevice* device = nullptr;
    Ipv4Address address;
    MacAddress destination = broadcast_mac;
};

const char* neighbour_state_name(NeighbourState state) {
    static constexpr const char* names[] = {"NONE",  "INCOMPLETE", "REACHABLE", "STALE",
                                            "DELAY", "PROBE",      "PERMANENT", "FAILED"};
    return names[static_cast<unsigned>(state)];
}

Neighbour*& NeighbourCache::bucket(Ipv4Address address) {
    return buckets_[(address.value() * 0x9e3779b1u) >> 24];
}

Neighbour* NeighbourCache::find(const NetDevice& device, Ipv4Address address) {
    for (Neighbour* entry = bucket(address); entry; entry = entry->next)
        if (entry->address == address && entry->device == &device)
            return entry;
    return nullptr;
}

void NeighbourCache::forget(Neighbour& entry, PacketQueue& dropped) {
    append(dropped, entry.pending);
    Neighbour** at = &bucket(entry.address);
    while (*at != &entry)
        at = &(*at)->next;
    *at = entry.next;
    entry = {};
    in_use_--;
}

Neighbour* NeighbourCache::allocate(NetDevice& device, Ipv4Address address, uint64_t now,
                                    PacketQueue& evicted) {
    Neighbour* best = &entries_[0];
    for (Neighbour& entry : entries_) {
        const int difference = worth(entry.state) - worth(best->state);
        if (difference < 0 || (difference == 0 && entry.updated < best->updated))
            best = &entry;
    }
    if (best->state == NeighbourState::Permanent)
        return nullptr;
    if (best->state != NeighbourState::None)
        forget(*best, evicted);
    best->device = &device;
    best->address = address;
    best->used = now;
    best->next = bucket(address);
    bucket(address) = best;
    in_use_++;
    return best;
}

void NeighbourCache::change(Neighbour& entry, NeighbourState state, uint64_t now) {
    entry.state = state;
    entry.updated = now;
    entry.deadline = deadline_of(state, now);
    entry.probes = state == NeighbourState::Incomplete || state == NeighbourState::Probe ? 1 : 0;
}

NeighbourCache::Request NeighbourCache::request_for(const Neighbour& entry) {
    return {entry.device, entry.address, entry.state == NeighbourState::Probe ? entry.mac : broadcast_mac};
}

void NeighbourCache::send(NetDevice& device, Ipv4Address next_hop, PacketBuffer* packet, uint64_t now) {
    PacketQueue evicted;
    Request request;
    MacAddress mac{};
    bool known;
    {
        kernel::BhSpinGuard guard(lock_);
        Neighbour* entry = find(device, next_hop);
        if (!entry)
            entry = allocate(device, next_hop, now, evicted);
        if (!entry)
            return kernel::drop_packet(packet, kernel::DropReason::NeighCreatefail);
        entry->used = now;
        if (entry->state == NeighbourState::None || entry->state == NeighbourState::Failed) {
            change(*entry, NeighbourState::Incomplete, now);
            request = request_for(*entry);
        } else if (entry->state == NeighbourState::Stale) {
            change(*entry, NeighbourState::Delay, now);
        }
        known = entry->has_mac();
        if (known)
            mac = entry->mac;
        else
            queue_pending(*entry, packet);
    }
    report_failed(evicted);
    if (known)
        transmit(device, mac, packet);
    if (request.device)
        arp_request(*request.device, request.address, request.destination);
}

void NeighbourCache::learn(NetDevice& device, Ipv4Address address, const MacAddress& mac, NeighbourNews news,
                           uint64_t now) {
    PacketQueue evicted, ready;
    {
        kernel::BhSpinGuard guard(lock_);
        Neighbour* entry = find(device, address);
        if (!entry) {
            if (!news.create)
                return;
            entry = allocate(device, address, now, evicted);
        }
        if (!entry || entry->state == NeighbourState::Permanent)
            return;
        if (entry->has_mac()) {
            const bool locked = now < entry->updated + neighbour_limits::lock_time;
            if (entry->mac == mac ? news.state == NeighbourState::Stale : locked && !news.override_mac)
                return;
        }
        entry->mac = mac;
        change(*entry, news.state, now);
        append(ready, entry->pending);
    }
    report_failed(evicted);
    while (PacketBuffer* packet = ready.pop())
        transmit(device, mac, packet);
}

bool NeighbourCache::expire_one(Neighbour& entry, uint64_t now, Request& request, PacketQueue& failed) {
    const NeighbourState state = entry.state;
    if (state == NeighbourState::Reachable) {
        change(entry, NeighbourState::Stale, now);
        return false;
    }
    const uint8_t limit = state == NeighbourState::Probe ? neighbour_limits::unicast_probes
                                                         : neighbour_limits::broadcast_probes;
    if (state == NeighbourState::Delay) {
        change(entry, NeighbourState::Probe, now);
    } else if (entry.probes < limit) {
        entry.probes++;
        entry.deadline = deadline_of(state, now);
    } else {
        change(entry, NeighbourState::Failed, now);
        append(failed, entry.pending);
        return false;
    }
    request = request_for(entry);
    return true;
}

/// As Linux, only when there are many: failed ones at once, others when nobody has sent to them for long.
void NeighbourCache::collect(uint64_t now) {
    PacketQueue dropped; // nothing waits in these states
    kernel::BhSpinGuard guard(lock_);
    if (now < next_collection_)
        return;
    next_collection_ = now + neighbour_limits::collect_interval;
    const uint64_t stale_time = uint64_t{sysctl.neigh_gc_stale_time} * kernel::hz;
    for (Neighbour& entry : entries_) {
        if (in_use_ <= sysctl.neigh_gc_thresh1)
            return;
        const bool unused = entry.state == NeighbourState::Stale && now >= entry.used + stale_time;
        if (unused || entry.state == NeighbourState::Failed)
            forget(entry, dropped);
    }
}

void NeighbourCache::expire(uint64_t now) {
    collect(now);
    for (Neighbour& entry : entries_) {
        PacketQueue failed;
        Request request;
        bool ask;
        {
            kernel::BhSpinGuard guard(lock_);
            if (entry.deadline == 0 || now < entry.deadline)
                continue;
            ask = expire_one(entry, now, request, failed);
        }
        if (ask)
            arp_request(*request.device, request.address, request.destination);
        report_failed(failed);
    }
}

void NeighbourCache::report_failed(PacketQueue& failed) {
    while (PacketBuffer* packet = failed.pop()) {
        if (unreachable_)
            unreachable_(*packet);
        kernel::drop_packet(packet, kernel::DropReason::NeighFailed);
    }
}

bool NeighbourCache::set(NetDevice& device, Ipv4Address address, const MacAddress& mac, NeighbourState state,
                         uint64_t now) {
    PacketQueue evicted, ready;
    {
        kernel::BhSpinGuard guard(lock_);
        Neighbour* entry = find(device, address);
        if (!entry)
            entry = allocate(device, address, now, evicted);
        if (!entry)
            return false;
        entry->mac = mac;
        change(*entry, state, now);
        append(ready, entry->pending);
    }
    report_failed(evicted);
    while (PacketBuffer* packet = ready.pop())
        transmit(device, mac, packet);
    return true;
}

bool NeighbourCache::remove(const NetDevice& device, Ipv4Address address) {
    PacketQueue dropped;
    {
        kernel::BhSpinGuard guard(lock_);
        Neighbour* entry = find(device, address);
        if (!entry)
            return false;
        forget(*entry, dropped);
    }
    dropped.purge(kernel::DropReason::QueuePurge);
    return true;
}

void NeighbourCache::flush(const NetDevice* device, bool permanent_too) {
    PacketQueue dropped;
    {
        kernel::BhSpinGuard guard(lock_);
        for (Neighbour& entry : entries_)
            if (entry.state != NeighbourState::None && (!device || entry.device == device) &&
                (permanent_too || entry.state != NeighbourState::Permanent))
                forget(entry, dropped);
    }
    dropped.purge(kernel::DropReason::QueuePurge);
}

std::size_t NeighbourCache::list(std::span<Neighbour> into) {
    kernel::BhSpinGuard guard(lock_);
    std::size_t count = 0;
    for (const Neighbour& entry : entries_) {
        if (entry.state == NeighbourState::None || count == into.size())
            continue;
        Neighbour& copy = into[count++];
        copy = entry;
        copy.pending = {};
        copy.next = nullptr;
    }
    return count;
}

namespace {

constinit NeighbourCache cache(icmp_neighbour_failed);
kernel::TimerEvent timer;
constexpr uint64_t timer_period = kernel::hz / 10;

void on_timer(void*) {
    cache.expire(kernel::jiffies());
    kernel::timer_arm(timer, kernel::jiffies() + timer_period);
}

} // namespace

NeighbourCache& neighbours() { return cache; }

void neighbour_timer_start() {
    timer.function = on_timer;
    kernel::timer_arm(timer, kernel::jiffies() + timer_period);
}

} // namespace net
