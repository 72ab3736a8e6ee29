// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 output: header, and the way to the MAC address of the next hop.
#include "net/ipv4.h"

#include <algorithm>

#include "kernel/timer.h"
#include "net/checksum.h"
#include "net/loopback.h"
#include "net/neighbour.h"
#include "net/snmp.h"

namespace net {

using kernel::NetDevice;
using kernel::PacketBuffer;

namespace {

/// RFC 1112 6.4: the low 23 bits of the group in a block of MAC addresses.
MacAddress multicast_mac(Ipv4Address group) {
    const uint32_t low = group.value();
    return {0x01,
            0x00,
            0x5e,
            static_cast<uint8_t>(low >> 16 & 0x7f),
            static_cast<uint8_t>(low >> 8),
            static_cast<uint8_t>(low)};
}

void send_to_group(NetDevice& device, const MacAddress& destination, PacketBuffer* packet) {
    push_header<EthernetHeader>(*packet) = {destination, device.mac, ether_type::ipv4};
    kernel::dev_queue_xmit(packet);
}

void to_next_hop(PacketBuffer* packet, const Route& route) {
    NetDevice& device = *route.device;
    const InterfaceAddress own = interface_address(&device);
    const std::size_t bytes = packet->length();
    count(Ip::OutTransmits);
    count(IpExt::OutOctets, bytes);
    packet->device = &device;
    if (is_looped_back(route.next_hop)) {
        loopback_send(packet);
    } else if (route.next_hop.is_limited_broadcast() ||
               (!own.address.is_any() && route.next_hop == own.broadcast())) {
        count(IpExt::OutBcastPkts);
        count(IpExt::OutBcastOctets, bytes);
        send_to_group(device, broadcast_mac, packet);
    } else if (route.next_hop.is_multicast()) {
        count(IpExt::OutMcastPkts);
        count(IpExt::OutMcastOctets, bytes);
        send_to_group(device, multicast_mac(route.next_hop), packet);
    } else {
        neighbours().send(device, route.next_hop, packet, kernel::jiffies());
    }
}

} // namespace

std::size_t ip_max_payload(const NetDevice& device) {
    constexpr std::size_t buffer_limit = kernel::packet_block_bytes - kernel::packet_headroom;
    const std::size_t mtu = std::min<std::size_t>(device.mtu, buffer_limit);
    return mtu < minimum_mtu ? 0 : mtu - sizeof(Ipv4Header);
}

IpSendError ip_send(PacketBuffer* packet, const Route& route, const Ipv4Send& send) {
    count(Ip::OutRequests);
    if (packet->length() > ip_max_payload(*route.device)) {
        count(Ip::FragFails);
        kernel::drop_packet(packet, kernel::DropReason::PktTooBig);
        return IpSendError::TooLong;
    }
    auto& header = push_header<Ipv4Header>(*packet);
    header = {
        0x45,
        send.tos,
        static_cast<uint16_t>(packet->length()),
        uint16_t{0}, // RFC 6864 4.1: a datagram that may not be fragmented needs no identification
        Ipv4Header::dont_fragment,
        send.ttl,
        send.protocol,
        uint16_t{0},
        send.source.value_or(route.source),
        send.destination,
    };
    packet->network_header = packet->data;
    header.checksum = checksum(packet->bytes().first(sizeof header));
    to_next_hop(packet, route);
    return IpSendError::None;
}

void ip_count_no_route() { count(Ip::OutNoRoutes); }

} // namespace net
