// SPDX-License-Identifier: GPL-2.0-or-later
// ICMP errors we send: to whom never (RFC 1122 3.2.2), how often, and how much of the packet they quote.
#include <algorithm>
#include <cstring>

#include "arch/clock.h"
#include "kernel/spinlock.h"
#include "net/checksum.h"
#include "net/icmp.h"
#include "net/icmp_rate_limit.h"
#include "net/snmp.h"

namespace net {

using kernel::PacketBuffer;

namespace {

/// RFC 1812 4.3.2.3: quote as much as fits into a datagram of 576 bytes.
constexpr std::size_t maximum_error_bytes = 576;
constexpr std::size_t maximum_quote = maximum_error_bytes - sizeof(Ipv4Header) - sizeof(IcmpHeader);

constinit IcmpRateLimit rate_limit;
constinit kernel::SpinLock rate_limit_lock;

/// The datagram from its IPv4 header on.
std::span<const std::byte> datagram(const PacketBuffer& packet) {
    return {packet.network_header, static_cast<std::size_t>(packet.tail - packet.network_header)};
}

bool is_icmp_error(std::span<const std::byte> bytes, const Ipv4Header& header) {
    if (header.protocol != ip_protocol::icmp)
        return false;
    if (bytes.size() <= header.header_length())
        return true; // no type: it might be one
    const auto type = std::to_integer<uint8_t>(bytes[header.header_length()]);
    return type != icmp_type::echo && type != icmp_type::echo_reply && type != icmp_type::timestamp;
}

bool may_be_answered(const PacketBuffer& about, const Ipv4Header& header) {
    const Ipv4Address source = header.source;
    return about.type == kernel::PacketType::Host && !is_group_destination(header) &&
           header.is_first_fragment() && source.is_unicast() && !is_icmp_error(datagram(about), header);
}

bool within_limits(Ipv4Address destination) {
    kernel::BhSpinGuard guard(rate_limit_lock);
    switch (rate_limit.take(destination, arch::now_ns())) {
    case IcmpLimit::Allowed:
        return true;
    case IcmpLimit::Host:
        count(Icmp::OutRateLimitHost);
        return false;
    case IcmpLimit::Global:
        count(Icmp::OutRateLimitGlobal);
        return false;
    }
    return false;
}

void write_message(PacketBuffer& packet, uint8_t type, uint8_t code, uint16_t mtu,
                   std::span<const std::byte> quote) {
    auto& header = header_at<IcmpHeader>(packet.put(sizeof(IcmpHeader)));
    header = {type, code, uint16_t{0}, uint16_t{0}, mtu};
    std::memcpy(packet.put(quote.size()), quote.data(), quote.size());
    header.checksum = checksum(packet.bytes());
}

} // namespace

void icmp_send_error(PacketBuffer& about, uint8_t type, uint8_t code, uint16_t mtu) {
    const Ipv4Header& header = ip_header(about);
    if (!may_be_answered(about, header))
        return;
    const auto route = find_route(header.source);
    if (!route)
        return ip_count_no_route();
    if (!within_limits(header.source))
        return;
    PacketBuffer* packet = kernel::alloc_packet();
    if (!packet) {
        count(Icmp::OutErrors);
        return;
    }
    const auto quote = datagram(about);
    write_message(*packet, type, code, mtu, quote.first(std::min(quote.size(), maximum_quote)));
    // A router answers with an address of its own (RFC 1812 4.3.2.4).
    const Ipv4Address asked = header.destination;
    const Ipv4Address source = is_local_address(asked) ? asked : route->source;
    icmp_send(packet, *route, {header.source, ip_protocol::icmp, source});
}

} // namespace net
