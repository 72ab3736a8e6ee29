// SPDX-License-Identifier: GPL-2.0-or-later
// A list of receive buffers (RBDs).
#include "receive_buffers.h"

#include <algorithm>

#include "dma.h"

namespace i8255x {
namespace {

/// RBDs that are looked at for one frame before the list counts as one without end. Enough for the longest
/// Ethernet frame in buffers of the smallest size, 2 bytes.
constexpr unsigned max_looked_at = 1024;

} // namespace

struct ReceiveBuffers::Buffer {
    uint32_t rbd = 0;
    uint32_t address = 0;
    std::size_t size = 0;
};

/// Takes the next buffer with room off the list. The position moves on at once, so that an RBD is fetched
/// when the buffer before it is full and not yet reported, as the chip does.
ReceiveBuffers::Found ReceiveBuffers::find(Buffer& buffer, uint32_t base) {
    while (state_.position == Position::Next) {
        ReceiveBufferDescriptor rbd;
        if (!dma_read_object(host_, state_.rbd, rbd))
            return Found::Unreadable;
        buffer = {.rbd = state_.rbd,
                  .address = rbd.address,
                  .size = static_cast<std::size_t>(rbd.size & rfd_count::mask)};
        if (++looked_at_ > max_looked_at) {
            host_.guest_error("no end of the RBDs for one frame", state_.rbd);
            state_.position = Position::UsedUp;
            return Found::None;
        }
        if ((rbd.size & rbd_end_of_list) != 0)
            state_.position = Position::UsedUp;
        else
            state_.rbd = base + rbd.link;
        if (buffer.size != 0)
            return Found::Buffer;
    }
    return Found::None;
}

ReceiveBuffers::Stored ReceiveBuffers::store(const ReceivedFrame& frame, std::size_t from, uint32_t base) {
    const State before = state_;
    const auto refused = [&] {
        state_ = before;
        return Stored{Outcome::Refused, 0};
    };
    looked_at_ = 0;
    Buffer buffer;
    Found found = find(buffer, base);
    std::size_t at = from;
    while (found == Found::Buffer) {
        const Buffer full = buffer;
        const std::size_t bytes = std::min(full.size, frame.bytes - at);
        if (!dma_write_frame(host_, full.address, frame, at, bytes))
            return refused();
        at += bytes;
        found = at < frame.bytes ? find(buffer, base) : Found::None;
        if (found == Found::Unreadable || !write_count(full, bytes, found == Found::None))
            return refused();
    }
    if (found == Found::Unreadable)
        return refused();
    if (at == frame.bytes)
        return {Outcome::Fits, at - from};
    return {at == from ? Outcome::Nothing : Outcome::Cut, at - from};
}

bool ReceiveBuffers::write_count(const Buffer& buffer, std::size_t bytes, bool last) {
    const Le16 count =
        static_cast<uint16_t>(bytes | rfd_count::valid | (last ? rfd_count::end_of_frame : uint16_t{0}));
    return dma_write_object(host_, buffer.rbd, count);
}

/// The EL bit and the link of the last RBD, which were read when it was the end of the list, may be others
/// now.
bool ReceiveBuffers::look_again(uint32_t base) {
    if (state_.position != Position::UsedUp)
        return true;
    ReceiveBufferDescriptor rbd;
    if (!dma_read_object(host_, state_.rbd, rbd) || (rbd.size & rbd_end_of_list) != 0)
        return false;
    load(base + rbd.link);
    return true;
}

bool dma_write_pieces(Host& host, uint32_t address, const ReceivedFrame& frame, std::size_t from,
                      std::size_t count) {
    for (std::span<const uint8_t> piece : frame.pieces()) {
        const std::size_t skipped = std::min(from, piece.size());
        const std::size_t bytes = std::min(count, piece.size() - skipped);
        from -= skipped;
        if (bytes == 0)
            continue;
        if (!host.dma_write(address, piece.subspan(skipped, bytes)))
            return false;
        address += static_cast<uint32_t>(bytes);
        count -= bytes;
    }
    return true;
}

} // namespace i8255x
