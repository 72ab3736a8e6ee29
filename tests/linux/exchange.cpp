// SPDX-License-Identifier: GPL-2.0-or-later
// One end of an exchange of numbered frames.
#include "exchange.h"

#include <algorithm>

namespace linux_test {

namespace {

constexpr auto time_of_no_return = std::chrono::seconds(2);
constexpr size_t header_size = 14;
constexpr size_t minimum_frame = 60;
constexpr size_t number_offset = header_size + 8; // in the payload's header: mark, seed, number

uint32_t get32(std::span<const uint8_t> bytes, size_t at) {
    return static_cast<uint32_t>(bytes[at]) << 24 | static_cast<uint32_t>(bytes[at + 1]) << 16 |
           static_cast<uint32_t>(bytes[at + 2]) << 8 | bytes[at + 3];
}

} // namespace

uint16_t ether_type(std::span<const uint8_t> frame) {
    return frame.size() < header_size ? uint16_t{0} : static_cast<uint16_t>(frame[12] << 8 | frame[13]);
}

Exchange::Exchange(const ExchangePlan& plan)
    : plan_(plan), outgoing_(plan.seed, plan.min_payload, plan.max_payload),
      checker_(harness::Pattern(plan.peer_seed, plan.min_payload, plan.max_payload), plan.expect) {}

std::optional<harness::Frame> Exchange::next() {
    if (acknowledgement_due_)
        return acknowledgement();
    if (sent_ == plan_.send || (plan_.window != 0 && sent_ - acknowledged_ >= plan_.window))
        return std::nullopt;
    return outgoing_.frame(sent_++, plan_.peer, plan_.own, data_type);
}

harness::Frame Exchange::acknowledgement() {
    acknowledgement_due_ = false;
    last_acknowledgement_ = highest_;
    harness::Frame frame(minimum_frame);
    std::ranges::copy(plan_.peer, frame.begin());
    std::ranges::copy(plan_.own, frame.begin() + 6);
    frame[12] = acknowledgement_type >> 8;
    frame[13] = acknowledgement_type & 0xff;
    for (size_t i = 0; i < 4; i++)
        frame[header_size + i] = static_cast<uint8_t>(highest_ >> (24 - 8 * i));
    return frame;
}

bool Exchange::arrived(std::span<const uint8_t> frame) {
    uint16_t type = ether_type(frame);
    idle_in_a_row_ = 0;
    if (type == acknowledgement_type && frame.size() >= header_size + 4) {
        acknowledged_ = std::max(acknowledged_, std::min(get32(frame, header_size), sent_));
        return true;
    }
    if (type != data_type)
        return false;
    checker_.take_frame(frame);
    if (frame.size() >= number_offset + 4)
        highest_ = std::max(highest_, std::min(get32(frame, number_offset), plan_.expect - 1) + 1);
    acknowledgement_due_ = unacknowledged() >= std::max(plan_.window / 4, 1u) ||
                           (unacknowledged() > 0 && highest_ == plan_.expect);
    return true;
}

void Exchange::idle() {
    acknowledgement_due_ = unacknowledged() > 0;
    if (++idle_in_a_row_ * idle_time >= time_of_no_return)
        acknowledged_ = sent_;
}

bool Exchange::complete() const {
    bool ours_done = sent_ == plan_.send && (plan_.window == 0 || acknowledged_ == sent_);
    return ours_done && checker_.all_arrived() && unacknowledged() == 0;
}

bool Exchange::perfect() const { return complete() && checker_.perfect() && checker_.foreign() == 0; }

std::string Exchange::describe() const {
    std::string text = "sent " + std::to_string(sent_) + " of " + std::to_string(plan_.send);
    if (plan_.window != 0)
        text += ", acknowledged " + std::to_string(acknowledged_);
    return text + "; received " + checker_.describe();
}

} // namespace linux_test
