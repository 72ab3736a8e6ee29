// SPDX-License-Identifier: GPL-2.0-or-later
// Frames: built from a template, of which only a few fields change from one to the next.
#include "frame.h"

#include <algorithm>

#include "chip/big_endian.h"
#include "chip/ethernet.h"
#include "chip/internet.h"
#include "chip/packet.h"

namespace traffic {

using namespace i8255x;

namespace {

constexpr std::size_t source_mac_at = 6;
constexpr std::size_t ip_at = type_offset + 2, udp_at = ip_at + ipv4_header::min_bytes,
                      label_at = udp_at + udp_header::bytes, filler_at = label_at + label::bytes;
static_assert(filler_at == min_frame_bytes && (filler_at - udp_at) % 2 == 0);

constexpr uint16_t fold(uint64_t sum) {
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<uint16_t>(sum);
}

uint64_t sum_words(std::span<const uint8_t> bytes) {
    uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 2)
        sum += big16(bytes, i);
    return sum;
}

} // namespace

FrameBuilder::FrameBuilder(const Addresses& addresses) : first_source_port_(addresses.source_port) {
    std::ranges::copy(addresses.destination_mac, frame_.begin());
    std::ranges::copy(addresses.source_mac, frame_.begin() + source_mac_at);
    put_big16(frame_, type_offset, ether_type::ipv4);
    const std::span ip = std::span(frame_).subspan(ip_at);
    ip[0] = 4 << 4 | ipv4_header::min_bytes / 4;
    put_big16(ip, ipv4_header::fragment, 0x4000); // don't fragment, so identification may be 0 (RFC 6864)
    ip[ipv4_header::protocol - 1] = 64;           // time to live
    ip[ipv4_header::protocol] = ip_protocol::udp;
    put_big32(ip, ipv4_header::addresses, addresses.source_ip);
    put_big32(ip, ipv4_header::addresses + 4, addresses.destination_ip);
    put_big16(frame_, udp_at + 2, addresses.destination_port);
    put_big32(frame_, label_at + label::mark_at, label::mark);
    for (std::size_t i = filler_at; i < frame_.size(); i++)
        frame_[i] = static_cast<uint8_t>(i - label_at);
    for (std::size_t i = 1; i < filler_sums_.size(); i++)
        filler_sums_[i] = filler_sums_[i - 1] + big16(frame_, filler_at + 2 * (i - 1));
}

void FrameBuilder::finish_ip(std::size_t bytes) {
    const std::span ip = std::span(frame_).subspan(ip_at, ipv4_header::min_bytes);
    put_big16(ip, ipv4_header::total_length, static_cast<uint16_t>(bytes - ip_at));
    put_big16(ip, ipv4_header::checksum, 0);
    put_big16(ip, ipv4_header::checksum, static_cast<uint16_t>(~fold(sum_words(ip))));
}

void FrameBuilder::finish_udp(std::size_t bytes) {
    const auto length = static_cast<uint16_t>(bytes - udp_at);
    put_big16(frame_, udp_at + udp_header::length, length);
    put_big16(frame_, udp_at + udp_header::checksum, 0);
    const std::size_t filler = bytes - filler_at;
    uint64_t sum = sum_words(std::span(frame_).subspan(ip_at + ipv4_header::addresses, 8)) + // pseudo header
                   ip_protocol::udp + length +
                   sum_words(std::span(frame_).subspan(udp_at, filler_at - udp_at)) +
                   filler_sums_[filler / 2];
    if (filler % 2 != 0)
        sum += static_cast<unsigned>(frame_[bytes - 1] << 8);
    const auto checksum = static_cast<uint16_t>(~fold(sum));
    put_big16(frame_, udp_at + udp_header::checksum, checksum == 0 ? 0xffff : checksum); // RFC 768
}

std::span<const uint8_t> FrameBuilder::build(std::size_t bytes, const Label& label) {
    const std::span at = std::span(frame_).subspan(label_at, label::bytes);
    put_big16(frame_, udp_at, first_source_port_ + label.flow);
    put_big16(at, label::flow_at, label.flow);
    put_big32(at, label::sequence_at, label.sequence);
    put_big32(at, label::due_at, static_cast<uint32_t>(static_cast<uint64_t>(label.due_ns) >> 32));
    put_big32(at, label::due_at + 4, static_cast<uint32_t>(label.due_ns));
    finish_ip(bytes);
    finish_udp(bytes);
    return std::span(frame_).first(bytes);
}

std::optional<Label> find_label(std::span<const uint8_t> frame) {
    const PacketLayout layout = find_headers(frame);
    if (layout.l4 == 0 || layout.tcp || layout.end < layout.payload + label::bytes)
        return {};
    const std::span at = frame.subspan(layout.payload, label::bytes);
    if (big32(at, label::mark_at) != label::mark)
        return {};
    const uint64_t due = static_cast<uint64_t>(big32(at, label::due_at)) << 32 | big32(at, label::due_at + 4);
    return Label{.flow = big16(at, label::flow_at),
                 .sequence = big32(at, label::sequence_at),
                 .due_ns = static_cast<int64_t>(due)};
}

std::optional<std::array<uint8_t, min_frame_bytes>> answer_arp(std::span<const uint8_t> frame, uint32_t ip,
                                                               const MacAddress& mac) {
    constexpr uint16_t ethernet = 1, request = 1, reply = 2, lengths = 0x0604;
    constexpr std::size_t arp_at = ip_at, protocol_at = 2, lengths_at = 4, operation_at = 6, sender_at = 8,
                          target_at = 18, party_bytes = 10, arp_bytes = target_at + party_bytes;
    if (frame.size() < arp_at + arp_bytes || big16(frame, type_offset) != ether_type::arp)
        return {};
    const std::span asked = frame.subspan(arp_at, arp_bytes);
    if (big16(asked, 0) != ethernet || big16(asked, protocol_at) != ether_type::ipv4 ||
        big16(asked, lengths_at) != lengths || big16(asked, operation_at) != request ||
        big32(asked, target_at + mac.size()) != ip)
        return {};
    std::array<uint8_t, min_frame_bytes> answer{};
    std::ranges::copy(asked.subspan(sender_at, mac.size()), answer.begin());
    std::ranges::copy(mac, answer.begin() + source_mac_at);
    put_big16(answer, type_offset, ether_type::arp);
    const std::span told = std::span(answer).subspan(arp_at, arp_bytes);
    std::ranges::copy(asked.first(operation_at), told.begin());
    put_big16(told, operation_at, reply);
    std::ranges::copy(mac, told.begin() + sender_at);
    put_big32(told, sender_at + mac.size(), ip);
    std::ranges::copy(asked.subspan(sender_at, party_bytes), told.begin() + target_at);
    return answer;
}

} // namespace traffic
