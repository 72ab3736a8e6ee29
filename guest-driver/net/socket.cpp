// SPDX-License-Identifier: GPL-2.0-or-later
// UDP sockets. The receive queue's rule is Linux 6.12's: it may exceed its limit by one packet, so that one
// always fits.
#include "net/socket.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "arch/clock.h"
#include "kernel/flow_watch.h"
#include "kernel/input_feedback.h"
#include "kernel/napi.h"
#include "kernel/rps.h"
#include "kernel/trace.h"
#include "net/checksum.h"
#include "net/ipv4.h"
#include "net/random.h"
#include "net/snmp.h"
#include "net/udp.h"

namespace net {

using kernel::Event;
using kernel::PacketBuffer;

namespace {

constexpr uint16_t ephemeral_first = 32768, ephemeral_count = 60999 - 32768 + 1; // as Linux's default range
constinit std::atomic<uint32_t> next_inode{1000};

const UdpHeader& udp_header(const PacketBuffer& packet) {
    return header_at<UdpHeader>(packet.transport_header);
}

} // namespace

const char* socket_error_text(SocketError error) {
    switch (error) {
    case SocketError::None:
        return "Success";
    case SocketError::AddressInUse:
        return "Address already in use";
    case SocketError::NoPorts:
        return "Cannot assign requested address";
    case SocketError::TimedOut:
        return "Connection timed out";
    case SocketError::MessageTooLong:
        return "Message too long";
    case SocketError::NetworkUnreachable:
        return "Network is unreachable";
    case SocketError::NoBuffers:
        return "No buffer space available";
    }
    return "Unknown error";
}

UdpSocket::~UdpSocket() {
    if (bound_)
        udp_table().remove(*this);
    queue_.purge(kernel::DropReason::QueuePurge);
}

SocketError UdpSocket::bind(Endpoint local, kernel::NetDevice* device) {
    if (bound_)
        return SocketError::AddressInUse;
    device_ = device;
    inode_ = next_inode.fetch_add(1, std::memory_order_relaxed);
    local_ = local;
    if (local.port != 0) {
        bound_ = udp_table().insert(*this, local);
        return bound_ ? SocketError::None : SocketError::AddressInUse;
    }
    const uint32_t start = random_below(ephemeral_count);
    for (uint32_t i = 0; i < ephemeral_count && !bound_; i++) {
        local_.port = static_cast<uint16_t>(ephemeral_first + (start + i) % ephemeral_count);
        bound_ = udp_table().insert(*this, local_);
    }
    return bound_ ? SocketError::None : SocketError::NoPorts;
}

void UdpSocket::connect(Endpoint remote) {
    if (!bound_)
        remote_ = remote;
}

int UdpSocket::score(Endpoint from, Endpoint to, const kernel::NetDevice* device) const {
    if (to.port != local_.port)
        return 0;
    int score = 1;
    if (!local_.address.is_any()) {
        if (local_.address != to.address)
            return 0;
        score += 4;
    }
    if (remote_.port != 0) {
        if (remote_ != from)
            return 0;
        score += 8;
    }
    if (device_) {
        if (device_ != device)
            return 0;
        score += 1;
    }
    return score;
}

bool UdpSocket::enqueue(PacketBuffer* packet) {
    kernel::IrqSpinGuard guard(lock_);
    const std::size_t size = packet->truesize();
    if (receive_memory_ > receive_buffer_ && receive_memory_ + size > receive_buffer_) {
        drops_++;
        kernel::trace(Event::SockDrop, local_.port);
        return false;
    }
    receive_memory_ += size;
    napi_id_ = packet->device && packet->device->napi ? packet->device->napi->id : 0;
    if (remote_.port != 0)
        flow_hash_.store(packet->hash, std::memory_order_relaxed);
    kernel::input_feedback_note(receive_memory_, receive_buffer_);
    kernel::flow_watch(kernel::FlowStep::Wake, arch::cpu_id(), *packet);
    queue_.push(packet);
    kernel::trace(Event::SockEnqueue, local_.port, static_cast<uint32_t>(receive_memory_));
    readers_.wake_one();
    kernel::trace(Event::AppWake, local_.port);
    return true;
}

bool UdpSocket::has_data() const {
    kernel::IrqSpinGuard guard(lock_);
    return !queue_.empty();
}

void UdpSocket::poll_device(uint64_t deadline_ns) const {
    const uint64_t ns = uint64_t{kernel::busy_read} * 1000;
    if (ns == 0 || napi_id_ == 0)
        return;
    kernel::napi_busy_loop(
        napi_id_, [](void* socket) { return static_cast<const UdpSocket*>(socket)->has_data(); },
        const_cast<UdpSocket*>(this), std::min(deadline_ns, arch::now_ns() + ns));
}

/// The flow's packets are wanted on this CPU.
void UdpSocket::record_flow() const { kernel::rps_record_flow(flow_hash_.load(std::memory_order_relaxed)); }

PacketBuffer* UdpSocket::dequeue(uint64_t deadline_ns) {
    record_flow();
    poll_device(deadline_ns);
    kernel::IrqSpinGuard guard(lock_);
    while (queue_.empty())
        if (!readers_.wait_until(lock_, deadline_ns) && queue_.empty())
            return nullptr;
    PacketBuffer* packet = queue_.pop();
    receive_memory_ -= packet->truesize();
    kernel::input_feedback_note(receive_memory_, receive_buffer_);
    return packet;
}

Datagram UdpSocket::receive_packet(uint64_t deadline_ns) {
    PacketBuffer* packet = dequeue(deadline_ns);
    if (!packet)
        return {};
    const Ipv4Header& ip = ip_header(*packet);
    const UdpHeader& udp = udp_header(*packet);
    const Datagram datagram = {packet, {ip.source, udp.source_port}, {ip.destination, udp.destination_port}};
    packet->pull(sizeof(UdpHeader));
    kernel::trace(Event::AppRecv, local_.port, static_cast<uint32_t>(packet->length()));
    kernel::BhGuard guard;
    kernel::flow_watch(kernel::FlowStep::Read, arch::cpu_id(), *packet);
    count(Udp::InDatagrams);
    return datagram;
}

ReceivedBytes UdpSocket::receive_from(std::span<std::byte> into, uint64_t deadline_ns) {
    const Datagram datagram = receive_packet(deadline_ns);
    if (!datagram.packet)
        return {SocketError::TimedOut, 0, 0, {}};
    const std::size_t length = datagram.packet->length();
    const std::size_t copied = std::min(length, into.size());
    if (copied)
        std::memcpy(into.data(), datagram.packet->data, copied);
    kernel::consume_packet(datagram.packet);
    return {SocketError::None, copied, length, datagram.from};
}

SocketError UdpSocket::send_to(Endpoint to, std::span<const std::byte> data) {
    if (data.size() > ip_max_payload - sizeof(UdpHeader))
        return SocketError::MessageTooLong;
    PacketBuffer* packet = kernel::alloc_packet_for(data.size());
    if (!packet)
        return SocketError::NoBuffers;
    if (!data.empty())
        std::memcpy(packet->put(data.size()), data.data(), data.size());
    return send_packet(to, packet);
}

SocketError UdpSocket::send_packet(Endpoint to, PacketBuffer* packet) {
    if (!bound_)
        if (const SocketError error = bind({}); error != SocketError::None) {
            kernel::consume_packet(packet);
            return error;
        }
    record_flow();
    kernel::BhGuard guard;
    const auto route = find_route(to.address, device_);
    if (!route) {
        ip_count_no_route();
        kernel::drop_packet(packet, kernel::DropReason::IpOutnoroutes);
        return SocketError::NetworkUnreachable;
    }
    const Ipv4Address source = local_.address.is_any() ? route->source : local_.address;
    auto& header = push_header<UdpHeader>(*packet);
    header = {local_.port, to.port, static_cast<uint16_t>(packet->length()), uint16_t{0}};
    const uint16_t sum = transport_checksum(source, to.address, ip_protocol::udp, packet->bytes());
    header.checksum = sum == 0 ? uint16_t{0xffff} : sum; // RFC 768: 0 would mean "none"
    if (ip_send(packet, *route,
                {.destination = to.address, .protocol = ip_protocol::udp, .source = source}) !=
        IpSendError::None)
        return SocketError::MessageTooLong;
    count(Udp::OutDatagrams);
    return SocketError::None;
}

UdpSocketInfo UdpSocket::info() const {
    kernel::IrqSpinGuard guard(lock_);
    return {local_, remote_, receive_memory_, receive_buffer_, drops_, inode_};
}

std::size_t udp_sockets(std::span<UdpSocketInfo> into) { return udp_table().list(into); }

} // namespace net
