// SPDX-License-Identifier: GPL-2.0-or-later
// The receive FIFO of the 82558 and later as far as software can see it (SDM 6.4.3.4).
#include "receive_fifo.h"

#include <algorithm>
#include <cstring>

namespace i8255x {
namespace {

std::size_t length_at(const uint8_t* prefix) {
    return static_cast<std::size_t>(prefix[0]) | static_cast<std::size_t>(prefix[1]) << 8;
}

} // namespace

bool ReceiveFifo::push(std::span<const uint8_t> frame) {
    if (!has_room(frame.size()))
        return false;
    if (frame.size() + prefix_bytes > capacity - end_) {
        std::memmove(bytes_.data(), bytes_.data() + begin_, used());
        end_ -= begin_;
        begin_ = 0;
    }
    bytes_[end_] = static_cast<uint8_t>(frame.size());
    bytes_[end_ + 1] = static_cast<uint8_t>(frame.size() >> 8);
    std::copy(frame.begin(), frame.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(end_ + prefix_bytes));
    end_ += prefix_bytes + frame.size();
    return true;
}

std::span<const uint8_t> ReceiveFifo::front() const {
    const uint8_t* prefix = bytes_.data() + begin_;
    return {prefix + prefix_bytes, length_at(prefix)};
}

void ReceiveFifo::pop() {
    begin_ += prefix_bytes + front().size();
    if (empty())
        clear();
}

bool ReceiveFifo::valid(std::span<const uint8_t> bytes) {
    if (bytes.size() > capacity)
        return false;
    while (!bytes.empty()) {
        if (bytes.size() < prefix_bytes)
            return false;
        const std::size_t length = length_at(bytes.data());
        if (length < min_frame_bytes || length > bytes.size() - prefix_bytes)
            return false;
        bytes = bytes.subspan(prefix_bytes + length);
    }
    return true;
}

void ReceiveFifo::restore(std::span<const uint8_t> bytes) {
    begin_ = 0;
    end_ = bytes.size();
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

} // namespace i8255x
