// SPDX-License-Identifier: GPL-2.0-or-later
// The DHCP client's states and times (RFC 2131 4.4). It sends, receives and waits for nothing itself: the
// caller tells it the time and what arrived, and sends what it returns.
#pragma once

#include <cstdint>
#include <optional>

#include "net/dhcp_message.h"
#include "net/interface.h"

namespace net {

enum class DhcpState : uint8_t { Init, Selecting, Requesting, Bound, Renewing, Rebinding };
const char* dhcp_state_name(DhcpState state);

struct DhcpLease {
    InterfaceAddress address;
    std::optional<Ipv4Address> gateway, dns;
    Ipv4Address server;
    uint64_t obtained_ns;                 ///< when the request was sent: the lease counts from there
    uint64_t renew_ns, rebind_ns, end_ns; ///< forever_ns: never
};

enum class DhcpOutcome : uint8_t {
    Nothing, ///< go on
    Bound,   ///< a lease: configure the interface
    Renewed, ///< the same address for longer
    Lost,    ///< refused or run out: the address must go
};

class DhcpClient {
  public:
    static constexpr uint64_t forever_ns = ~uint64_t{0};
    static constexpr uint64_t second_ns = 1'000'000'000;
    static constexpr uint32_t shortest_lease_seconds = 10; ///< a shorter one would be renewed without end
    static constexpr unsigned request_tries = 4;

    /// `random` gives transaction ids and jitter.
    DhcpClient(const MacAddress& mac, uint32_t (*random)()) : mac_(mac), random_(random) {}

    /// From the beginning, without a lease.
    void start(uint64_t now_ns);

    /// Something to send now, or nothing. Call it again until there is nothing.
    struct Transmit {
        DhcpRequest request;
        bool broadcast; ///< else to the lease's server
    };
    std::optional<Transmit> due(uint64_t now_ns);
    /// Ends a lease whose time is over.
    DhcpOutcome expire(uint64_t now_ns);
    DhcpOutcome receive(const DhcpReply& reply, uint64_t now_ns);
    /// When due() or expire() will have something to do.
    uint64_t deadline_ns() const;

    DhcpState state() const { return state_; }
    const std::optional<DhcpLease>& lease() const { return lease_; }

  private:
    void restart(uint64_t at_ns);
    void enter(DhcpState state, uint64_t now_ns);
    DhcpRequest request(DhcpType type, uint64_t now_ns) const;
    void schedule_next(uint64_t now_ns);
    DhcpOutcome take_offer(const DhcpReply& offer, uint64_t now_ns);
    DhcpOutcome take_ack(const DhcpReply& ack);
    std::optional<DhcpLease> lease_from(const DhcpReply& ack) const;

    MacAddress mac_;
    uint32_t (*random_)();
    DhcpState state_ = DhcpState::Init;
    uint32_t transaction_ = 0;
    unsigned tries_ = 0;
    uint64_t begun_ns_ = 0; ///< for the message's seconds field
    uint64_t next_send_ns_ = forever_ns;
    uint64_t sent_ns_ = 0;
    Ipv4Address offered_, server_; ///< of the chosen offer
    std::optional<DhcpLease> lease_;
};

} // namespace net
