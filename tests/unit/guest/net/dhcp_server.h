// SPDX-License-Identifier: GPL-2.0-or-later
// A DHCP server's side of the wire, written from RFC 2131 without the client's code.
#pragma once

#include <optional>
#include <span>

#include "net_fixture.h"

namespace net_test {

struct DhcpRequestView {
    uint8_t type = 0;
    uint32_t transaction = 0;
    uint16_t seconds = 0;
    bool broadcast = false;
    uint32_t client_address = 0;
    harness::MacAddress mac{};
    std::optional<uint32_t> requested, server;
};
/// Nothing if it is not a well-formed message of a client.
std::optional<DhcpRequestView> read_dhcp_request(std::span<const uint8_t> message);

/// What a server would say; members that are nothing are left out.
struct DhcpReplyFields {
    uint8_t type = 2; ///< offer
    uint32_t transaction = 1;
    uint32_t address = our_ip;
    harness::MacAddress mac = our_mac;
    std::optional<uint32_t> server = peer_ip, mask = 0xffffff00, router = peer_ip, dns = other_ip,
                            lease = 3600, renewal = std::nullopt, rebinding = std::nullopt;
};
Bytes dhcp_reply(const DhcpReplyFields& fields);
/// The fixed part of an offer, with these bytes as options.
Bytes dhcp_message_with(const Bytes& options);
/// A server's datagram in a frame, as it comes to a client without an address.
Frame dhcp_frame(const Bytes& message);

} // namespace net_test
