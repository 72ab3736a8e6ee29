// SPDX-License-Identifier: GPL-2.0-or-later
// ICMP input: checks, counters, echo replies; answers to our own echoes go to ping.
#include "net/icmp.h"

#include <optional>

#include "kernel/trace.h"
#include "net/checksum.h"
#include "net/ping.h"
#include "net/snmp.h"
#include "net/sysctl.h"

namespace net {

using kernel::DropReason;
using kernel::PacketBuffer;

namespace {

void count_type(uint8_t type, bool incoming) {
    struct Row {
        uint8_t type;
        Icmp in, out;
    };
    static constexpr Row rows[] = {
        {0, Icmp::InEchoReps, Icmp::OutEchoReps},
        {3, Icmp::InDestUnreachs, Icmp::OutDestUnreachs},
        {4, Icmp::InSrcQuenchs, Icmp::OutSrcQuenchs},
        {5, Icmp::InRedirects, Icmp::OutRedirects},
        {8, Icmp::InEchos, Icmp::OutEchos},
        {11, Icmp::InTimeExcds, Icmp::OutTimeExcds},
        {12, Icmp::InParmProbs, Icmp::OutParmProbs},
        {13, Icmp::InTimestamps, Icmp::OutTimestamps},
        {14, Icmp::InTimestampReps, Icmp::OutTimestampReps},
        {17, Icmp::InAddrMasks, Icmp::OutAddrMasks},
        {18, Icmp::InAddrMaskReps, Icmp::OutAddrMaskReps},
    };
    auto& by_type = incoming ? icmp_type_counters.in : icmp_type_counters.out;
    by_type[type].fetch_add(1, std::memory_order_relaxed);
    for (const Row& row : rows)
        if (row.type == type)
            count(incoming ? row.in : row.out);
}

void echo_reply(PacketBuffer* packet, const Ipv4Header& request) {
    const Ipv4Address requester = request.source;
    const Ipv4Address asked = request.destination;
    const auto source = is_local_address(asked) ? std::optional(asked) : std::nullopt; // not a broadcast's
    const Ipv4Send send = {
        .destination = requester, .protocol = ip_protocol::icmp, .source = source, .tos = request.tos};
    const auto route = find_route(requester);
    if (!route) {
        ip_count_no_route();
        return kernel::drop_packet(packet, DropReason::IpOutnoroutes);
    }
    auto& header = header_at<IcmpHeader>(packet->data);
    const uint16_t old_word = static_cast<uint16_t>(header.type << 8 | header.code);
    const uint16_t new_word = static_cast<uint16_t>(icmp_type::echo_reply << 8 | header.code);
    header.type = icmp_type::echo_reply;
    header.checksum = checksum_update(header.checksum, old_word, new_word);
    icmp_send(packet, *route, send);
}

void refuse(PacketBuffer* packet, DropReason reason) {
    count(Icmp::InErrors);
    kernel::drop_packet(packet, reason);
}

void dispatch(PacketBuffer* packet, const IcmpHeader& icmp) {
    const Ipv4Header& ip = ip_header(*packet);
    switch (icmp.type) {
    case icmp_type::echo:
        if (sysctl.icmp_echo_ignore_all ||
            (sysctl.icmp_echo_ignore_broadcasts && is_group_destination(ip))) // RFC 1122 3.2.2.6
            return kernel::drop_packet(packet, DropReason::InvalidProto);
        return echo_reply(packet, ip);
    case icmp_type::echo_reply:
        ping_echo_reply(*packet);
        break;
    case icmp_type::destination_unreachable:
    case icmp_type::time_exceeded:
    case icmp_type::parameter_problem:
        ping_icmp_error(*packet, icmp.type, icmp.code);
        break;
    default:
        break; // known, and nobody here has asked for it
    }
    kernel::consume_packet(packet);
}

} // namespace

bool is_group_destination(const Ipv4Header& header) {
    const Ipv4Address destination = header.destination;
    return destination.is_multicast() || is_broadcast_address(destination);
}

void icmp_rcv(PacketBuffer* packet) {
    count(Icmp::InMsgs);
    const auto* icmp = header_of<IcmpHeader>(*packet);
    if (!icmp)
        return refuse(packet, DropReason::PktTooSmall);
    if (checksum(packet->bytes()) != 0) {
        count(Icmp::InCsumErrors);
        return refuse(packet, DropReason::IcmpCsum);
    }
    kernel::trace(kernel::Event::IcmpRcv, icmp->type, static_cast<uint32_t>(packet->length()));
    count_type(icmp->type, /*incoming=*/true);
    if (icmp->type > icmp_type::address_mask_reply) // RFC 1122 3.2.2: silently discarded
        return refuse(packet, DropReason::UnhandledProto);
    dispatch(packet, *icmp);
}

IpSendError icmp_send(PacketBuffer* packet, const Route& route, const Ipv4Send& send) {
    const uint8_t type = header_at<IcmpHeader>(packet->data).type;
    const IpSendError error = ip_send(packet, route, send);
    if (error == IpSendError::None) {
        count(Icmp::OutMsgs);
        count_type(type, /*incoming=*/false);
    }
    return error;
}

void icmp_neighbour_failed(PacketBuffer& packet) {
    if (packet.length() < sizeof(Ipv4Header))
        return;
    const auto& header = header_at<Ipv4Header>(packet.data);
    if (!is_local_address(header.source))
        return icmp_send_error(packet, icmp_type::destination_unreachable, unreachable_code::host);
    ping_undeliverable(packet.bytes(), header.source, icmp_type::destination_unreachable,
                       unreachable_code::host);
}

} // namespace net
