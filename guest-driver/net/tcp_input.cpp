// SPDX-License-Identifier: GPL-2.0-or-later
// TCP input as far as the softirq goes: lengths and checksum, each refusal with its counter and drop reason.
#include "net/tcp_input.h"

#include <utility>

#include "kernel/flow_watch.h"
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
    count(TcpIn::InErrs);
    kernel::drop_packet(packet, reason);
}

bool header_valid(const PacketBuffer& packet, const TcpHeader* tcp) {
    return tcp && tcp->header_length() >= sizeof(TcpHeader) && tcp->header_length() <= packet.length();
}

/// Nothing but an acknowledgment, without options.
bool only_acknowledges(const PacketBuffer& packet) {
    return packet.length() == sizeof(TcpHeader) && header_at<TcpHeader>(packet.data).flags == TcpHeader::ack;
}

/// `newer` says all that `older` does, and acknowledges more. One that repeats what was acknowledged is a
/// message of its own (RFC 5681 2).
bool supersedes(const PacketBuffer& newer, const PacketBuffer& older) {
    if (!only_acknowledges(newer) || !only_acknowledges(older))
        return false;
    const Ipv4Header &ip = ip_header(newer), &older_ip = ip_header(older);
    const auto &tcp = header_at<TcpHeader>(newer.data), &older_tcp = header_at<TcpHeader>(older.data);
    return Ipv4Address(ip.source) == older_ip.source && Ipv4Address(ip.destination) == older_ip.destination &&
           tcp.source_port == older_tcp.source_port && tcp.destination_port == older_tcp.destination_port &&
           tcp.sequence == older_tcp.sequence &&
           static_cast<int32_t>(tcp.acknowledgment - older_tcp.acknowledgment) > 0;
}

} // namespace

void tcp_rcv(PacketBuffer* packet) {
    count(TcpIn::InSegs);
    const Ipv4Header& ip = ip_header(*packet);
    if (is_group_destination(ip)) // RFC 9293 3.9.2.3
        return refuse(packet, DropReason::InvalidProto);
    const auto* tcp = header_of<TcpHeader>(*packet);
    if (!header_valid(*packet, tcp))
        return refuse(packet, DropReason::PktTooSmall);
    if (transport_checksum(ip.source, ip.destination, ip_protocol::tcp, packet->bytes()) != 0) {
        count(TcpIn::InCsumErrors);
        return refuse(packet, DropReason::TcpCsum);
    }
    if (!tcp_backlog().push(packet)) {
        count(TcpExt::TCPBacklogDrop);
        kernel::drop_packet(packet, DropReason::SocketBacklog);
    }
}

/// As Linux does (tcp_add_backlog): acknowledgments in a row become one.
bool TcpBacklog::coalesce(PacketBuffer* packet) {
    PacketBuffer* last = queue_.last();
    if (!last || !supersedes(*packet, *last))
        return false;
    header_at<TcpHeader>(last->data) = header_at<TcpHeader>(packet->data);
    count(TcpExt::TCPBacklogCoalesce);
    kernel::consume_packet(packet);
    return true;
}

bool TcpBacklog::push(PacketBuffer* packet) {
    kernel::IrqSpinGuard guard(lock_);
    if (coalesce(packet))
        return true;
    if (queue_.length() >= limit)
        return false;
    kernel::flow_watch(kernel::FlowStep::Wake, arch::cpu_id(), *packet);
    queue_.push(packet);
    thread_.wake_one();
    return true;
}

kernel::PacketQueue TcpBacklog::take(uint64_t deadline_ns) {
    kernel::IrqSpinGuard guard(lock_);
    while (queue_.empty() && !poked_ && thread_.wait_until(lock_, deadline_ns)) {
    }
    poked_ = false;
    return std::exchange(queue_, {});
}

void TcpBacklog::poke() {
    kernel::IrqSpinGuard guard(lock_);
    poked_ = true;
    thread_.wake_one();
}

TcpBacklog& tcp_backlog() {
    static constinit TcpBacklog backlog;
    return backlog;
}

} // namespace net
