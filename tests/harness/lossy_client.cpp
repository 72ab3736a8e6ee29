// SPDX-License-Identifier: GPL-2.0-or-later
#include "lossy_client.h"

#include <algorithm>

namespace harness {

namespace {

constexpr uint32_t initial_sequence = 0xffff'f000; // it wraps early
constexpr size_t segment_bytes = 1400, window_bytes = 14 * segment_bytes;

} // namespace

LossyClient::LossyClient(const Ipv4& header, uint16_t own_port, uint16_t port, std::string data,
                         LossyWire wire)
    : header_(header), own_port_(own_port), port_(port), data_(std::move(data)), wire_(wire),
      random_(wire.seed) {}

Tcp LossyClient::segment(uint32_t sequence, uint8_t flags) const {
    Tcp tcp;
    tcp.source_port = own_port_;
    tcp.destination_port = port_;
    tcp.sequence = sequence;
    tcp.flags = flags;
    tcp.window = 60000;
    if (flags & tcp_flag::ack)
        tcp.acknowledgment = expected_ + static_cast<uint32_t>(heard_.size());
    return tcp;
}

/// Offsets of the segments that are not acknowledged, as far as the window goes.
std::vector<size_t> LossyClient::starts() {
    std::vector<size_t> result;
    const size_t end = std::min(acknowledged_ + window_bytes, data_.size());
    for (size_t at = acknowledged_; at < end; at += segment_bytes) {
        result.push_back(at);
        if (chance(wire_.repeat_percent))
            result.push_back(at);
    }
    result.push_back(data_.size()); // an acknowledgment at least
    if (wire_.reorders)
        std::shuffle(result.begin(), result.end(), random_);
    return result;
}

std::vector<Bytes> LossyClient::turn() {
    std::vector<Bytes> segments;
    const auto add = [&](const Tcp& tcp, const std::string& bytes) {
        if (!chance(wire_.loss_percent))
            segments.push_back(tcp_segment(tcp, bytes));
    };
    if (!connected()) {
        add(segment(initial_sequence, tcp_flag::syn), "");
        return segments;
    }
    for (const size_t at : starts())
        add(segment(initial_sequence + 1 + static_cast<uint32_t>(at), tcp_flag::ack),
            data_.substr(at, segment_bytes));
    return segments;
}

Bytes LossyClient::tcp_segment(const Tcp& tcp, const std::string& bytes) const {
    return harness::tcp(header_, tcp, Bytes(bytes.begin(), bytes.end()));
}

void LossyClient::take(std::span<const uint8_t> frame) {
    const auto view = parse_tcp(frame);
    if (!view || view->header.destination_port != own_port_ || chance(wire_.loss_percent))
        return;
    was_reset_ |= (view->header.flags & tcp_flag::rst) != 0;
    if (!connected()) {
        if (view->header.flags & tcp_flag::syn)
            expected_ = view->header.sequence + 1;
        return;
    }
    acknowledged_ = std::max<size_t>(acknowledged_, view->header.acknowledgment - (initial_sequence + 1));
    const uint32_t at = view->header.sequence - expected_;
    if (!view->data.empty() && at < data_.size())
        out_of_order_.try_emplace(at, view->data.begin(), view->data.end());
    take_in_order();
}

void LossyClient::take_in_order() {
    auto first = out_of_order_.begin();
    while (first != out_of_order_.end() && first->first <= heard_.size()) {
        const size_t known = heard_.size() - first->first;
        if (known < first->second.size())
            heard_ += first->second.substr(known);
        first = out_of_order_.erase(first);
    }
}

Bytes LossyClient::reset() const {
    return tcp_segment(
        segment(initial_sequence + 1 + static_cast<uint32_t>(acknowledged_), tcp_flag::rst | tcp_flag::ack),
        "");
}

} // namespace harness
