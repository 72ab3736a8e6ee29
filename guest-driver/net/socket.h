// SPDX-License-Identifier: GPL-2.0-or-later
// UDP sockets: bind, send, receive with a timeout, and a receive queue limited in bytes as Linux limits it.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

#include "kernel/list.h"
#include "kernel/packet_buffer.h"
#include "kernel/spinlock.h"
#include "kernel/thread.h"
#include "net/ipv4_address.h"

namespace net {

inline constexpr std::size_t default_receive_buffer = 212992; ///< Linux's rmem_default
inline constexpr uint64_t wait_forever = ~uint64_t{0};        ///< a deadline that never comes

struct Endpoint {
    Ipv4Address address;
    uint16_t port = 0;
    constexpr bool operator==(const Endpoint&) const = default;
};

enum class SocketError : uint8_t {
    None,
    AddressInUse,       ///< another socket has the port
    NoPorts,            ///< every ephemeral port is taken
    TimedOut,           ///< nothing came until the deadline
    MessageTooLong,     ///< for any datagram, or the interface's MTU is none
    NetworkUnreachable, ///< no route
    NoBuffers,          ///< out of packets
};
const char* socket_error_text(SocketError error);

/// A received datagram, still in the buffer the network card wrote it to: data is the payload.
struct Datagram {
    kernel::PacketBuffer* packet = nullptr; ///< the receiver's; nullptr: the deadline passed
    Endpoint from;
    Endpoint to;
    explicit operator bool() const { return packet != nullptr; }
};

struct ReceivedBytes {
    SocketError error = SocketError::None; ///< or TimedOut
    std::size_t copied = 0;
    std::size_t datagram = 0; ///< its whole length; what did not fit is lost, as with recvfrom()
    Endpoint from;
};

/// One row of /proc/net/udp.
struct UdpSocketInfo {
    Endpoint local, remote;
    std::size_t receive_memory;
    std::size_t receive_buffer;
    uint64_t drops;
    uint32_t inode;
};

/// Of one thread, whose task context all functions need unless said otherwise. Bound sockets receive until
/// their destruction.
class UdpSocket : public kernel::ListNode {
  public:
    UdpSocket() = default;
    ~UdpSocket();
    UdpSocket(const UdpSocket&) = delete;
    UdpSocket& operator=(const UdpSocket&) = delete;

    /// Port 0: any free ephemeral one. Address 0.0.0.0: all of ours. `device`: receives and sends there only.
    SocketError bind(Endpoint local, kernel::NetDevice* device = nullptr);
    /// Before bind(): only datagrams from `remote` will be received, and steering lets them follow the
    /// reader.
    void connect(Endpoint remote);
    Endpoint local() const { return local_; }

    SocketError send_to(Endpoint to, std::span<const std::byte> data);
    /// Sends the packet's bytes without a copy; its headroom takes the headers. Takes the packet, also when
    /// it fails.
    SocketError send_packet(Endpoint to, kernel::PacketBuffer* packet);

    /// Waits until `deadline_ns` (arch::now_ns time, or wait_forever).
    Datagram receive_packet(uint64_t deadline_ns);
    ReceivedBytes receive_from(std::span<std::byte> into, uint64_t deadline_ns);

    void set_receive_buffer(std::size_t bytes) { receive_buffer_ = bytes; }
    UdpSocketInfo info() const;

    /// How well the socket fits a datagram: 0 not at all, more is better. Under the table's lock.
    int score(Endpoint from, Endpoint to, const kernel::NetDevice* device) const;
    /// Softirq context. False: the queue is full; the packet stays the caller's.
    bool enqueue(kernel::PacketBuffer* packet);

  private:
    kernel::PacketBuffer* dequeue(uint64_t deadline_ns);
    bool has_data() const;
    /// With busy_read: looks for a packet where the last one came from, before the reader sleeps.
    void poll_device(uint64_t deadline_ns) const;
    void record_flow() const;

    Endpoint local_, remote_;
    kernel::NetDevice* device_ = nullptr;
    uint32_t inode_ = 0;
    bool bound_ = false;
    std::atomic<uint32_t> napi_id_{0}; ///< the instance that polled the last packet

    mutable kernel::SpinLock lock_; // what follows
    kernel::WaitQueue readers_;
    kernel::PacketQueue queue_;
    std::atomic<uint32_t> flow_hash_{0}; ///< of the peer's packets, if connected; read without the lock
    std::size_t receive_memory_ = 0;     ///< truesize of all that is queued
    std::size_t receive_buffer_ = default_receive_buffer;
    uint64_t drops_ = 0;
};

/// Copies one row per bound socket, returns how many.
std::size_t udp_sockets(std::span<UdpSocketInfo> into);

} // namespace net
