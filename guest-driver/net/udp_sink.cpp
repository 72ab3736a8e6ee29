// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/udp_sink.h"

#include <new>

#include "arch/clock.h"
#include "kernel/thread.h"
#include "net/socket.h"

namespace net {
namespace {

alignas(UdpSocket) std::byte place[sizeof(UdpSocket)]; // for ever: nothing ends it
uint64_t price_ns = 0;
bool runs = false;

void consume(void* argument) {
    auto& socket = *static_cast<UdpSocket*>(argument);
    for (;;) {
        const Datagram datagram = socket.receive_packet(wait_forever);
        const uint64_t end = kernel::thread_cpu_ns() + price_ns;
        kernel::consume_packet(datagram.packet);
        for (uint64_t now; (now = kernel::thread_cpu_ns()) < end;)
            arch::spin_for_part_of(end - now);
    }
}

} // namespace

const char* udp_sink_start(uint16_t port, uint64_t datagram_ns) {
    if (runs)
        return "there is one already";
    auto* socket = new (place) UdpSocket;
    if (const SocketError error = socket->bind({{}, port}); error != SocketError::None) {
        socket->~UdpSocket();
        return socket_error_text(error);
    }
    price_ns = datagram_ns;
    runs = kernel::thread_create("sink", 0, consume, socket) != nullptr;
    return runs ? nullptr : "no thread";
}

} // namespace net
