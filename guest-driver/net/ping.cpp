// SPDX-License-Identifier: GPL-2.0-or-later
// Echo requests and what comes back.
#include "net/ping.h"

#include "arch/clock.h"
#include "kernel/trace.h"
#include "net/checksum.h"
#include "net/icmp.h"
#include "net/random.h"
#include "net/snmp.h"

namespace net {

using kernel::PacketBuffer;

namespace {

kernel::SpinLock sockets_lock;
kernel::List<PingSocket> sockets;

uint64_t arrival_time(const PacketBuffer& packet) { return packet.time_ns ? packet.time_ns : arch::now_ns(); }

void deliver(uint16_t identifier, const PingEvent& event) {
    kernel::BhSpinGuard guard(sockets_lock);
    sockets.for_each([&](PingSocket& socket) {
        if (socket.identifier() == identifier)
            socket.deliver(event);
    });
}

bool identifier_in_use(uint16_t identifier) {
    bool used = false;
    sockets.for_each([&](PingSocket& socket) { used |= socket.identifier() == identifier; });
    return used;
}

void fill_request(PacketBuffer& packet, uint16_t identifier, uint16_t sequence, std::size_t size) {
    auto& header = header_at<IcmpHeader>(packet.put(sizeof(IcmpHeader)));
    header = {icmp_type::echo, 0, uint16_t{0}, identifier, sequence};
    std::byte* data = packet.put(size);
    for (std::size_t i = 0; i < size; i++)
        data[i] = static_cast<std::byte>(i);
    header.checksum = checksum(packet.bytes());
}

} // namespace

PingSocket::PingSocket() {
    kernel::BhSpinGuard guard(sockets_lock);
    do
        identifier_ = static_cast<uint16_t>(random_u32());
    while (identifier_in_use(identifier_));
    sockets.push_back(*this);
}

PingSocket::~PingSocket() {
    kernel::BhSpinGuard guard(sockets_lock);
    unlink();
}

PingError PingSocket::send(Ipv4Address destination, uint16_t sequence, std::size_t size,
                           std::optional<uint8_t> ttl) {
    kernel::BhGuard guard;
    const auto route = find_route(destination);
    if (!route) {
        ip_count_no_route();
        return PingError::NetworkUnreachable;
    }
    if (size > ip_max_payload - sizeof(IcmpHeader))
        return PingError::MessageTooLong;
    PacketBuffer* packet = kernel::alloc_packet_for(sizeof(IcmpHeader) + size);
    if (!packet)
        return PingError::NoBuffers;
    fill_request(*packet, identifier_, sequence, size);
    const IpSendError error =
        icmp_send(packet, *route, {.destination = destination, .protocol = ip_protocol::icmp, .ttl = ttl});
    return error == IpSendError::None ? PingError::None : PingError::MessageTooLong;
}

void PingSocket::deliver(const PingEvent& event) {
    kernel::IrqSpinGuard guard(lock_);
    if (queued_ == queue_size) {
        lost_++;
        return;
    }
    queue_[(first_ + queued_++) % queue_size] = event;
    kernel::trace(kernel::Event::SockEnqueue, identifier_, event.bytes);
    readers_.wake_one();
}

std::optional<PingEvent> PingSocket::receive(uint64_t deadline_ns) {
    kernel::IrqSpinGuard guard(lock_);
    while (queued_ == 0)
        if (!readers_.wait_until(lock_, deadline_ns) && queued_ == 0)
            return std::nullopt;
    const PingEvent event = queue_[first_];
    first_ = (first_ + 1) % queue_size;
    queued_--;
    kernel::trace(kernel::Event::AppRecv, identifier_, event.bytes);
    return event;
}

void ping_echo_reply(const PacketBuffer& packet) {
    const auto& icmp = header_at<IcmpHeader>(packet.data);
    const Ipv4Header& ip = ip_header(packet);
    deliver(icmp.identifier, {.time_ns = arrival_time(packet),
                              .from = ip.source,
                              .sequence = icmp.sequence,
                              .bytes = static_cast<uint16_t>(packet.length()),
                              .type = icmp_type::echo_reply,
                              .code = 0,
                              .ttl = ip.ttl});
}

void ping_icmp_error(const PacketBuffer& packet, uint8_t type, uint8_t code) {
    const Ipv4Header& ip = ip_header(packet);
    const std::span<const std::byte> message(packet.data, packet.length());
    ping_undeliverable(message.subspan(sizeof(IcmpHeader)), ip.source, type, code, ip.ttl,
                       static_cast<uint16_t>(message.size()));
}

void ping_undeliverable(std::span<const std::byte> datagram, Ipv4Address from, uint8_t type, uint8_t code,
                        uint8_t ttl, uint16_t bytes) {
    if (datagram.size() < sizeof(Ipv4Header))
        return;
    const auto& quoted = *reinterpret_cast<const Ipv4Header*>(datagram.data());
    const std::size_t header_length = quoted.header_length();
    if (quoted.version() != 4 || header_length < sizeof(Ipv4Header) || quoted.protocol != ip_protocol::icmp ||
        !is_local_address(quoted.source) || datagram.size() < header_length + sizeof(IcmpHeader))
        return;
    const auto& echo = *reinterpret_cast<const IcmpHeader*>(datagram.data() + header_length);
    if (echo.type != icmp_type::echo)
        return;
    deliver(echo.identifier, {.time_ns = arch::now_ns(),
                              .from = from,
                              .sequence = echo.sequence,
                              .bytes = bytes,
                              .type = type,
                              .code = code,
                              .ttl = ttl});
}

} // namespace net
