// SPDX-License-Identifier: GPL-2.0-or-later
#include "tcp_client.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

#include "harness/failure.h"
#include "network.h"

namespace guest_test {

using harness::Deadline;
using harness::fail_with_errno;
using harness::Failure;

namespace {

harness::Fd tcp_socket(int flags) {
    harness::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (!fd)
        fail_with_errno("socket");
    return fd;
}

} // namespace

uint16_t free_tcp_port() {
    const harness::Fd fd = tcp_socket(0);
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
        fail_with_errno("a TCP port");
    return ntohs(address.sin_port);
}

TcpClient::TcpClient(uint16_t port) : fd_(tcp_socket(SOCK_NONBLOCK)) {
    const sockaddr_in address = loopback(port);
    if (connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS)
        fail_with_errno("connecting to QEMU");
    wait(POLLOUT, harness::patience);
}

short TcpClient::wait(short events, Deadline deadline) {
    pollfd entry{fd_.get(), events, 0};
    int ready;
    while ((ready = poll(&entry, 1, deadline.poll_timeout())) < 0 && errno == EINTR) {
    }
    if (ready <= 0)
        throw Failure("TCP to the guest: nothing happens");
    return entry.revents;
}

void TcpClient::send(const std::string& bytes, Deadline deadline) {
    for (size_t sent = 0; sent < bytes.size();) {
        wait(POLLOUT, deadline);
        const ssize_t n = ::send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            fail_with_errno("TCP to the guest: send");
        sent += n > 0 ? static_cast<size_t>(n) : 0;
    }
}

void TcpClient::finish_sending() { shutdown(fd_.get(), SHUT_WR); }

std::optional<std::string> TcpClient::receive(Deadline deadline) {
    std::string bytes(1 << 16, '\0');
    for (;;) {
        wait(POLLIN, deadline);
        const ssize_t n = recv(fd_.get(), bytes.data(), bytes.size(), 0);
        if (n < 0 && errno == EAGAIN)
            continue;
        if (n < 0)
            return std::nullopt;
        bytes.resize(static_cast<size_t>(n));
        return bytes;
    }
}

std::string TcpClient::receive_all(Deadline deadline) {
    std::string all;
    for (auto piece = receive(deadline); piece && !piece->empty(); piece = receive(deadline))
        all += *piece;
    return all;
}

std::string TcpClient::exchange(const std::string& bytes, Deadline deadline) {
    std::string back;
    size_t sent = 0;
    while (back.size() < bytes.size()) {
        const short events = wait(sent < bytes.size() ? POLLIN | POLLOUT : POLLIN, deadline);
        if (events & POLLOUT) {
            const ssize_t n = ::send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            sent += n > 0 ? static_cast<size_t>(n) : 0;
        }
        if (events & (POLLIN | POLLHUP | POLLERR)) {
            const auto piece = receive(deadline);
            if (!piece || piece->empty())
                break;
            back += *piece;
        }
    }
    return back;
}

HttpAnswer parse_http_answer(const std::string& text) {
    HttpAnswer answer;
    const size_t end = text.find("\r\n\r\n");
    if (text.rfind("HTTP/1.1 ", 0) != 0 || end == std::string::npos)
        throw Failure("no answer of HTTP: " + text.substr(0, 200));
    answer.status = std::stoi(text.substr(9));
    answer.head = text.substr(0, end + 2);
    answer.body = text.substr(end + 4);
    return answer;
}

HttpAnswer http_get(uint16_t port, const std::string& path, const std::string& method) {
    TcpClient client(port);
    client.send(method + " " + path + " HTTP/1.1\r\nHost: guest\r\nConnection: close\r\n\r\n");
    return parse_http_answer(client.receive_all());
}

} // namespace guest_test
