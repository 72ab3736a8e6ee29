// SPDX-License-Identifier: GPL-2.0-or-later
// Loss, order and latency. The frames may come from anybody: nothing they say leads out of a table.
#include "receiver.h"

#include <algorithm>
#include <bit>

namespace traffic {

void FlowHistory::note_late(uint32_t sequence, uint32_t behind, traffic_counters& counters) {
    if (behind > window) {
        counters.stale++;
    } else if (seen_[sequence % window]) {
        counters.duplicates++;
    } else { // it was counted as lost
        seen_.set(sequence % window);
        counters.reordered++;
        counters.lost--;
    }
}

void FlowHistory::note(uint32_t sequence, traffic_counters& counters) {
    const auto ahead = static_cast<int32_t>(sequence - next_); // numbers begin again after 2^32
    if (ahead < 0) {
        note_late(sequence, next_ - sequence, counters);
        return;
    }
    for (uint32_t i = 0; i < std::min(static_cast<uint32_t>(ahead), window); i++)
        seen_.reset((sequence - 1 - i) % window);
    seen_.set(sequence % window);
    counters.lost += static_cast<uint32_t>(ahead);
    counters.longest_gap = std::max(counters.longest_gap, static_cast<uint64_t>(ahead));
    next_ = sequence + 1;
}

void Receiver::note_latency(uint64_t ns) {
    const auto bucket = static_cast<unsigned>(std::bit_width(ns));
    counters_.latency_min_ns = counters_.received == 1 ? ns : std::min(counters_.latency_min_ns, ns);
    counters_.latency_max_ns = std::max(counters_.latency_max_ns, ns);
    counters_.latency_sum_ns += ns;
    counters_.latency_histogram[std::min(bucket, TRAFFIC_LATENCY_BUCKETS - 1u)]++;
}

void Receiver::take(std::span<const uint8_t> frame, int64_t now_ns) {
    const auto label = find_label(frame);
    if (!label || label->flow >= flows_.size() || label->due_ns < 0 || label->due_ns > now_ns) {
        counters_.foreign++;
        return;
    }
    counters_.received++;
    counters_.received_bytes += frame.size();
    flows_[label->flow].note(label->sequence, counters_);
    note_latency(static_cast<uint64_t>(now_ns - label->due_ns));
}

} // namespace traffic
