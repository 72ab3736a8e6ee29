// SPDX-License-Identifier: GPL-2.0-or-later
// Reassembly: finding the datagram, the place in it, and joining what is complete.
#include "net/reassembly.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernel/timer.h"
#include "net/checksum.h"
#include "net/icmp.h"
#include "net/ipv4.h"
#include "net/random.h"
#include "net/snmp.h"
#include "net/sysctl.h"

namespace net {

using kernel::DropReason;
using kernel::PacketBuffer;

namespace {

constexpr std::size_t maximum_datagram = 65535;

/// Of a fragment in a queue: data is at the payload.
uint32_t begin_of(const PacketBuffer& fragment) {
    return (ip_header(fragment).flags_offset & Ipv4Header::offset_mask) * 8u;
}
uint32_t end_of(const PacketBuffer& fragment) {
    return begin_of(fragment) + static_cast<uint32_t>(fragment.length());
}

uint32_t mix(uint32_t value) {
    value = (value ^ value >> 16) * 0x7feb352du;
    value = (value ^ value >> 15) * 0x846ca68bu;
    return value ^ value >> 16;
}

constexpr uint8_t ecn_not_capable = 1 << 0, ecn_congested = 1 << 3;

} // namespace

Reassembly::Datagram** Reassembly::bucket(const FragmentKey& key) {
    const uint32_t hash = mix(mix(mix(secret_ ^ key.source.value()) ^ key.destination.value()) ^
                              (uint32_t{key.identification} << 8 | key.protocol));
    return &buckets_[hash % buckets_.size()];
}

Reassembly::Datagram* Reassembly::find_or_create(const FragmentKey& key, uint64_t now) {
    if (in_use_ == 0)
        secret_ = random_u32();
    Datagram** const at = bucket(key);
    for (Datagram* datagram = *at; datagram; datagram = datagram->next)
        if (datagram->key == key)
            return datagram;
    if (!free_ && fresh_ == datagrams_.size())
        return nullptr;
    Datagram* created = free_ ? std::exchange(free_, free_->next) : &datagrams_[fresh_++];
    *created = {};
    created->key = key;
    created->deadline = now + uint64_t{sysctl.ipfrag_time} * kernel::hz;
    created->next = std::exchange(*at, created);
    in_use_++;
    return created;
}

void Reassembly::unlink(Datagram& datagram) {
    Datagram** at = bucket(datagram.key);
    while (*at != &datagram)
        at = &(*at)->next;
    *at = datagram.next;
    in_use_--;
    for (const PacketBuffer* fragment = datagram.first; fragment; fragment = fragment->next)
        memory_ -= fragment->truesize();
}

void Reassembly::discard(Datagram& datagram, DropReason reason) {
    while (PacketBuffer* fragment = datagram.first) {
        datagram.first = fragment->next;
        kernel::drop_packet(fragment, reason);
    }
    datagram.last = nullptr;
}

void Reassembly::release(Datagram& datagram) { datagram.next = std::exchange(free_, &datagram); }

void Reassembly::give_up(Datagram& datagram, DropReason reason) {
    unlink(datagram);
    discard(datagram, reason);
    release(datagram);
}

/// Identifications repeat: a fragment that comes long after its siblings, counted in fragments of the same
/// source, is likely one of another datagram (RFC 4963).
bool Reassembly::too_far(Datagram& datagram) {
    const uint32_t maximum = sysctl.ipfrag_max_dist;
    const uint32_t now =
        ++fragments_of_source_[mix(secret_ ^ datagram.key.source.value()) % fragments_of_source_.size()];
    const uint32_t before = std::exchange(datagram.distance, now);
    return maximum != 0 && datagram.first && now - before > maximum;
}

Reassembly::Place Reassembly::insert(Datagram& datagram, PacketBuffer* fragment) {
    const uint32_t begin = begin_of(*fragment), end = end_of(*fragment);
    PacketBuffer* before = nullptr; // the last that does not begin behind it
    if (datagram.last && begin_of(*datagram.last) <= begin)
        before = datagram.last; // as they mostly come
    else
        for (PacketBuffer* each = datagram.first; each && begin_of(*each) <= begin; each = each->next)
            before = each;
    PacketBuffer* after = before ? before->next : datagram.first;
    if (before && begin < end_of(*before)) {
        uint32_t covered = end_of(*before); // without a hole
        for (; after && begin_of(*after) == covered; after = after->next)
            covered = end_of(*after);
        return end <= covered ? Place::Duplicate : Place::Overlap;
    }
    if (after && begin_of(*after) < end)
        return Place::Overlap;
    fragment->next = after;
    (before ? before->next : datagram.first) = fragment;
    if (!after)
        datagram.last = fragment;
    return Place::Inserted;
}

/// Nothing: it is in the queue. DupFrag: the fragment alone is wrong. Else the whole datagram is.
std::optional<DropReason> Reassembly::queue(Datagram& datagram, PacketBuffer* fragment) {
    if (++datagram.fragments > reassembly_limits::fragments)
        return DropReason::Nomem;
    const Ipv4Header& header = ip_header(*fragment);
    const bool more = header.flags_offset & Ipv4Header::more_fragments;
    fragment->pull(header.header_length());
    if (more)
        fragment->trim(fragment->length() & ~std::size_t{7});
    const uint32_t end = end_of(*fragment);
    if (fragment->length() == 0 || end > maximum_datagram - sizeof(Ipv4Header))
        return DropReason::IpInhdr;
    const bool contradiction =
        more ? datagram.length_known && end > datagram.length
             : end < datagram.length || (datagram.length_known && end != datagram.length);
    if (contradiction)
        return DropReason::IpInhdr;
    switch (insert(datagram, fragment)) {
    case Place::Duplicate:
        return DropReason::DupFrag;
    case Place::Overlap:
        count(IpExt::ReasmOverlaps);
        return DropReason::FragOverlap;
    case Place::Inserted:
        break;
    }
    datagram.length = std::max(datagram.length, end);
    datagram.length_known |= !more;
    datagram.received += static_cast<uint32_t>(fragment->length());
    datagram.ecn |= static_cast<uint8_t>(1 << (header.tos & 3));
    memory_ += fragment->truesize();
    return std::nullopt;
}

/// The fragments of a complete datagram, copied one behind the other; nullptr without memory.
PacketBuffer* Reassembly::join(const Datagram& datagram) {
    const std::size_t header_length = ip_header(*datagram.first).header_length();
    PacketBuffer* whole = kernel::alloc_packet_for(header_length + datagram.length);
    if (!whole)
        return nullptr;
    whole->device = datagram.first->device;
    whole->type = datagram.first->type;
    whole->protocol = datagram.first->protocol;
    whole->network_header = whole->put(header_length);
    std::memcpy(whole->network_header, datagram.first->network_header, header_length);
    for (const PacketBuffer* each = datagram.first; each; each = each->next) {
        std::memcpy(whole->put(each->length()), each->data, each->length());
        if (each->time_ns >= whole->time_ns) { // the one that completed it
            whole->time_ns = each->time_ns;
            whole->id = each->id;
        }
    }
    Ipv4Header& header = ip_header(*whole);
    header.total_length = static_cast<uint16_t>(whole->length());
    header.flags_offset = uint16_t{0};
    if (datagram.ecn & ecn_congested)
        header.tos |= 3;
    header.checksum = uint16_t{0};
    header.checksum = checksum(whole->bytes().first(header_length));
    return whole;
}

PacketBuffer* Reassembly::finish(Datagram& datagram) {
    const std::size_t total = ip_header(*datagram.first).header_length() + datagram.length;
    // RFC 3168 5.3: who is not capable of ECN was not told of congestion, so one of the fragments lies.
    const bool lie = (datagram.ecn & ecn_congested) && (datagram.ecn & ecn_not_capable);
    const bool possible = total <= maximum_datagram && !lie;
    PacketBuffer* whole = possible ? join(datagram) : nullptr;
    count(whole ? Ip::ReasmOKs : Ip::ReasmFails);
    give_up(datagram, whole ? DropReason::Consumed : possible ? DropReason::Nomem : DropReason::IpInhdr);
    return whole;
}

PacketBuffer* Reassembly::add(PacketBuffer* fragment, uint64_t now) {
    count(Ip::ReasmReqds);
    const Ipv4Header& header = ip_header(*fragment);
    const FragmentKey key = {header.source, header.destination, header.identification, header.protocol};
    kernel::BhSpinGuard guard(lock_);
    Datagram* datagram = memory_ > sysctl.ipfrag_high_thresh ? nullptr : find_or_create(key, now);
    if (datagram && too_far(*datagram)) {
        count(Ip::ReasmFails);
        give_up(*datagram, DropReason::FragTooFar);
        datagram = find_or_create(key, now);
    }
    const auto wrong = datagram ? queue(*datagram, fragment) : DropReason::Nomem;
    if (!wrong)
        return datagram->complete() ? finish(*datagram) : nullptr;
    if (*wrong != DropReason::DupFrag) {
        count(Ip::ReasmFails);
        if (datagram)
            give_up(*datagram, *wrong);
    }
    kernel::drop_packet(fragment, *wrong);
    return nullptr;
}

void Reassembly::expire(uint64_t now) {
    if (usage().datagrams == 0)
        return;
    for (Datagram*& chain : buckets_) {
        for (;;) {
            Datagram expired;
            {
                kernel::BhSpinGuard guard(lock_);
                Datagram* datagram = chain;
                while (datagram && now < datagram->deadline)
                    datagram = datagram->next;
                if (!datagram)
                    break;
                unlink(*datagram);
                expired = *datagram;
                release(*datagram);
            }
            count(Ip::ReasmTimeout);
            count(Ip::ReasmFails);
            if (expired.first && begin_of(*expired.first) == 0) // RFC 792: else there is nothing to quote
                icmp_send_error(*expired.first, icmp_type::time_exceeded, time_exceeded_code::reassembly);
            discard(expired, DropReason::FragReasmTimeout);
        }
    }
}

void Reassembly::flush() {
    kernel::BhSpinGuard guard(lock_);
    for (Datagram*& chain : buckets_)
        while (chain)
            give_up(*chain, DropReason::QueuePurge);
}

Reassembly::Usage Reassembly::usage() {
    kernel::BhSpinGuard guard(lock_);
    return {in_use_, memory_};
}

namespace {

constinit Reassembly instance;
kernel::TimerEvent timer;
constexpr uint64_t timer_period = kernel::hz / 10;

void on_timer(void*) {
    reassembly().expire(kernel::jiffies());
    kernel::timer_arm(timer, kernel::jiffies() + timer_period);
}

} // namespace

Reassembly& reassembly() { return instance; }

void reassembly_timer_start() {
    timer.function = on_timer;
    kernel::timer_arm(timer, kernel::jiffies() + timer_period);
}

} // namespace net
