// SPDX-License-Identifier: GPL-2.0-or-later
// What lwIP 2.1.3 does not survive is kept from it: segments at which its assertions would end the machine,
// although anybody can send them.
#include "net/headers.h"
#include "net/lwip/lwip.h"

namespace net {

namespace {

/// Numbers further apart than this are of no window that TCP can have (RFC 7323 2.2).
constexpr int32_t furthest = 1 << 30;

int32_t distance(uint32_t from, uint32_t to) { return static_cast<int32_t>(to - from); }

/// lwIP's comparisons are wrong for numbers half the number space away from the expected one: it takes one
/// end of such a segment for old and the other for new.
bool is_near(uint32_t number, uint32_t expected) {
    const int32_t apart = distance(expected, number);
    return apart > -furthest && apart < furthest;
}

/// RFC 9293 3.10.7.4: what is beyond the window is cut off. lwIP forgets that for data out of order.
void cut_to_window(const tcp_pcb& pcb, kernel::PacketBuffer& packet, TcpHeader& tcp) {
    const uint32_t edge = pcb.rcv_nxt + pcb.rcv_wnd;
    const int32_t room = distance(tcp.sequence, edge);
    const auto length = static_cast<int32_t>(packet.length() - tcp.header_length());
    if (room < 0 || length + ((tcp.flags & TcpHeader::fin) ? 1 : 0) <= room)
        return;
    tcp.flags &= static_cast<uint8_t>(~TcpHeader::fin);
    if (length > room)
        packet.trim(tcp.header_length() + static_cast<std::size_t>(room));
}

} // namespace

bool lwip_can_take(const tcp_pcb& pcb, kernel::PacketBuffer& packet) {
    auto& tcp = header_at<TcpHeader>(packet.data);
    if (!is_near(tcp.sequence, pcb.rcv_nxt) ||
        ((tcp.flags & TcpHeader::ack) && !is_near(tcp.acknowledgment, pcb.lastack)))
        return false;
    cut_to_window(pcb, packet, tcp);
    return true;
}

} // namespace net
