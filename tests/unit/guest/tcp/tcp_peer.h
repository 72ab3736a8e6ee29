// SPDX-License-Identifier: GPL-2.0-or-later
// The other end of TCP connections: sends the segments that a test writes, in whatever order and state.
#pragma once

#include "harness/lossy_client.h"
#include "net/tcp.h"
#include "net_fixture.h"

namespace net_test {

inline constexpr uint16_t echo_port = 7, closed_port = 9;
namespace flag = harness::tcp_flag;

/// A segment that the guest sent.
struct Segment {
    harness::Tcp header;
    std::string data;
    bool has(uint8_t flags) const { return (header.flags & flags) == flags; }
};

/// The tests' end of one connection: what it has sent and seen so far.
struct Conversation {
    uint16_t port = echo_port, own_port = 40000;
    uint32_t sequence = 1000; ///< of the next byte we send
    uint32_t expected = 0;    ///< of the next byte of the guest
    uint16_t window = 60000;
};

class TcpTest : public NetTest {
  protected:
    TcpTest();
    ~TcpTest() override;

    /// With the conversation's numbers; the guest gets time to work on it.
    void send(const Conversation& with, uint8_t flags, const std::string& data = "");
    /// With other numbers, or bytes of its own.
    void send(const harness::Tcp& header, const std::string& data = "");
    void send_raw(const Bytes& segment);
    harness::Tcp header_of(const Conversation& with, uint8_t flags) const;
    /// The guest's oldest segment to `own_port`, waited for as long as it may retransmit.
    std::optional<Segment> next(uint16_t own_port, unsigned patience_ms = 10000);
    std::optional<Segment> next(const Conversation& with) { return next(with.own_port); }
    void answer_arp(const Frame& frame);
    /// Carries segments both ways until `client`, whose headers are `ip`, is done or was reset; false if that
    /// takes too long.
    bool converse(harness::LossyClient& client, const harness::Ipv4& ip);
    /// What the guest has sent so far is of no interest.
    void forget();
    /// SYN, SYN-ACK, ACK. `segment_size` 0: without that option.
    Conversation connect(uint16_t port = echo_port, uint16_t own_port = 40000, uint16_t window = 60000,
                         uint16_t segment_size = 0);
    /// Sends `data` and counts it as sent.
    void say(Conversation& with, const std::string& data);
    /// The guest's data, acknowledged, until `bytes` of them are there.
    std::string hear(Conversation& with, std::size_t bytes);
    /// Resets the connection, so that nothing of it is left in the guest.
    void drop(Conversation& with);
    int64_t counter(net::Tcp name) const;
    std::vector<net::TcpSocketInfo> connections() const;

  private:
    net::TcpCounters before_;
};

} // namespace net_test
