// SPDX-License-Identifier: GPL-2.0-or-later
// UDP (RFC 768, RFC 1122 4.1): the layer between IPv4 and sockets.
#pragma once

#include "kernel/packet_buffer.h"
#include "net/headers.h"
#include "net/socket.h"

namespace net {

/// Packet of protocol 17 for us, data at the UDP header. Softirq context; takes the packet.
void udp_rcv(kernel::PacketBuffer* packet);

/// The sockets that receive. Taken with bottom halves disabled.
class UdpTable {
  public:
    /// False if the port is taken by a socket that could receive the same datagrams.
    bool insert(UdpSocket& socket, Endpoint local);
    void remove(UdpSocket& socket);
    enum class Outcome : uint8_t { Delivered, QueueFull, NoSocket };
    /// To the socket that fits best; the packet stays the caller's unless Delivered.
    Outcome deliver(Endpoint from, Endpoint to, kernel::PacketBuffer* packet);
    std::size_t list(std::span<UdpSocketInfo> into);

  private:
    kernel::SpinLock lock_;
    kernel::List<UdpSocket> sockets_;
};
UdpTable& udp_table();

} // namespace net
