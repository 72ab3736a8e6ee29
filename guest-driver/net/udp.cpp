// SPDX-License-Identifier: GPL-2.0-or-later
// UDP input: length, checksum, socket; each refusal with its counter and drop reason.
#include "net/udp.h"

#include "kernel/trace.h"
#include "net/checksum.h"
#include "net/icmp.h"
#include "net/ipv4.h"
#include "net/snmp.h"

namespace net {

using kernel::DropReason;
using kernel::PacketBuffer;

namespace {

void refuse(PacketBuffer* packet, DropReason reason) {
    count(Udp::InErrors);
    kernel::drop_packet(packet, reason);
}

bool length_valid(const PacketBuffer& packet, const UdpHeader* udp) {
    return udp && udp->length >= sizeof(UdpHeader) && udp->length <= packet.length();
}

void no_socket(PacketBuffer* packet, const Ipv4Header& ip) {
    if (is_group_destination(ip)) {
        count(Udp::IgnoredMulti);
    } else {
        count(Udp::NoPorts);
        icmp_send_error(*packet, icmp_type::destination_unreachable, unreachable_code::port);
    }
    kernel::drop_packet(packet, DropReason::NoSocket);
}

} // namespace

void udp_rcv(PacketBuffer* packet) {
    const auto* udp = header_of<UdpHeader>(*packet);
    if (!length_valid(*packet, udp))
        return refuse(packet, DropReason::PktTooSmall);
    packet->trim(udp->length);
    const Ipv4Header& ip = ip_header(*packet);
    if (udp->checksum != 0 &&
        transport_checksum(ip.source, ip.destination, ip_protocol::udp, packet->bytes()) != 0) {
        count(Udp::InCsumErrors);
        return refuse(packet, DropReason::UdpCsum);
    }
    kernel::trace(kernel::Event::UdpRcv, udp->destination_port, udp->length);
    const Endpoint from = {ip.source, udp->source_port}, to = {ip.destination, udp->destination_port};
    switch (udp_table().deliver(from, to, packet)) {
    case UdpTable::Outcome::Delivered:
        return;
    case UdpTable::Outcome::QueueFull:
        count(Udp::RcvbufErrors);
        return refuse(packet, DropReason::SocketRcvbuff);
    case UdpTable::Outcome::NoSocket:
        return no_socket(packet, ip);
    }
}

bool UdpTable::insert(UdpSocket& socket, Endpoint local) {
    kernel::BhSpinGuard guard(lock_);
    bool taken = false;
    sockets_.for_each([&](UdpSocket& other) {
        const Endpoint theirs = other.local();
        taken |= theirs.port == local.port &&
                 (theirs.address == local.address || theirs.address.is_any() || local.address.is_any());
    });
    if (!taken)
        sockets_.push_back(socket);
    return !taken;
}

void UdpTable::remove(UdpSocket& socket) {
    kernel::BhSpinGuard guard(lock_);
    socket.unlink();
}

UdpTable::Outcome UdpTable::deliver(Endpoint from, Endpoint to, PacketBuffer* packet) {
    kernel::BhSpinGuard guard(lock_); // keeps the socket alive
    UdpSocket* best = nullptr;
    int best_score = 0;
    sockets_.for_each([&](UdpSocket& socket) {
        const int score = socket.score(from, to, packet->device);
        if (score > best_score) {
            best = &socket;
            best_score = score;
        }
    });
    if (!best)
        return Outcome::NoSocket;
    return best->enqueue(packet) ? Outcome::Delivered : Outcome::QueueFull;
}

std::size_t UdpTable::list(std::span<UdpSocketInfo> into) {
    kernel::BhSpinGuard guard(lock_);
    std::size_t count = 0;
    sockets_.for_each([&](UdpSocket& socket) {
        if (count < into.size())
            into[count++] = socket.info();
    });
    return count;
}

UdpTable& udp_table() {
    static constinit UdpTable table;
    return table;
}

} // namespace net
