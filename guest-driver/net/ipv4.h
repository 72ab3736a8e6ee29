// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 (RFC 791, RFC 1122 3.2): input in the order of Linux's checks, output.
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/packet_buffer.h"
#include "net/headers.h"
#include "net/interface.h"

namespace net {

inline constexpr uint8_t default_ttl = 64;
/// Smallest MTU that makes sense; what is configured below is an error of the driver (RFC 791 3.2).
inline constexpr std::size_t minimum_mtu = 68;

/// Handler of EtherType 0x0800. Softirq context; takes the packet.
void ip_rcv(kernel::PacketBuffer* packet);

/// A datagram we sent to ourselves: delivered without the checks that are for strangers. The same context.
void ip_rcv_own(kernel::PacketBuffer* packet);

/// The IPv4 header of a packet whose network_header is set and was checked by ip_rcv.
inline Ipv4Header& ip_header(const kernel::PacketBuffer& packet) {
    return header_at<Ipv4Header>(packet.network_header);
}
/// Does every option end within `options` (RFC 791 3.1)?
bool options_valid(std::span<const std::byte> options);

/// What is to be filled into the header of a packet to send.
struct Ipv4Send {
    Ipv4Address destination;
    uint8_t protocol;
    std::optional<Ipv4Address> source = std::nullopt; ///< instead of the route's
    uint8_t ttl = default_ttl;
    uint8_t tos = 0;
};
enum class IpSendError : uint8_t {
    None,
    TooLong, ///< with its header it exceeds the interface's MTU, and nothing is fragmented here
};
/// Puts the IPv4 header in front of `packet` (headroom for it and the Ethernet header needed) and sends it
/// along `route`. Softirq context or bottom halves disabled. Takes the packet, also when it fails.
IpSendError ip_send(kernel::PacketBuffer* packet, const Route& route, const Ipv4Send& send);
/// Largest payload of an IPv4 packet without options on that interface.
std::size_t ip_max_payload(const kernel::NetDevice& device);

/// Counts a send that found no route. The same context.
void ip_count_no_route();

} // namespace net
