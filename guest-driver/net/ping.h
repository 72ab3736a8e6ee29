// SPDX-License-Identifier: GPL-2.0-or-later
// Echo requests and what comes back: a socket per pinging thread, told apart by the ICMP identifier.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "kernel/list.h"
#include "kernel/packet_buffer.h"
#include "kernel/spinlock.h"
#include "kernel/thread.h"
#include "net/headers.h"

namespace net {

enum class PingError : uint8_t {
    None,
    NetworkUnreachable, ///< no route
    MessageTooLong,     ///< for any datagram, or the interface's MTU is none
    NoBuffers,          ///< out of packets
};

/// What came back for one request.
struct PingEvent {
    uint64_t time_ns;  ///< when the driver took it off the ring
    Ipv4Address from;  ///< who says so
    uint16_t sequence; ///< of the request
    uint16_t bytes;    ///< length of the ICMP message
    uint8_t type;      ///< icmp_type::echo_reply, or of the error
    uint8_t code;      ///< of the error
    uint8_t ttl;       ///< left in the answer
};

/// Of one thread; registered from construction to destruction.
class PingSocket : public kernel::ListNode {
  public:
    PingSocket();
    ~PingSocket();
    PingSocket(const PingSocket&) = delete;
    PingSocket& operator=(const PingSocket&) = delete;

    uint16_t identifier() const { return identifier_; }
    /// Sends an echo request with `size` bytes of data in Linux ping's pattern (each byte its own offset).
    /// `ttl`: instead of the sysctl's.
    PingError send(Ipv4Address destination, uint16_t sequence, std::size_t size,
                   std::optional<uint8_t> ttl = std::nullopt);
    /// Next event, or nothing when `deadline_ns` (arch::now_ns time) has passed.
    std::optional<PingEvent> receive(uint64_t deadline_ns);
    /// Events that found the queue full.
    uint64_t lost() const { return lost_; }

    /// Softirq context.
    void deliver(const PingEvent& event);

  private:
    static constexpr unsigned queue_size = 64;
    kernel::SpinLock lock_;
    kernel::WaitQueue readers_;
    std::array<PingEvent, queue_size> queue_;
    unsigned first_ = 0, queued_ = 0;
    uint64_t lost_ = 0;
    uint16_t identifier_;
};

// Called by ICMP, softirq context; none takes the packet.

/// `packet` is an echo reply, checksum verified.
void ping_echo_reply(const kernel::PacketBuffer& packet);
/// `packet` is an ICMP error, checksum verified, at least 8 bytes; it quotes the datagram it is about.
void ping_icmp_error(const kernel::PacketBuffer& packet, uint8_t type, uint8_t code);
/// A datagram of ours (possibly cut short) could not be delivered, says `from`.
void ping_undeliverable(std::span<const std::byte> datagram, Ipv4Address from, uint8_t type, uint8_t code,
                        uint8_t ttl = 64, uint16_t bytes = 0);

} // namespace net
