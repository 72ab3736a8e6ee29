// SPDX-License-Identifier: GPL-2.0-or-later
// The echo service (RFC 862). The answer leaves in the very buffer in which the network card put the
// question.
#include "net/udp_echo.h"

#include "kernel/print.h"
#include "kernel/thread.h"
#include "net/interface.h"

namespace net {

namespace {

constexpr uint16_t first_user_port = 1024;

/// Answering another service (the echo service of another machine, say) could go on for ever; answering what
/// was sent to everybody would multiply it.
bool may_be_answered(const Datagram& datagram) {
    return datagram.from.port >= first_user_port && is_local_address(datagram.to.address);
}

void run(void*) {
    UdpSocket socket;
    const SocketError error = socket.bind({Ipv4Address(), echo_port});
    if (error != SocketError::None) {
        kernel::printk("echo: cannot bind UDP port %u: %s\n", echo_port, socket_error_text(error));
        return;
    }
    for (;;)
        udp_echo_one(socket, wait_forever);
}

} // namespace

bool udp_echo_start() { return kernel::thread_create("echo", 0, run, nullptr) != nullptr; }

bool udp_echo_one(UdpSocket& socket, uint64_t deadline_ns) {
    const Datagram datagram = socket.receive_packet(deadline_ns);
    if (!datagram.packet)
        return false;
    if (!may_be_answered(datagram)) {
        kernel::consume_packet(datagram.packet);
        return false;
    }
    return socket.send_packet(datagram.from, datagram.packet) == SocketError::None;
}

} // namespace net
