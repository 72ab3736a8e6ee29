// SPDX-License-Identifier: GPL-2.0-or-later
// A list of receive buffers (RBDs): the free buffers of the flexible mode, or where the rest of one frame was
// redirected to.
//
// Today's manual leaves flexible mode out; where it does, the list works as on the 82596, whose structures
// these are: the first RFD points to the list of free buffers, each frame takes as many as it needs, the next
// frame goes on behind them. A later RFD may point to a list of its own, which then replaces that list. The
// chip writes no pointer into RFDs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host.h"
#include "receive_frame.h"

namespace i8255x {

class ReceiveBuffers {
  public:
    enum class Position : uint8_t {
        Unknown, ///< no list was loaded
        Next,    ///< at the RBD for the next buffer
        UsedUp,  ///< at the RBD with EL, whose buffer is used
    };
    struct State {
        uint32_t rbd = 0;
        Position position = Position::Unknown;
    };
    enum class Outcome : uint8_t {
        Fits,
        Cut,     ///< the list ended before the frame
        Nothing, ///< the list has no buffer at all: nothing was written
        Refused, ///< by the bus; the list is where it was
    };
    struct Stored {
        Outcome outcome;
        std::size_t bytes;
    };

    explicit ReceiveBuffers(Host& host) : host_(host) {}

    void load(uint32_t rbd) { state_ = {.rbd = rbd, .position = Position::Next}; }
    void forget() { state_ = {}; }
    bool used_up() const { return state_.position == Position::UsedUp; }
    /// Software has appended RBDs; false if there are none behind the last one.
    bool look_again(uint32_t base);

    /// Writes the frame from byte `from` on, which it has, into the next buffers, and their actual counts.
    [[gnu::noinline]] Stored store(const ReceivedFrame& frame, std::size_t from, uint32_t base);

    const State& state() const { return state_; }
    static bool valid(const State& state) { return state.position <= Position::UsedUp; }
    void restore(const State& state) { state_ = state; }

  private:
    enum class Found : uint8_t { Buffer, None, Unreadable };
    struct Buffer; ///< an RBD as it was read

    Found find(Buffer& buffer, uint32_t base);
    bool write_count(const Buffer& buffer, std::size_t bytes, bool last);

    Host& host_;
    State state_;
    unsigned looked_at_ = 0; ///< RBDs since store() began
};

[[gnu::noinline]] bool dma_write_pieces(Host& host, uint32_t address, const ReceivedFrame& frame,
                                        std::size_t from, std::size_t count);
/// Writes bytes [from, from + count) of `frame` to `address` on, each piece from where it is.
inline bool dma_write_frame(Host& host, uint32_t address, const ReceivedFrame& frame, std::size_t from,
                            std::size_t count) {
    if (frame.bytes != frame.data.size())
        return dma_write_pieces(host, address, frame, from, count);
    return count == 0 || host.dma_write(address, frame.data.subspan(from, count));
}

} // namespace i8255x
