// SPDX-License-Identifier: GPL-2.0-or-later
// Segments of more than one MSS, as Linux has them: what is written at once is one segment to lwIP and one
// packet to IP, and is cut into segments of one MSS on its way out. lwIP sends a segment whole or not at all;
// what the windows have no room for is cut off here (Linux's tso_fragment). Windows and their growth are by
// the MSS.
#include <algorithm>
#include <limits>

#include "net/lwip/lwip.h"

namespace net {

namespace {

constexpr std::size_t longest_header = 60;
static_assert(std::numeric_limits<tcpwnd_size_t>::max() / 2 + longest_header <= kernel::packet_max_bytes,
              "half a window has to fit into a packet");

/// While it lives lwIP takes segments of that length for usual ones.
class SegmentsOf {
  public:
    SegmentsOf(tcp_pcb& pcb, std::size_t bytes) : pcb_(pcb), mss_(pcb.mss) {
        pcb.mss = static_cast<u16_t>(std::max<std::size_t>(mss_, bytes));
    }
    ~SegmentsOf() { pcb_.mss = mss_; }
    SegmentsOf(const SegmentsOf&) = delete;
    SegmentsOf& operator=(const SegmentsOf&) = delete;

  private:
    tcp_pcb& pcb_;
    const u16_t mss_;
};

uint32_t sequence_of(const tcp_seg& segment) { return lwip_ntohl(segment.tcphdr->seqno); }

std::size_t newest_unsent(const tcp_pcb& pcb) {
    const tcp_seg* last = pcb.unsent;
    while (last && last->next)
        last = last->next;
    return last ? last->len : 0;
}

/// A segment that duplicates of an acknowledgment ask for: others behind it are under way.
bool is_ahead_of_others(const tcp_pcb& pcb, uint32_t sequence) {
    return pcb.unacked && TCP_SEQ_LT(sequence, sequence_of(*pcb.unacked));
}
bool is_asked_for(const tcp_pcb& pcb, uint32_t sequence) {
    const bool in_fast_retransmit = (pcb.flags & TF_INFR) && !(pcb.flags & TF_RTO);
    return TCP_SEQ_LT(sequence, pcb.snd_nxt) && (in_fast_retransmit || is_ahead_of_others(pcb, sequence));
}

/// Of the oldest unsent segment, which may be one to be sent again.
std::size_t acknowledged(const tcp_pcb& pcb) {
    const auto bytes = static_cast<int32_t>(pcb.lastack - sequence_of(*pcb.unsent));
    return static_cast<std::size_t>(std::max(bytes, 0));
}

/// As many bytes of the oldest unsent segment as the windows have room for in whole MSS.
std::size_t sendable(const tcp_pcb& pcb) {
    const uint32_t under_way = sequence_of(*pcb.unsent) - pcb.lastack;
    const uint32_t window = std::min(pcb.snd_wnd, pcb.cwnd);
    return under_way < window ? (window - under_way) / pcb.mss * pcb.mss : 0;
}

/// It stays whole, or lwIP would put its rest behind the others; as but one MSS of it leaves, see
/// lwip_part(), the windows need no room for the rest.
void send_asked_for(tcp_pcb& pcb) {
    const auto end = static_cast<tcpwnd_size_t>(sequence_of(*pcb.unsent) + pcb.unsent->len - pcb.lastack);
    const auto snd_wnd = pcb.snd_wnd, cwnd = pcb.cwnd;
    pcb.snd_wnd = std::max(snd_wnd, end);
    pcb.cwnd = std::max(cwnd, end);
    tcp_output(&pcb);
    pcb.snd_wnd = snd_wnd;
    pcb.cwnd = cwnd;
}

/// What could not be sent waits for the timeout, which wants all that was sent before what was not.
void give_back_asked_for(tcp_pcb& pcb) {
    tcp_seg* segment = pcb.unsent;
    pcb.unsent = segment->next;
    segment->next = pcb.unacked;
    pcb.unacked = segment;
    if (!pcb.unsent)
        pcb.unsent_oversize = 0;
}

/// Of the segments that have a FIN: lwIP 2.1.3 leaves it on both parts of one that it splits. A FIN that got
/// a segment of its own counts in snd_lbb.
bool ends_stream(const tcp_pcb& pcb, uint32_t sequence, std::size_t payload) {
    return sequence + static_cast<uint32_t>(payload == 0 ? 1 : payload) == pcb.snd_lbb;
}

bool split(tcp_pcb& pcb, std::size_t bytes) {
    SegmentsOf large(pcb, bytes);
    return tcp_split_unsent_seg(&pcb, static_cast<u16_t>(bytes)) == ERR_OK;
}

/// To lwIP a segment that begins before the window is one that does not fit into it.
void drop_acknowledged(tcp_pcb& pcb) {
    while (pcb.unsent && acknowledged(pcb) > 0) {
        tcp_seg* segment = pcb.unsent;
        if (acknowledged(pcb) < segment->len && !split(pcb, acknowledged(pcb)))
            return;
        if (acknowledged(pcb) < TCP_TCPLEN(segment))
            return; // but for its FIN
        pcb.unsent = segment->next;
        pcb.snd_queuelen = static_cast<u16_t>(pcb.snd_queuelen - pbuf_clen(segment->p));
        tcp_seg_free(segment);
    }
}

void send_part(tcp_pcb& pcb) {
    const std::size_t bytes = sendable(pcb);
    if (bytes == 0 || bytes >= pcb.unsent->len)
        return;
    if (is_asked_for(pcb, sequence_of(*pcb.unsent)))
        send_asked_for(pcb);
    else if (split(pcb, bytes))
        tcp_output(&pcb);
    else
        pcb.persist_backoff = 0; // its timer splits as well, but never more than an MSS; we come again before
}

void fill_window(tcp_pcb& pcb) {
    if (!pcb.unsent)
        return;
    if (is_ahead_of_others(pcb, sequence_of(*pcb.unsent))) {
        if (pcb.snd_wnd >= pcb.mss)
            send_asked_for(pcb);
        if (pcb.unsent && is_ahead_of_others(pcb, sequence_of(*pcb.unsent)))
            give_back_asked_for(pcb);
        return;
    }
    drop_acknowledged(pcb);
    if (pcb.unsent && pcb.unsent->len > pcb.mss)
        send_part(pcb);
}

} // namespace

std::size_t lwip_segment_size(const tcp_pcb& pcb) {
    const std::size_t most = pcb.snd_wnd_max / 2u, mss = pcb.mss;
    return most >= mss ? most / mss * mss : most > 0 ? most : mss;
}

err_t lwip_write(tcp_pcb& pcb, std::span<const std::byte> data) {
    const auto write = [&](std::size_t segment_size) {
        SegmentsOf large(pcb, segment_size);
        return tcp_write(&pcb, data.data(), static_cast<u16_t>(data.size()), TCP_WRITE_FLAG_COPY);
    };
    const err_t error = write(lwip_segment_size(pcb));
    return error == ERR_MEM ? write(newest_unsent(pcb)) : error; // memory may be there, but not in one piece
}

/// Not what was acknowledged meanwhile; and of what duplicates ask for one MSS (RFC 5681 3.2), as the rest
/// would bring duplicates again. What was acknowledged as a whole is a probe, but for the last one's FIN.
LwipPart lwip_part(const tcp_pcb& pcb, const TcpHeader& tcp, std::size_t payload) {
    const auto acknowledged = static_cast<int32_t>(pcb.lastack - tcp.sequence);
    const std::size_t before_window = acknowledged > 0 ? static_cast<std::size_t>(acknowledged) : 0;
    LwipPart part = {0, payload, pcb.mss, false};
    const bool fin = tcp.flags & TcpHeader::fin, end = ends_stream(pcb, tcp.sequence, payload);
    if (before_window < payload || (fin && end))
        part.begin = std::min(before_window, payload);
    part.bytes -= part.begin;
    if (is_asked_for(pcb, tcp.sequence))
        part.bytes = std::min(part.bytes, part.mss);
    part.more_follows = part.begin + part.bytes < payload || (fin && !end);
    return part;
}

void lwip_fill_windows() {
    for (tcp_pcb* pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        fill_window(*pcb);
}

} // namespace net
