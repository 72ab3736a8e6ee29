// SPDX-License-Identifier: GPL-2.0-or-later
// Forwarding (RFC 1812 5): what may not go on, what the sender is told, and the one field that changes.
#include "net/ipv4.h"

#include "net/checksum.h"
#include "net/icmp.h"
#include "net/snmp.h"
#include "net/sysctl.h"

namespace net {

using kernel::DropReason;
using kernel::PacketBuffer;

namespace {

using Verdict = std::optional<DropReason>;

/// RFC 3927 2.7: between link-local addresses there is only the link; RFC 1112 7: groups are for multicast
/// routers; class E is nobody.
bool may_leave_its_link(const Ipv4Header& header) {
    const Ipv4Address source = header.source, destination = header.destination;
    return destination.is_unicast() && !destination.is_link_local() && !source.is_link_local();
}

Verdict check(PacketBuffer& packet, const Ipv4Header& header) {
    if (!sysctl.ip_forward || !may_leave_its_link(header)) {
        count(Ip::InAddrErrors);
        return DropReason::IpInaddrerrors;
    }
    if (packet.type != kernel::PacketType::Host) { // RFC 1812 5.3.4: the sender asked all to take care of it
        count(Ip::InDiscards);
        return DropReason::UnicastInL2Multicast;
    }
    return ip_check_options(packet);
}

Verdict check_route(PacketBuffer& packet, const std::optional<Route>& route) {
    if (route)
        return std::nullopt;
    count(IpExt::InNoRoutes);
    icmp_send_error(packet, icmp_type::destination_unreachable, unreachable_code::net);
    return DropReason::IpInnoroutes;
}

Verdict check_lifetime(PacketBuffer& packet, const Ipv4Header& header) {
    if (header.ttl > 1)
        return std::nullopt;
    count(Ip::InHdrErrors);
    icmp_send_error(packet, icmp_type::time_exceeded, time_exceeded_code::in_transit);
    return DropReason::IpInhdr;
}

Verdict check_size(PacketBuffer& packet, const Ipv4Header& header, std::size_t mtu) {
    if (packet.length() <= mtu || !(header.flags_offset & Ipv4Header::dont_fragment))
        return std::nullopt;
    count(Ip::FragFails);
    icmp_send_error(packet, icmp_type::destination_unreachable, unreachable_code::fragmentation_needed,
                    static_cast<uint16_t>(mtu)); // RFC 1191 4
    return DropReason::PktTooBig;
}

void decrease_ttl(Ipv4Header& header) {
    const auto word = [&] { return static_cast<uint16_t>(header.ttl << 8 | header.protocol); };
    const uint16_t before = word();
    header.ttl--;
    header.checksum = checksum_update(header.checksum, before, word());
}

} // namespace

void ip_forward(PacketBuffer* packet) {
    Ipv4Header& header = ip_header(*packet);
    if (const Verdict verdict = check(*packet, header))
        return kernel::drop_packet(packet, *verdict);
    const auto route = find_route(header.destination);
    if (const Verdict verdict = check_route(*packet, route))
        return kernel::drop_packet(packet, *verdict);
    if (const Verdict verdict = check_lifetime(*packet, header))
        return kernel::drop_packet(packet, *verdict);
    if (const Verdict verdict = check_size(*packet, header, ip_mtu(*route->device)))
        return kernel::drop_packet(packet, *verdict);
    count(Ip::ForwDatagrams);
    decrease_ttl(header);
    ip_output(packet, *route);
}

} // namespace net
