// SPDX-License-Identifier: GPL-2.0-or-later
// The receive FIFO of the 82558 and later as far as software can see it: frames that wait for a receive unit
// which is suspended or out of resources (SDM 6.4.3.4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace i8255x {

class ReceiveFifo {
  public:
    static constexpr std::size_t capacity = 3072;
    static constexpr std::size_t prefix_bytes = 2; ///< little-endian length in front of each frame
    static constexpr std::size_t min_frame_bytes = 14;

    bool empty() const { return begin_ == end_; }
    std::size_t used() const { return end_ - begin_; }

    bool has_room(std::size_t frame_bytes) const { return frame_bytes + prefix_bytes <= capacity - used(); }
    /// False, and nothing stored, if there is not enough room.
    bool push(std::span<const uint8_t> frame);
    /// The oldest frame; valid until the next push(). Not for an empty FIFO.
    std::span<const uint8_t> front() const;
    void pop();
    void clear() { begin_ = end_ = 0; }

    /// All frames with their prefixes, oldest first.
    std::span<const uint8_t> bytes() const { return {bytes_.data() + begin_, used()}; }
    /// Whether `bytes` is what bytes() of some FIFO could have been.
    static bool valid(std::span<const uint8_t> bytes);
    void restore(std::span<const uint8_t> bytes); ///< which are valid()

  private:
    std::array<uint8_t, capacity> bytes_{};
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace i8255x
