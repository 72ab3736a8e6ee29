// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 input: one check after the other in Linux's order, each with its counter and drop reason.
#include "net/ipv4.h"

#include <atomic>

#include "kernel/timer.h"
#include "kernel/trace.h"
#include "net/checksum.h"
#include "net/icmp.h"
#include "net/reassembly.h"
#include "net/snmp.h"
#include "net/sysctl.h"
#include "net/udp.h"

namespace net {

using kernel::DropReason;
using kernel::PacketBuffer;
using kernel::PacketType;

namespace {

constinit std::atomic<IpProtocolHandler> tcp_handler{nullptr};

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

bool source_plausible(Ipv4Address source, Ipv4Address destination) {
    if (source.is_any()) // only somebody without an address who asks all, like a DHCP client
        return destination.is_limited_broadcast();
    return source.is_unicast() && !is_broadcast_address(source) && !is_local_address(source);
}

/// Is the way back to the source the one it came by (RFC 3704)?
bool passes_source_filter(const PacketBuffer& packet, Ipv4Address source) {
    const uint32_t mode = sysctl.rp_filter;
    if (mode == rp_filter::off || source.is_any())
        return true;
    const auto back = find_route(source);
    return back && (mode == rp_filter::loose || back->device == packet.device);
}

Verdict check_addresses(const PacketBuffer& packet, const Ipv4Header& header) {
    const Ipv4Address source = header.source, destination = header.destination;
    if (!source_plausible(source, destination))
        return bad_address(DropReason::MartianSrc);
    if (destination.is_this_network() || destination.is_loopback())
        return bad_address(DropReason::MartianDst);
    if (!passes_source_filter(packet, source)) {
        count(TcpExt::IPReversePathFilter);
        return DropReason::IpRpfilter;
    }
    return std::nullopt;
}

bool is_for_us(Ipv4Address destination) {
    return is_local_address(destination) || is_broadcast_address(destination) || destination == all_hosts;
}

Verdict check_local(PacketBuffer& packet, const Ipv4Header& header) {
    if (is_local_address(header.destination) && packet.type != PacketType::Host) { // RFC 1122 3.3.6
        count(Ip::InDiscards);
        return DropReason::UnicastInL2Multicast;
    }
    return ip_check_options(packet);
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
    case ip_protocol::tcp:
        if (const IpProtocolHandler handler = tcp_handler.load(std::memory_order_acquire)) {
            count(Ip::InDelivers);
            return handler(packet);
        }
        break;
    default:
        break;
    }
    count(Ip::InUnknownProtos);
    icmp_send_error(*packet, icmp_type::destination_unreachable, unreachable_code::protocol);
    kernel::drop_packet(packet, DropReason::IpNoproto);
}

/// What is checked of every datagram, wherever it is to go.
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
    return check_addresses(packet, header);
}

} // namespace

namespace {
/// Not obeyed, as by default on Linux: it lets a stranger choose his way past a filter (RFC 7126 4.3, 4.4).
bool is_source_route(uint8_t kind) {
    return kind == ipv4_option::loose_source_route || kind == ipv4_option::strict_source_route;
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
        if (options.size() < 2 || is_source_route(kind))
            return false;
        const auto length = std::to_integer<std::size_t>(options[1]);
        if (length < 2 || length > options.size())
            return false;
        options = options.subspan(length);
    }
    return true;
}

std::optional<DropReason> ip_check_options(PacketBuffer& packet) {
    const std::size_t length = ip_header(packet).header_length();
    if (!options_valid(packet.bytes().subspan(sizeof(Ipv4Header), length - sizeof(Ipv4Header))))
        return bad_header();
    return std::nullopt;
}

void ip_set_tcp(IpProtocolHandler handler) { tcp_handler.store(handler, std::memory_order_release); }

void ip_rcv(PacketBuffer* packet) {
    packet->network_header = packet->data;
    if (const Verdict verdict = check_all(*packet))
        return kernel::drop_packet(packet, *verdict);
    const Ipv4Header& header = ip_header(*packet);
    if (!is_for_us(header.destination))
        return ip_forward(packet);
    if (const Verdict verdict = check_local(*packet, header))
        return kernel::drop_packet(packet, *verdict);
    if (header.is_fragment()) {
        packet = reassembly().add(packet, kernel::jiffies());
        if (!packet)
            return;
    }
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
