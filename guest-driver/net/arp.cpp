// SPDX-License-Identifier: GPL-2.0-or-later
// ARP input and output. What is learnt follows Linux: a request for us teaches, other messages only refresh.
#include "net/arp.h"

#include <optional>

#include "kernel/timer.h"
#include "kernel/trace.h"
#include "net/interface.h"
#include "net/neighbour.h"

namespace net {

using kernel::DropReason;
using kernel::NetDevice;
using kernel::PacketBuffer;

namespace {

struct ArpMessage {
    ArpOperation operation;
    MacAddress sender_mac;
    Ipv4Address sender_ip;
    MacAddress target_mac;
    Ipv4Address target_ip;
};

void arp_send(NetDevice& device, const MacAddress& destination, const ArpMessage& message) {
    PacketBuffer* packet = kernel::alloc_packet();
    if (!packet)
        return; // the asker asks again
    header_at<ArpPacket>(packet->put(sizeof(ArpPacket))) = {
        arp_hardware::ethernet,
        ether_type::ipv4,
        sizeof(MacAddress),
        sizeof(WireAddress),
        static_cast<uint16_t>(message.operation),
        message.sender_mac,
        message.sender_ip,
        message.target_mac,
        message.target_ip,
    };
    push_header<EthernetHeader>(*packet) = {destination, device.mac, ether_type::arp};
    packet->device = &device;
    kernel::dev_queue_xmit(packet);
}

/// Why a message is refused before its addresses are looked at.
std::optional<DropReason> malformed(const PacketBuffer& packet, const ArpPacket* arp) {
    if (packet.type == kernel::PacketType::Otherhost)
        return DropReason::Otherhost;
    if (!arp)
        return DropReason::PktTooSmall;
    const bool hardware_known =
        arp->hardware_type == arp_hardware::ethernet || arp->hardware_type == arp_hardware::ieee802;
    if (!hardware_known || arp->protocol_type != ether_type::ipv4 ||
        arp->hardware_length != sizeof(MacAddress) || arp->protocol_length != sizeof(WireAddress))
        return DropReason::InvalidProto;
    if (arp->operation != static_cast<uint16_t>(ArpOperation::Request) &&
        arp->operation != static_cast<uint16_t>(ArpOperation::Reply))
        return DropReason::InvalidProto;
    return std::nullopt;
}

/// Why its addresses cannot be true.
std::optional<DropReason> implausible(const ArpMessage& message, const InterfaceAddress& own) {
    const Ipv4Address target = message.target_ip, sender = message.sender_ip;
    if (target.is_multicast() || target.is_loopback())
        return DropReason::MartianDst;
    if (!sender.is_any() && (!sender.is_unicast() || sender == own.broadcast()))
        return DropReason::MartianSrc;
    if (sender == own.address && !sender.is_any()) // RFC 5227 2.4: somebody else uses our address
        return DropReason::MartianSrc;
    if (is_group_address(message.sender_mac))
        return DropReason::MartianSrc;
    return std::nullopt;
}

void process(NetDevice& device, kernel::PacketType type, const ArpMessage& message,
             const InterfaceAddress& own) {
    const bool for_us = !own.address.is_any() && message.target_ip == own.address;
    const bool request = message.operation == ArpOperation::Request;
    const bool probe = message.sender_ip.is_any(); // RFC 5227: "is this address taken?"
    if (request && for_us) {
        if (!probe)
            neighbours().learn(device, message.sender_ip, message.sender_mac,
                               {NeighbourState::Stale, /*create=*/true, /*override_mac=*/true},
                               kernel::jiffies());
        arp_send(device, message.sender_mac,
                 {ArpOperation::Reply, device.mac, own.address, message.sender_mac, message.sender_ip});
        return;
    }
    if (probe)
        return;
    const bool answers_us = !request && type == kernel::PacketType::Host;
    const bool gratuitous = message.sender_ip == message.target_ip;
    neighbours().learn(
        device, message.sender_ip, message.sender_mac,
        {answers_us ? NeighbourState::Reachable : NeighbourState::Stale, /*create=*/false, gratuitous},
        kernel::jiffies());
}

} // namespace

void arp_rcv(PacketBuffer* packet) {
    const ArpPacket* arp = header_of<ArpPacket>(*packet);
    if (const auto reason = malformed(*packet, arp))
        return kernel::drop_packet(packet, *reason);
    const ArpMessage message = {static_cast<ArpOperation>(static_cast<uint16_t>(arp->operation)),
                                arp->sender_mac, arp->sender_ip, arp->target_mac, arp->target_ip};
    kernel::trace(kernel::Event::ArpRcv, arp->operation, message.sender_ip.value());
    NetDevice& device = *packet->device;
    const InterfaceAddress own = interface_address(&device);
    if (const auto reason = implausible(message, own))
        return kernel::drop_packet(packet, *reason);
    process(device, packet->type, message, own);
    kernel::consume_packet(packet);
}

void arp_request(NetDevice& device, Ipv4Address target, const MacAddress& destination) {
    const bool known = destination != broadcast_mac;
    arp_send(device, destination,
             {ArpOperation::Request, device.mac, interface_address(&device).address,
              known ? destination : MacAddress{}, target});
}

} // namespace net
