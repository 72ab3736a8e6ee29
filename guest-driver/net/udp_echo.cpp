// SPDX-License-Identifier: GPL-2.0-or-later
// The echo service (RFC 862). The answer leaves in the very buffer in which the network card put the
// question.
#include "net/udp_echo.h"

#include <optional>

#include "kernel/spinlock.h"
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

bool answers = false;

/// Between udp_echo_start() and the thread: who was told that the service is there may use it at once.
struct Start {
    kernel::SpinLock lock;
    kernel::WaitQueue queue;
    std::optional<SocketError> bound;
};

void tell(Start& start, SocketError bound) {
    kernel::IrqSpinGuard guard(start.lock);
    start.bound = bound;
    start.queue.wake_all();
}

void run(void* argument) {
    UdpSocket socket;
    const SocketError bound = socket.bind({Ipv4Address(), echo_port});
    tell(*static_cast<Start*>(argument), bound); // it is gone after this
    while (bound == SocketError::None)
        udp_echo_one(socket, wait_forever);
}

} // namespace

const char* udp_echo_start() {
    if (answers)
        return nullptr;
    Start start;
    if (!kernel::thread_create("echo", kernel::any_cpu, run, &start))
        return "no thread for the echo service";
    kernel::IrqSpinGuard guard(start.lock);
    while (!start.bound)
        start.queue.wait(start.lock);
    answers = *start.bound == SocketError::None;
    return answers ? nullptr : "the echo service's port is taken";
}

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
