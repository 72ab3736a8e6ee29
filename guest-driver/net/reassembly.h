// SPDX-License-Identifier: GPL-2.0-or-later
// Puts the fragments of IPv4 datagrams together (RFC 791 3.2). Hostile senders are the rule here: memory,
// time, datagrams and fragments are bounded, and a datagram whose fragments overlap is thrown away (RFC
// 5722's policy, Linux's since 2018).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "kernel/packet_buffer.h"
#include "kernel/spinlock.h"
#include "net/ipv4_address.h"

namespace net {

namespace reassembly_limits {
inline constexpr std::size_t datagrams = 1024; ///< at a time
/// Of one datagram: enough for the smallest MTU of the Internet (576). Each is looked for among those before.
inline constexpr unsigned fragments = 256;
} // namespace reassembly_limits

/// What belongs together (RFC 791 3.2).
struct FragmentKey {
    Ipv4Address source, destination;
    uint16_t identification = 0;
    uint8_t protocol = 0;
    constexpr bool operator==(const FragmentKey&) const = default;
};

/// All functions: softirq context or bottom halves disabled; `now` is kernel::jiffies().
class Reassembly {
  public:
    /// Takes a fragment: IPv4 header checked (network_header) and still in front, packet trimmed to the
    /// datagram. Returns the whole datagram (a new packet, data at its header) if this was the last that was
    /// missing, else nullptr.
    kernel::PacketBuffer* add(kernel::PacketBuffer* fragment, uint64_t now);
    /// Gives up datagrams whose time is over, and tells their senders (RFC 792).
    void expire(uint64_t now);
    /// Forgets all.
    void flush();

    struct Usage {
        std::size_t datagrams, memory;
    };
    Usage usage();

  private:
    struct Datagram {
        FragmentKey key;
        Datagram* next = nullptr; ///< in its bucket or the free list
        kernel::PacketBuffer* first = nullptr;
        kernel::PacketBuffer* last =
            nullptr; ///< fragments in the order of their offsets, data at the payload
        uint64_t deadline = 0;
        uint32_t length = 0;   ///< of the payload, as far as it is known
        uint32_t received = 0; ///< of it
        uint32_t distance = 0; ///< the source's count of fragments when the last of these came
        uint16_t fragments = 0;
        uint8_t ecn = 0; ///< one bit for each codepoint seen
        bool length_known = false;

        bool complete() const { return length_known && received == length; }
    };
    enum class Place : uint8_t { Inserted, Duplicate, Overlap };

    Datagram** bucket(const FragmentKey& key);
    Datagram* find_or_create(const FragmentKey& key, uint64_t now);
    void unlink(Datagram& datagram);
    /// Drops its fragments, when it is in no bucket any more.
    static void discard(Datagram& datagram, kernel::DropReason reason);
    void release(Datagram& datagram);                            ///< to the free list
    void give_up(Datagram& datagram, kernel::DropReason reason); ///< all three
    bool too_far(Datagram& datagram);
    Place insert(Datagram& datagram, kernel::PacketBuffer* fragment);
    std::optional<kernel::DropReason> queue(Datagram& datagram, kernel::PacketBuffer* fragment);
    static kernel::PacketBuffer* join(const Datagram& datagram);
    kernel::PacketBuffer* finish(Datagram& datagram);

    kernel::SpinLock lock_;
    std::array<Datagram, reassembly_limits::datagrams> datagrams_;
    std::array<Datagram*, 256> buckets_{};
    Datagram* free_ = nullptr;
    std::size_t fresh_ = 0; ///< those from here on were never used
    std::size_t in_use_ = 0, memory_ = 0;
    std::array<uint32_t, 256> fragments_of_source_{}; ///< by hash: sources that share a slot are taken as one
    uint32_t secret_ = 0;                             ///< so that nobody can aim at one bucket
};

/// The machine's; its timer is started by net::init().
Reassembly& reassembly();
void reassembly_timer_start();

} // namespace net
