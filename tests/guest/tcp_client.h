// SPDX-License-Identifier: GPL-2.0-or-later
// A client on the host, for TCP ports that QEMU's user network forwards to the guest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/deadline.h"
#include "harness/unix_socket.h"

namespace guest_test {

/// A TCP port of this host that nobody uses now.
uint16_t free_tcp_port();

class TcpClient {
  public:
    /// Connected, to QEMU at least. Throws harness::Failure.
    explicit TcpClient(uint16_t port);

    int fd() const { return fd_.get(); }
    /// All of it; throws when it does not get on in time.
    void send(const std::string& bytes, harness::Deadline deadline = harness::patience);
    void finish_sending();
    /// What came next; empty: the peer closed. Nothing: it reset the connection. Throws if nothing happens.
    std::optional<std::string> receive(harness::Deadline deadline = harness::patience);
    /// Everything until the peer closes or resets.
    std::string receive_all(harness::Deadline deadline = harness::patience);
    /// Sends and receives at the same time until `bytes` have come back; returns them.
    std::string exchange(const std::string& bytes, harness::Deadline deadline);

  private:
    /// Waits; says which of `events` there are.
    short wait(short events, harness::Deadline deadline);
    harness::Fd fd_;
};

struct HttpAnswer {
    int status = 0;
    std::string head, body;
};
/// Of one answer on a connection that is closed after it.
HttpAnswer parse_http_answer(const std::string& text);
HttpAnswer http_get(uint16_t port, const std::string& path, const std::string& method = "GET");

} // namespace guest_test
