// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 (RFC 791, RFC 1122 3.2): input in the order of Linux's checks, output.
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/packet_buffer.h"
#include "net/headers.h"
#include "net/interface.h"
#include "net/route.h"

namespace net {

/// Smallest MTU that makes sense; what is configured below is an error of the driver (RFC 791 3.2).
inline constexpr std::size_t minimum_mtu = 68;
/// Largest payload of a datagram without options (RFC 791 3.1).
inline constexpr std::size_t ip_max_payload = 65535 - sizeof(Ipv4Header);

/// Handler of EtherType 0x0800. Softirq context; takes the packet.
void ip_rcv(kernel::PacketBuffer* packet);

/// Takes the datagrams of one protocol, data behind the IPv4 header. Softirq context; takes the packet.
using IpProtocolHandler = void (*)(kernel::PacketBuffer* packet);
/// TCP's, which not every guest has; without one its datagrams are of an unknown protocol.
void ip_set_tcp(IpProtocolHandler handler);

/// A datagram we sent to ourselves: delivered without the checks that are for strangers. The same context.
void ip_rcv_own(kernel::PacketBuffer* packet);

/// The IPv4 header of a packet whose network_header is set and was checked by ip_rcv.
inline Ipv4Header& ip_header(const kernel::PacketBuffer& packet) {
    return header_at<Ipv4Header>(packet.network_header);
}
/// A datagram for somebody else: refused, or sent on its way (RFC 1812 5). The same context; takes the
/// packet.
void ip_forward(kernel::PacketBuffer* packet);

/// Of a packet whose data is at its checked header; counts and says why it is refused.
std::optional<kernel::DropReason> ip_check_options(kernel::PacketBuffer& packet);
/// Does every option end within `options` (RFC 791 3.1), and is none a source route?
bool options_valid(std::span<const std::byte> options);

/// What is to be filled into the header of a packet to send.
struct Ipv4Send {
    Ipv4Address destination;
    uint8_t protocol;
    std::optional<Ipv4Address> source = std::nullopt; ///< instead of the route's
    std::optional<uint8_t> ttl = std::nullopt;        ///< instead of the sysctl's
    uint8_t tos = 0;
    bool operator==(const Ipv4Send&) const = default;
};
enum class IpSendError : uint8_t {
    None,
    TooLong, ///< for any datagram, or the interface's MTU is none
};
/// Puts the IPv4 header in front of `packet` (headroom for it and the Ethernet header needed) and sends it
/// along `route`, in fragments where the MTU asks for it. Softirq context or bottom halves disabled. Takes
/// the packet, also when it fails.
IpSendError ip_send(kernel::PacketBuffer* packet, const Route& route, const Ipv4Send& send);
/// Sends a datagram that has its header (data is there) along `route`, in fragments where the MTU asks for
/// it; it must not forbid that then. The same context; takes the packet.
void ip_output(kernel::PacketBuffer* packet, const Route& route);
/// Cuts a datagram into fragments that fit the MTU; each goes to `output`. The same context; takes the
/// packet.
void ip_fragment(kernel::PacketBuffer* packet, std::size_t mtu, const Route& route,
                 void (*output)(kernel::PacketBuffer*, const Route&));
/// The largest datagram that the interface takes in one piece.
std::size_t ip_mtu(const kernel::NetDevice& device);

/// Counts a send that found no route. The same context.
void ip_count_no_route();

} // namespace net
