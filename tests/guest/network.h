// SPDX-License-Identifier: GPL-2.0-or-later
// The guest with a network card: on QEMU's user network, or on a wire whose other end the test holds.
#pragma once

#include <functional>
#include <netinet/in.h>
#include <string>

#include "guest_machine.h"
#include "harness/ipv4.h"
#include "harness/wire.h"

namespace guest_test {

using harness::Bytes;
using harness::Frame;
using harness::ip;

/// 127.0.0.1
sockaddr_in loopback(uint16_t port);

/// Why a test with a card cannot run here; empty if it can.
std::string missing_network();

/// How a card gets its link: after a negotiation, as a real one, or it has it from the start.
enum class Link { Negotiated, FromTheStart };

/// `machine` with the card under test on `netdev` (its id is "net").
Machine with_card(Machine machine, const std::string& netdev, Link link = Link::FromTheStart);

/// A UDP port of this host that nobody uses now.
uint16_t free_udp_port();
/// Sends one datagram to a port of this host and waits for the answer; nothing if none comes.
std::optional<std::string> ask_by_udp(uint16_t port, const std::string& question);

/// What the guest's commands say; each waits for the prompt.
uint64_t drops(GuestMachine& guest, const std::string& reason);
/// "Udp", "RcvbufErrors"
uint64_t snmp(GuestMachine& guest, const std::string& protocol, const std::string& counter);
uint64_t packets_in_use(GuestMachine& guest);

/// A host at the other end of a wire to the guest. Answers ARP requests for itself while it waits for frames.
class WireEnd {
  public:
    WireEnd(const harness::TempDir& directory, const std::string& netdev, uint32_t ip,
            const harness::MacAddress& mac)
        : wire_(directory, netdev), ip_(ip), mac_(mac) {}

    /// The wire and the guest's card on it.
    Arguments arguments(const std::string& card_mac) const;
    /// Asks the guest for its MAC address, by which the guest learns ours. False if no answer comes.
    bool meet(uint32_t guest_ip);
    /// Padded to the shortest frame.
    void send(const Frame& frame) { wire_.send(harness::padded(frame)); }
    /// The next frame from the guest that `wanted` likes.
    std::optional<Frame> await(const std::function<bool(const Frame&)>& wanted,
                               harness::Deadline deadline = harness::patience);

  private:
    bool answer_arp(const Frame& frame);
    harness::Wire wire_;
    uint32_t ip_;
    harness::MacAddress mac_;
};

/// A guest 10.0.0.2 whose only neighbour, 10.0.0.1, is the test.
class WiredGuest {
  public:
    static constexpr uint32_t guest_ip = ip(10, 0, 0, 2), our_ip = ip(10, 0, 0, 1);
    static constexpr harness::MacAddress guest_mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    static constexpr harness::MacAddress our_mac = {0x02, 0x00, 0x00, 0xaa, 0xbb, 0xcc};

    /// The guest is up and knows us.
    explicit WiredGuest(unsigned cpus = default_cpus(), const Arguments& more = {});

    GuestMachine& guest() { return guest_; }
    harness::Console& console() { return guest_.console(); }
    void send(const Frame& frame) { end_.send(frame); }
    std::optional<Frame> await(const std::function<bool(const Frame&)>& wanted,
                               harness::Deadline deadline = harness::patience) {
        return end_.await(wanted, deadline);
    }
    /// An echo request is answered: so all that was sent before has been dealt with, too.
    bool echo(size_t bytes = 32);

    // Frames from us to the guest.
    static harness::Ipv4 header(uint8_t protocol);
    static Frame ethernet(const Bytes& datagram, const harness::MacAddress& destination = guest_mac);
    static Frame udp(uint16_t port, const std::string& text, uint16_t source_port = 5000);

  private:
    harness::TempDir directory_;
    WireEnd end_{directory_, "net", our_ip, our_mac};
    GuestMachine guest_;
    uint16_t echoes_ = 0;
};

} // namespace guest_test
