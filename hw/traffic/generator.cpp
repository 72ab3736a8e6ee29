// SPDX-License-Identifier: GPL-2.0-or-later
// The generator's run.
#include "generator.h"

#include <algorithm>

namespace traffic {

namespace {

constexpr std::size_t overhead_bytes = 8 + 4 + 12; // preamble, FCS, gap (IEEE 802.3)
constexpr uint64_t size_stream = 1; // sizes are drawn apart from times, so that neither changes the other

int64_t wire_time_ns(std::size_t bytes, uint32_t mbps) {
    return mbps == 0 ? 0 : static_cast<int64_t>((bytes + overhead_bytes) * 8 * 1000 / mbps);
}

} // namespace

void Generator::start(const Settings& settings, int64_t now_ns) {
    settings_ = settings;
    arrivals_ = Arrivals(settings.arrivals, settings.seed);
    size_random_ = Random(~settings.seed + size_stream);
    builder_ = FrameBuilder(settings.addresses);
    running_ = true;
    done_ = 0;
    flow_ = 0;
    begin_ns_ = now_ns + settings.delay_ns;
    wire_free_ns_ = begin_ns_;
    schedule_next();
}

void Generator::schedule_next() {
    bytes_ = settings_.sizes.draw(size_random_);
    due_ns_ = std::max(begin_ns_ + arrivals_.next(), wire_free_ns_);
    wire_free_ns_ = due_ns_ + wire_time_ns(bytes_, settings_.wire_mbps);
}

void Generator::send_next(int64_t now_ns) {
    const auto flow = static_cast<uint16_t>(settings_.first_flow + flow_);
    const Label label{.flow = flow, .sequence = sequences_[flow]++, .due_ns = due_ns_};
    flow_ = static_cast<uint16_t>((flow_ + 1u) % settings_.flows);
    counters_.lag_ns = std::max(counters_.lag_ns, static_cast<uint64_t>(now_ns - due_ns_));
    if (peer_.send(builder_.build(bytes_, label))) {
        counters_.sent++;
        counters_.sent_bytes += bytes_;
    } else {
        counters_.refused++;
    }
    if (++done_ == settings_.count)
        running_ = false;
    else
        schedule_next();
}

int64_t Generator::run(int64_t now_ns) {
    for (unsigned batch = 0; running_ && due_ns_ <= now_ns; batch++) {
        if (batch == max_batch)
            return now_ns + pause_ns;
        send_next(now_ns);
    }
    return running_ ? due_ns_ : never;
}

} // namespace traffic
