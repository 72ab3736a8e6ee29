// SPDX-License-Identifier: GPL-2.0-or-later
// DHCP messages (RFC 2131, options RFC 2132): written by us, read from anybody.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "net/headers.h"

namespace net {

inline constexpr uint16_t dhcp_server_port = 67, dhcp_client_port = 68;

enum class DhcpType : uint8_t {
    Discover = 1,
    Offer = 2,
    Request = 3,
    Decline = 4,
    Ack = 5,
    Nak = 6,
    Release = 7,
    Inform = 8,
};

namespace dhcp_option {
inline constexpr uint8_t pad = 0, subnet_mask = 1, router = 3, dns = 6, requested_address = 50,
                         lease_time = 51, overload = 52, message_type = 53, server_identifier = 54,
                         parameter_list = 55, renewal_time = 58, rebinding_time = 59, client_identifier = 61,
                         end = 255;
}

/// The fixed part.
struct DhcpHeader {
    uint8_t op; ///< 1: from the client, 2: from the server
    uint8_t hardware_type;
    uint8_t hardware_length;
    uint8_t hops;
    Be32 transaction;
    Be16 seconds;
    Be16 flags;
    WireAddress client_address;
    WireAddress your_address;
    WireAddress next_server;
    WireAddress relay;
    MacAddress client_mac;
    std::array<std::byte, 10> client_hardware_rest;
    std::array<std::byte, 64> server_name;
    std::array<std::byte, 128> boot_file;
    Be32 magic_cookie;

    static constexpr uint16_t broadcast_flag = 0x8000;
    static constexpr uint32_t magic = 0x63825363;
};
static_assert(sizeof(DhcpHeader) == 240 && alignof(DhcpHeader) == 1);
static_assert(offsetof(DhcpHeader, client_mac) == 28 && offsetof(DhcpHeader, boot_file) == 108);

struct DhcpRequest {
    DhcpType type;
    uint32_t transaction;
    uint16_t seconds; ///< since the client began
    MacAddress mac;
    Ipv4Address client_address; ///< only while it is ours: renewing, rebinding
    std::optional<Ipv4Address> requested = std::nullopt;
    std::optional<Ipv4Address> server = std::nullopt;
};
inline constexpr std::size_t dhcp_request_bytes = 300; ///< the shortest BOOTP message (RFC 1542 2.1)
std::array<std::byte, dhcp_request_bytes> write_dhcp_request(const DhcpRequest& request);

/// What a server says. Options of a wrong length count as absent.
struct DhcpReply {
    DhcpType type;
    uint32_t transaction;
    MacAddress mac;
    Ipv4Address address;
    std::optional<Ipv4Address> server, subnet_mask, router, dns;
    std::optional<uint32_t> lease_seconds, renewal_seconds, rebinding_seconds;
};
/// Nothing if it is not a well-formed message of a DHCP server.
std::optional<DhcpReply> parse_dhcp_reply(std::span<const std::byte> message);

} // namespace net
