// SPDX-License-Identifier: GPL-2.0-or-later
// The host's end of a TCP transfer.
#include "host_tcp.h"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <random>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/failure.h"

namespace linux_test {

using harness::Deadline;
using harness::fail_with_errno;
using harness::Failure;
using harness::Fd;

namespace {

void wait_for(const Fd& socket, short events, Deadline deadline, const char* what) {
    pollfd entry{socket.get(), events, 0};
    int ready;
    while ((ready = poll(&entry, 1, deadline.poll_timeout())) < 0 && errno == EINTR) {
    }
    if (ready == 0)
        throw Failure(std::string("TCP to the guest: no progress in time while ") + what);
}

} // namespace

uint32_t crc32(const std::string& bytes) {
    static const auto table = [] {
        std::array<uint32_t, 256> result;
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value >> 1) ^ (value & 1 ? 0xedb88320u : 0);
            result[i] = value;
        }
        return result;
    }();
    uint32_t crc = ~0u;
    for (char byte : bytes)
        crc = (crc >> 8) ^ table[(crc ^ static_cast<uint8_t>(byte)) & 0xff];
    return ~crc;
}

std::string noise(size_t length, uint32_t seed) {
    std::mt19937 generator(seed);
    std::string bytes(length, '\0');
    for (auto& byte : bytes)
        byte = static_cast<char>(generator() & 0xff);
    return bytes;
}

HostTcp::HostTcp() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_.get(), generic, length) != 0 || listen(listener_.get(), 1) != 0 ||
        getsockname(listener_.get(), generic, &length) != 0)
        fail_with_errno("a TCP listener on the loopback interface");
    port_ = ntohs(address.sin_port);
}

Fd HostTcp::accept(Deadline deadline) {
    wait_for(listener_, POLLIN, deadline, "waiting for the connection");
    Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!connection)
        fail_with_errno("accept");
    return connection;
}

std::future<void> HostTcp::send_to_next(std::string bytes, Deadline deadline) {
    return std::async(std::launch::async, [this, bytes = std::move(bytes), deadline] {
        Fd connection = accept(deadline);
        for (size_t sent = 0; sent < bytes.size();) {
            wait_for(connection, POLLOUT, deadline, "sending");
            ssize_t n = send(connection.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (n < 0 && errno != EAGAIN)
                fail_with_errno("TCP to the guest: send");
            sent += n > 0 ? static_cast<size_t>(n) : 0;
        }
    });
}

std::future<std::string> HostTcp::receive_from_next(Deadline deadline) {
    return std::async(std::launch::async, [this, deadline] {
        Fd connection = accept(deadline);
        std::string bytes;
        std::array<char, 65536> buffer;
        for (;;) {
            wait_for(connection, POLLIN, deadline, "receiving");
            ssize_t n = recv(connection.get(), buffer.data(), buffer.size(), 0);
            if (n == 0)
                return bytes;
            if (n < 0 && errno != EAGAIN)
                fail_with_errno("TCP from the guest: recv");
            bytes.append(buffer.data(), n > 0 ? static_cast<size_t>(n) : 0);
        }
    });
}

} // namespace linux_test
