// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 input: one check after the other in Linux's order, each with its counter and drop reason.
#include "net/ipv4.h"

#include "kernel/trace.h"
#include "net/checksum.h"
#include "net/icmp.h"
#include "net/snmp.h"
#include "net/udp.h"

namespace net {

using kernel::DropReason;
using kernel::PacketBuffer;
using kernel::PacketType;

namespace {

constexpr Ipv4Address all_hosts(224, 0, 0, 1); // RFC 1112 4: every host is a member

/// nullopt: go on.
using Verdict = std::optional<DropReason>;

void count_received(const PacketBuffer& packet) {
    count(Ip::InReceives);
    count(IpExt::InOctets, packet.length());
    if (packet.type == PacketType::Broadcast) {
        count(IpExt::InBcastPkts);
        count(IpExt::InBcastOctets, packet.length());
    } else if (packet.type == PacketType::Multicast) {
        count(IpExt::InMcastPkts);
        count(IpExt::InMcastOctets, packet.length());
    }
}

/// RFC 3168 codepoints, each with a counter of its own.
void count_ecn(uint8_t tos) {
    static constexpr IpExt counters[] = {IpExt::InNoECTPkts, IpExt::InECT1Pkts, IpExt::InECT0Pkts,
                                         IpExt::InCEPkts};
    count(counters[tos & 3]);
}

Verdict bad_header() {
    count(Ip::InHdrErrors);
    return DropReason::IpInhdr;
}

Verdict check_header(PacketBuffer& packet) {
    const auto* header = header_of<Ipv4Header>(packet);
    if (!header || header->version() != 4 || header->header_length() < sizeof(Ipv4Header) ||
        packet.length() < header->header_length())
        return bad_header();
    if (checksum(packet.bytes().first(header->header_length())) != 0) {
        count(IpExt::InCsumErrors);
        count(Ip::InHdrErrors);
        return DropReason::IpCsum;
    }
    if (packet.length() < header->total_length) {
        count(IpExt::InTruncatedPkts);
        return DropReason::PktTooSmall;
    }
    if (header->total_length < header->header_length())
        return bad_header();
    return std::nullopt;
}

Verdict bad_address(DropReason reason) {
    count(Ip::InAddrErrors);
    return reason;
}

bool source_plausible(Ipv4Address source, Ipv4Address destination, const InterfaceAddress& own) {
    if (source.is_any()) // only somebody without an address who asks all, like a DHCP client
        return destination.is_limited_broadcast();
    const bool own_broadcast = !own.address.is_any() && source == own.broadcast();
    return source.is_unicast() && !own_broadcast && !is_local_address(source);
}

bool is_broadcast(Ipv4Address destination, const InterfaceAddress& own) {
    return destination.is_limited_broadcast() || (!own.address.is_any() && destination == own.broadcast());
}

Verdict check_addresses(const PacketBuffer& packet, const Ipv4Header& header) {
    const Ipv4Address source = header.source, destination = header.destination;
    const InterfaceAddress own = interface_address(packet.device);
    if (!source_plausible(source, destination, own))
        return bad_address(DropReason::MartianSrc);
    if (destination.is_this_network() || destination.is_loopback())
        return bad_address(DropReason::MartianDst);
    if (is_broadcast(destination, own) || destination == all_hosts)
        return std::nullopt;
    if (!is_local_address(destination))
        return bad_address(DropReason::IpInaddrerrors);
    if (packet.type != PacketType::Host) { // RFC 1122 3.3.6
        count(Ip::InDiscards);
        return DropReason::UnicastInL2Multicast;
    }
    return std::nullopt;
}

Verdict check_options(PacketBuffer& packet, const Ipv4Header& header) {
    const std::size_t length = header.header_length();
    if (!options_valid(packet.bytes().subspan(sizeof(Ipv4Header), length - sizeof(Ipv4Header))))
        return bad_header();
    return std::nullopt;
}

/// Fragments are not put together: each is asked for and each fails, and the counters say so.
Verdict check_fragment(const Ipv4Header& header) {
    if (!header.is_fragment())
        return std::nullopt;
    count(Ip::ReasmReqds);
    count(Ip::ReasmFails);
    return DropReason::FragmentsUnsupported;
}

void deliver(PacketBuffer* packet) {
    const Ipv4Header& header = ip_header(*packet);
    packet->pull(header.header_length());
    packet->transport_header = packet->data;
    switch (header.protocol) {
    case ip_protocol::icmp:
        count(Ip::InDelivers);
        return icmp_rcv(packet);
    case ip_protocol::udp:
        count(Ip::InDelivers);
        return udp_rcv(packet);
    default:
        count(Ip::InUnknownProtos);
        icmp_send_error(*packet, icmp_type::destination_unreachable, unreachable_code::protocol);
        return kernel::drop_packet(packet, DropReason::IpNoproto);
    }
}

Verdict check_all(PacketBuffer& packet) {
    if (packet.type == PacketType::Otherhost) {
        kernel::count_drop(packet.device->stats.rx_otherhost_dropped);
        return DropReason::Otherhost;
    }
    count_received(packet);
    if (const Verdict verdict = check_header(packet))
        return verdict;
    const Ipv4Header& header = ip_header(packet);
    kernel::trace(kernel::Event::IpRcv, header.protocol, Ipv4Address(header.source).value());
    count_ecn(header.tos);
    packet.trim(header.total_length); // Ethernet pads short frames
    if (const Verdict verdict = check_addresses(packet, header))
        return verdict;
    if (const Verdict verdict = check_options(packet, header))
        return verdict;
    return check_fragment(header);
}

} // namespace

bool options_valid(std::span<const std::byte> options) {
    while (!options.empty()) {
        const auto kind = std::to_integer<uint8_t>(options[0]);
        if (kind == ipv4_option::end)
            return true;
        if (kind == ipv4_option::no_operation) {
            options = options.subspan(1);
            continue;
        }
        if (options.size() < 2)
            return false;
        const auto length = std::to_integer<std::size_t>(options[1]);
        if (length < 2 || length > options.size())
            return false;
        options = options.subspan(length);
    }
    return true;
}

void ip_rcv(PacketBuffer* packet) {
    packet->network_header = packet->data;
    if (const Verdict verdict = check_all(*packet))
        return kernel::drop_packet(packet, *verdict);
    deliver(packet);
}

void ip_rcv_own(PacketBuffer* packet) {
    packet->network_header = packet->data;
    const Ipv4Header& header = ip_header(*packet);
    count_received(*packet);
    kernel::trace(kernel::Event::IpRcv, header.protocol, Ipv4Address(header.source).value());
    count_ecn(header.tos);
    deliver(packet);
}

} // namespace net
