// SPDX-License-Identifier: GPL-2.0-or-later
// Transmit offload of the 82550 and 82551 (SDM appendix B).
#include "offload.h"

#include <algorithm>

#include "big_endian.h"
#include "ethernet.h"
#include "internet.h"
#include "receive_frame.h"

namespace i8255x {
namespace {

/// The sum does not depend on the order of the bytes, if it is stored in the order in which it was read
/// (RFC 1071).
void put_checksum(std::span<uint8_t> at, uint16_t checksum) {
    at[0] = static_cast<uint8_t>(checksum);
    at[1] = static_cast<uint8_t>(checksum >> 8);
}

void insert_ip_checksum(std::span<uint8_t> header) {
    const auto field = header.subspan(ipv4_header::checksum, 2);
    put_checksum(field, 0);
    put_checksum(field, static_cast<uint16_t>(~checksum_word(header)));
}

std::size_t checksum_at(const PacketLayout& layout) {
    return layout.l4 + (layout.tcp ? tcp_header::checksum : udp_header::checksum);
}

/// A UDP checksum of 0 would mean that there is none (RFC 768).
void insert_l4_checksum(std::span<uint8_t> frame, const PacketLayout& layout) {
    const auto sum = static_cast<uint16_t>(~checksum_word(frame.subspan(layout.l4, layout.end - layout.l4)));
    put_checksum(frame.subspan(checksum_at(layout), 2), sum == 0 && !layout.tcp ? 0xffff : sum);
}

/// In one's complement (RFC 1071).
uint16_t add(uint16_t to, std::size_t value) {
    const uint32_t sum = to + static_cast<uint32_t>(value);
    return static_cast<uint16_t>((sum & 0xffff) + (sum >> 16));
}

uint16_t subtract(uint16_t from, std::size_t value) { return add(from, ~value & 0xffff); }

void put_less(std::span<uint8_t> frame, std::size_t at, std::size_t less) {
    put_big16(frame, at, static_cast<uint32_t>(big16(frame, at) - less));
}

} // namespace

OffloadRequest::OffloadRequest(const Ipcb& block)
    : ip_checksum((block.checksums & ipcb::ip_checksum) != 0),
      l4_checksum((block.checksums & ipcb::l4_checksum) != 0),
      large_send((block.checksums & ipcb::large_send) != 0),
      insert_vlan((block.activation & ipcb::insert_vlan) != 0),
      scheduled((block.activation & ipcb::scheduled) != 0), parse((block.activation & ipcb::parse) != 0),
      tcp((block.checksums & ipcb::tcp) != 0), ip_offset(block.ip_offset),
      l4_offset(block.l4_offset), vlan_tag{block.vlan_tag[0], block.vlan_tag[1]},
      max_segment(block.standard.threshold | static_cast<std::size_t>(block.standard.tbd_number) << 8),
      payload(block.tbd.size >> ipcb::payload_shift) {}

PacketLayout find_headers(std::span<const uint8_t> frame, const OffloadRequest& request) {
    return request.parse ? find_headers(frame)
                         : headers_at(frame, request.ip_offset, request.l4_offset, request.tcp);
}

bool insert_checksums(std::span<uint8_t> frame, const PacketLayout& layout, const OffloadRequest& request) {
    bool all = true;
    if (request.ip_checksum) {
        if (layout.ip != 0)
            insert_ip_checksum(frame.subspan(layout.ip, (frame[layout.ip] & 0xfu) * 4));
        all = layout.ip != 0;
    }
    if (request.l4_checksum) {
        if (layout.l4 != 0)
            insert_l4_checksum(frame, layout);
        all = all && layout.l4 != 0;
    }
    return all;
}

std::span<uint8_t> insert_vlan_tag(std::span<uint8_t> frame, std::span<const uint8_t, 2> tag) {
    if (frame.size() < type_offset)
        return frame;
    const std::span<uint8_t> tagged(frame.data() - vlan_tag_bytes, frame.size() + vlan_tag_bytes);
    std::ranges::copy(frame.first(type_offset), tagged.begin());
    put_big16(tagged, type_offset, ether_type::vlan);
    std::ranges::copy(tag, tagged.begin() + type_offset + sizeof(ether_type::vlan));
    return tagged;
}

LargeSend::LargeSend(std::span<uint8_t> frame, const PacketLayout& layout, const OffloadRequest& request)
    : frame_(frame), layout_(layout), request_(request),
      payload_(std::min(request.payload, frame.size() - layout.payload)) {
    std::ranges::copy(frame.first(layout.payload), headers_.begin());
}

uint32_t LargeSend::segments() const {
    const std::size_t whole = (payload_ + request_.max_segment - 1) / request_.max_segment;
    return static_cast<uint32_t>(std::max<std::size_t>(whole, 1));
}

std::size_t LargeSend::longest_segment_bytes() const {
    return layout_.payload + std::min(payload_, request_.max_segment);
}

std::span<uint8_t> LargeSend::segment(uint32_t index) {
    const std::size_t begin = index * request_.max_segment;
    const std::size_t payload = std::min(payload_ - begin, request_.max_segment);
    const auto segment = frame_.subspan(begin, layout_.payload + payload);
    std::ranges::copy(std::span(headers_).first(layout_.payload), segment.begin());
    adapt_headers(segment, index, payload);
    PacketLayout own = layout_;
    own.end = segment.size();
    insert_checksums(segment, own, request_);
    return segment;
}

/// Others treat other flags, tags and 802.3 frames each in their own way, and do not pad.
bool LargeSend::can_leave_whole() const {
    constexpr std::size_t behind_type = type_offset + 2;
    constexpr uint8_t usual_flags = tcp_header::ack | tcp_header::fin | tcp_header::psh;
    const std::size_t in_last = payload_ - (segments() - 1) * request_.max_segment;
    return segments() > 1 && !payload_mismatch() && request_.ip_checksum && request_.l4_checksum &&
           !request_.insert_vlan && layout_.ip == behind_type && layout_.length_field == 0 &&
           (headers_[layout_.l4 + tcp_header::flags] & ~usual_flags) == 0 &&
           layout_.payload + in_last >= min_frame_bytes && frame_.size() - layout_.ip <= 0xffff;
}

std::span<uint8_t> LargeSend::whole(LargePackets form) {
    put_big16(frame_, layout_.ip + ipv4_header::total_length,
              static_cast<uint32_t>(frame_.size() - layout_.ip));
    insert_ip_checksum(frame_.subspan(layout_.ip, layout_.l4 - layout_.ip));
    const std::size_t field = checksum_at(layout_);
    put_big16(frame_, field, add(big16(frame_, field), payload_ - request_.max_segment));
    if (form == LargePackets::Taken) {
        PacketLayout own = layout_;
        own.end = frame_.size();
        insert_l4_checksum(frame_, own);
    }
    return frame_;
}

/// The headers in memory are those of the first segment (SDM B.3).
void LargeSend::adapt_headers(std::span<uint8_t> segment, uint32_t index, std::size_t payload) const {
    const std::size_t identification = layout_.ip + ipv4_header::identification;
    put_big16(segment, identification, big16(segment, identification) + index);
    const std::size_t sequence = layout_.l4 + tcp_header::sequence;
    put_big32(segment, sequence,
              static_cast<uint32_t>(big32(segment, sequence) + index * request_.max_segment));
    if (index + 1 < segments())
        segment[layout_.l4 + tcp_header::flags] &= static_cast<uint8_t>(~(tcp_header::fin | tcp_header::psh));
    if (payload < request_.max_segment)
        shorten(segment, request_.max_segment - payload);
}

void LargeSend::shorten(std::span<uint8_t> segment, std::size_t missing) const {
    put_less(segment, layout_.ip + ipv4_header::total_length, missing);
    if (layout_.length_field != 0)
        put_less(segment, layout_.length_field, missing);
    if (request_.l4_checksum) {
        const std::size_t field = checksum_at(layout_);
        put_big16(segment, field, subtract(big16(segment, field), missing));
    }
}

} // namespace i8255x
