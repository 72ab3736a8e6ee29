// SPDX-License-Identifier: GPL-2.0-or-later
// The host's end of a TCP transfer: a listener on the loopback interface, which a guest with user networking
// reaches as 10.0.2.2, and one connection that sends or collects bytes.
#pragma once

#include <cstdint>
#include <future>
#include <string>

#include "harness/deadline.h"
#include "harness/unix_socket.h"

namespace linux_test {

/// The checksum that `crc32` of busybox prints (IEEE 802.3 polynomial, as in zip).
uint32_t crc32(const std::string& bytes);

/// `length` bytes without regularity, the same for the same seed.
std::string noise(size_t length, uint32_t seed);

class HostTcp {
  public:
    HostTcp();

    uint16_t port() const { return port_; }
    /// Accepts one connection, sends `bytes` and closes it. The future fails with harness::Failure.
    std::future<void> send_to_next(std::string bytes, harness::Deadline deadline);
    /// Accepts one connection and collects what comes until the peer closes.
    std::future<std::string> receive_from_next(harness::Deadline deadline);

  private:
    harness::Fd accept(harness::Deadline deadline);

    harness::Fd listener_;
    uint16_t port_ = 0;
};

} // namespace linux_test
