// SPDX-License-Identifier: GPL-2.0-or-later
// TCP (RFC 9293) as the services on top of it see it. The protocol itself is lwIP's (tcp_lwip.cpp); a guest
// that was built without lwIP's source has none (tcp_none.cpp).
//
// Everything happens in one thread: packets, timers, and the services' handlers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/packet_buffer.h"
#include "net/socket.h"

namespace net {

/// An established connection. TCP thread only.
class TcpConnection {
  public:
    virtual Endpoint peer() const = 0;
    /// The oldest bytes that wait to be read, in one piece; empty if none do. Valid until consume().
    virtual std::span<const std::byte> received() const = 0;
    /// Takes the first `bytes` of received(), which has as many; the peer may send others in their place.
    virtual void consume(std::size_t bytes) = 0;
    /// Copies as much of `data` as there is room for and sends it; returns how much.
    virtual std::size_t send(std::span<const std::byte> data) = 0;
    /// Nothing will come after what is unread.
    virtual bool peer_finished() const = 0;
    /// The rest is sent, then FIN. The handler is told finished() and nothing more.
    virtual void close() = 0;
    /// RST instead of what is not sent yet. The handler as above.
    virtual void abort() = 0;

  protected:
    ~TcpConnection() = default;
};

/// What a service does with one connection. Calls come in the TCP thread.
class TcpHandler {
  public:
    /// Bytes came, or there is room to send others, or the peer has finished, or the connection is new.
    virtual void progress(TcpConnection& connection) = 0;
    /// About a second has passed: the place for time limits.
    virtual void second_passed(TcpConnection& connection) = 0;
    /// The last call: closed, aborted, reset by the peer or given up.
    virtual void finished() = 0;

  protected:
    ~TcpHandler() = default;
};

/// Whose connections stay when there are too many.
enum class TcpPriority : uint8_t { Low, Normal };
struct TcpService {
    uint16_t port;
    TcpPriority priority;
    /// The handler of a new connection; nullptr refuses it.
    TcpHandler* (*accept)(TcpConnection& connection);
};

/// Starts the TCP thread; returns nullptr, or why there is no TCP. Again is harmless. Thread context, as are
/// all that follow.
const char* tcp_start();
bool tcp_available(); ///< it was started
/// `service` lives forever. nullptr, or why it cannot be reached. Again is harmless.
const char* tcp_serve(const TcpService& service);

enum class TcpState : uint8_t {
    Listen,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait
};
struct TcpSocketInfo {
    Endpoint local, remote;
    TcpState state;
    std::size_t receive_queue; ///< bytes received and not read by the service
    std::size_t send_queue;    ///< bytes that the peer has not acknowledged
};
inline constexpr std::size_t max_tcp_sockets = 64 + 4;
/// One row per listener and connection; returns how many.
std::size_t tcp_sockets(std::span<TcpSocketInfo> into);

/// The Tcp: line of /proc/net/snmp.
#define NET_TCP_COUNTERS(X)                                                                                  \
    X(RtoAlgorithm)                                                                                          \
    X(RtoMin)                                                                                                \
    X(RtoMax)                                                                                                \
    X(MaxConn)                                                                                               \
    X(ActiveOpens)                                                                                           \
    X(PassiveOpens)                                                                                          \
    X(AttemptFails)                                                                                          \
    X(EstabResets) X(CurrEstab) X(InSegs) X(OutSegs) X(RetransSegs) X(InErrs) X(OutRsts) X(InCsumErrors)
#define NET_COUNTER_ENUM(name) name,
enum class Tcp : uint8_t { NET_TCP_COUNTERS(NET_COUNTER_ENUM) Count };
#undef NET_COUNTER_ENUM
using TcpCounters = std::array<int64_t, static_cast<std::size_t>(Tcp::Count)>;
TcpCounters tcp_counters();
extern const std::array<const char*, static_cast<std::size_t>(Tcp::Count)> tcp_counter_names;

} // namespace net
