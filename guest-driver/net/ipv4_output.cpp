// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 output: header, and the way to the MAC address of the next hop.
#include "net/ipv4.h"

#include <algorithm>

#include "kernel/timer.h"
#include "net/checksum.h"
#include "net/loopback.h"
#include "net/neighbour.h"
#include "net/random.h"
#include "net/snmp.h"
#include "net/sysctl.h"

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

std::size_t ip_mtu(const NetDevice& device) {
    return std::min<std::size_t>(device.mtu, kernel::packet_block_bytes - kernel::packet_headroom);
}

void ip_output(PacketBuffer* packet, const Route& route) {
    const std::size_t mtu = ip_mtu(*route.device);
    if (packet->segment_length() <= mtu || is_looped_back(route.next_hop))
        return to_next_hop(packet, route);
    ip_fragment(packet, mtu, route, to_next_hop);
}

IpSendError ip_send(PacketBuffer* packet, const Route& route, const Ipv4Send& send) {
    count(Ip::OutRequests);
    const std::size_t mtu = ip_mtu(*route.device);
    if (packet->length() > ip_max_payload || mtu < minimum_mtu) {
        count(Ip::OutDiscards);
        kernel::drop_packet(packet, kernel::DropReason::PktTooBig);
        return IpSendError::TooLong;
    }
    auto& header = push_header<Ipv4Header>(*packet);
    const bool fits = packet->segment_length() <= mtu;
    header = {
        0x45,
        send.tos,
        static_cast<uint16_t>(packet->segment_length()),
        // RFC 6864 4.1: a datagram that may not be fragmented needs no identification; RFC 7739 5: and one
        // that is should not tell how many there were.
        static_cast<uint16_t>(fits ? 0 : random_u32()),
        fits ? Ipv4Header::dont_fragment : uint16_t{0},
        send.ttl.value_or(static_cast<uint8_t>(sysctl.ip_default_ttl)),
        send.protocol,
        uint16_t{0},
        send.source.value_or(route.source),
        send.destination,
    };
    packet->network_header = packet->data;
    header.checksum = checksum(packet->bytes().first(sizeof header));
    ip_output(packet, route);
    return IpSendError::None;
}

void ip_count_no_route() { count(Ip::OutNoRoutes); }

} // namespace net
