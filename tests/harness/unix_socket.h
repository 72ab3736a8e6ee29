// SPDX-License-Identifier: GPL-2.0-or-later
// File descriptors with an owner, and unix stream sockets on which the test listens and QEMU connects: the
// listener exists before QEMU starts, so nothing is lost and nothing is retried.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "deadline.h"

namespace harness {

class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Fd();
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

/// Appends what has arrived at `fd`, which does not block, to `buffer`, waiting for at least one byte. False
/// when the deadline passed. Throws Failure, in which `what` is the peer's name, when the peer has closed.
bool read_more(int fd, std::string& buffer, Deadline deadline, const std::string& what);

/// One connection, accepted on first use.
class UnixStream {
  public:
    /// Listens at `path`; `what` names the peer in failures.
    UnixStream(std::string path, std::string what);

    const std::string& path() const { return path_; }
    void write(std::string_view bytes, Deadline deadline);
    /// Takes one line without its end from `buffer`, reading more as needed. False when the deadline passed.
    bool read_line(std::string& line, Deadline deadline);

  private:
    void accept(Deadline deadline);

    std::string path_, what_;
    Fd listener_, connection_;
    std::string pending_;
};

} // namespace harness
