// SPDX-License-Identifier: GPL-2.0-or-later
// Frames over unix datagram sockets.
#include "wire.h"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

#include "failure.h"

namespace harness {

namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw Failure("socket path too long: " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

} // namespace

Wire::Wire(const TempDir& directory, const std::string& id)
    : id_(id), local_(directory.file(id + ".test")), remote_(directory.file(id + ".qemu")),
      socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address = address_of(local_);
    if (!socket_ || bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        fail_with_errno("binding " + local_);
    int bytes = 4 << 20; // QEMU must never have to wait for a test that looks elsewhere
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

Arguments Wire::arguments() const {
    return {"-netdev", "dgram,id=" + id_ + ",local.type=unix,local.path=" + remote_ +
                           ",remote.type=unix,remote.path=" + local_};
}

bool Wire::try_send(std::span<const uint8_t> frame) {
    sockaddr_un to = address_of(remote_);
    ssize_t sent = sendto(socket_.get(), frame.data(), frame.size(), MSG_NOSIGNAL,
                          reinterpret_cast<sockaddr*>(&to), sizeof to);
    if (sent >= 0)
        return true;
    // No such file, or nobody there: QEMU has not bound its socket yet.
    if (errno != EAGAIN && errno != ENOENT && errno != ECONNREFUSED && errno != EINTR)
        fail_with_errno("sending to " + remote_);
    return false;
}

void Wire::send(std::span<const uint8_t> frame, Deadline deadline) {
    while (!try_send(frame)) {
        if (deadline.expired())
            throw Failure("wire '" + id_ + "': QEMU takes no more frames");
        // poll(2) tells nothing about an unconnected datagram peer's queue.
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
}

std::optional<Frame> Wire::receive(Deadline deadline) {
    Frame frame(65536);
    for (;;) {
        ssize_t got = recv(socket_.get(), frame.data(), frame.size(), 0);
        if (got >= 0) {
            frame.resize(static_cast<size_t>(got));
            return frame;
        }
        if (errno != EAGAIN && errno != EINTR)
            fail_with_errno("receiving at " + local_);
        pollfd entry{socket_.get(), POLLIN, 0};
        if (poll(&entry, 1, deadline.poll_timeout()) == 0)
            return std::nullopt;
    }
}

} // namespace harness
