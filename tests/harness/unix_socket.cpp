// SPDX-License-Identifier: GPL-2.0-or-later
// Unix stream sockets with deadlines.
#include "unix_socket.h"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "failure.h"

namespace harness {

Fd::~Fd() {
    if (fd_ >= 0)
        close(fd_);
}

namespace {

Fd listen_at(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw Failure("socket path too long: " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd || bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(fd.get(), 1) != 0)
        fail_with_errno("listening at " + path);
    return fd;
}

bool wait_for(int fd, short events, Deadline deadline) {
    pollfd entry{fd, events, 0};
    int ready;
    do
        ready = poll(&entry, 1, deadline.poll_timeout());
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

} // namespace

bool read_more(int fd, std::string& buffer, Deadline deadline, const std::string& what) {
    char chunk[65536];
    while (wait_for(fd, POLLIN, deadline)) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got > 0) {
            buffer.append(chunk, static_cast<size_t>(got));
            return true;
        }
        if (got == 0 || errno == ECONNRESET)
            throw Failure(what + ": QEMU closed the connection");
        if (errno != EAGAIN && errno != EINTR)
            fail_with_errno(what + ": read");
    }
    return false;
}

UnixStream::UnixStream(std::string path, std::string what)
    : path_(std::move(path)), what_(std::move(what)), listener_(listen_at(path_)) {}

void UnixStream::accept(Deadline deadline) {
    if (connection_)
        return;
    if (!wait_for(listener_.get(), POLLIN, deadline))
        throw Failure(what_ + ": QEMU did not connect to " + path_);
    connection_ = Fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!connection_)
        fail_with_errno(what_ + ": accept");
}

void UnixStream::write(std::string_view bytes, Deadline deadline) {
    accept(deadline);
    while (!bytes.empty()) {
        ssize_t sent = send(connection_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent > 0)
            bytes.remove_prefix(static_cast<size_t>(sent));
        else if (errno != EAGAIN && errno != EINTR)
            fail_with_errno(what_ + ": write");
        else if (!wait_for(connection_.get(), POLLOUT, deadline))
            throw Failure(what_ + ": QEMU does not read");
    }
}

bool UnixStream::read_line(std::string& line, Deadline deadline) {
    accept(deadline);
    size_t end;
    while ((end = pending_.find('\n')) == std::string::npos)
        if (!read_more(connection_.get(), pending_, deadline, what_))
            return false;
    line = pending_.substr(0, end);
    pending_.erase(0, end + 1);
    if (!line.empty() && line.back() == '\r')
        line.pop_back();
    return true;
}

} // namespace harness
