// SPDX-License-Identifier: GPL-2.0-or-later
// Receive unit: its states and commands, and the way of a frame into the receive frame area
// (SDM 6.4.3, 6.5.4).
#pragma once

#include <cstdint>
#include <span>

#include "address_filter.h"
#include "configuration.h"
#include "host.h"
#include "i8255x/rfd.h"
#include "receive_buffers.h"
#include "receive_bundling.h"
#include "receive_fifo.h"
#include "receive_frame.h"
#include "scb.h"
#include "statistics.h"
#include "variants.h"

namespace i8255x {

/// Why a frame stopped before the receive unit (second value of TraceEvent::RxFiltered).
enum class Filtered : uint8_t {
    Address,      ///< not for this station
    NotListening, ///< before the first Configure, or with CSMA disabled
    ReceiverOff,  ///< the receive unit is idle
    Disconnected, ///< the PHY passes nothing on, or the chip listens to itself
    Asleep,       ///< below D0 only the wake-up unit listens
    FlowControl,  ///< a PAUSE frame that is not to be stored
};

/// Every frame that came in (TraceEvent::RxWire) ends in exactly one of RxFiltered, RxDrop (with the counter
/// that took it) and RfdComplete, unless it still waits in the FIFO. Frames wait there while the unit is
/// stopped, and behind one whose header alone is in memory.
class ReceiveUnit {
  public:
    struct State {
        uint32_t base = 0;
        uint32_t rfd = 0;              ///< absolute address of the RFD for the next frame
        uint16_t header_data_size = 0; ///< 0: no header RFDs
        uint16_t header_stored = 0; ///< bytes of the FIFO's first frame that are in its RFD; 0: not mid-frame
        int64_t split_deadline_ns = -1; ///< of Timer::HeaderSplit; -1: not mid-frame
        int64_t room_deadline_ns = -1;  ///< of Timer::ReceiveRoom; -1: no descriptor is waited for
        uint8_t early_receive = 0;      ///< register: units of 8 bytes; 0: off
        ReceiveBuffers::State buffers = {};
    };
    struct Units {
        Host& host;
        const Variant& variant;
        Scb& scb;
        const Configuration& configuration;
        const AddressFilter& filter;
        Statistics& statistics;
        ReceiveBundling& bundling;
    };

    ReceiveUnit(const Units& units, bool backpressure);

    void command(RuCommand command);

    /// A frame from the wire without FCS; short ones are padded. False: held back (with `backpressure`, and
    /// while a descriptor is being filled in).
    bool receive(std::span<const uint8_t> frame, uint16_t line_errors = 0);
    /// A frame of our own transmitter; its padding applied, `fcs` as sent or empty for a good one.
    void receive_looped(std::span<const uint8_t> frame, std::span<const uint8_t> fcs);
    /// False only where a frame would be held back. Nothing here calls Host::receive_possible(): whoever gave
    /// a command, a reset or a state compares this before and after, when all units have settled.
    bool can_receive() const;
    void split_timer_fired();
    void room_timer_fired();

    /// Early RX interrupt register (SDM 6.3.7).
    uint8_t early_receive() const { return state_.early_receive; }
    void set_early_receive(uint8_t value) { state_.early_receive = value; }
    /// RX DMA byte count register (SDM 6.3.6): room in the buffer that is filled next. Reads the RFD, which
    /// the chip has fetched by then.
    uint32_t byte_count() const;

    void reset();           ///< software or hardware reset
    void selective_reset(); ///< to idle; base and header data size kept (SDM table 8)

    State state() const;
    std::span<const uint8_t> fifo() const { return fifo_.bytes(); }
    /// The RU status is part of the SCB's state.
    bool valid(const State& state, RuStatus status, std::span<const uint8_t> fifo) const;
    void restore(const State& state, std::span<const uint8_t> fifo);

  private:
    enum class Stored : uint8_t {
        Done,
        Header, ///< the rest waits
        Later,  ///< the descriptor may still get room
        Not,    ///< no descriptor or buffer, the unit left the ready state
        Lost,
    };
    enum class Found : uint8_t { Slot, Later, None, Unreadable };
    struct Slot;   ///< an RFD as it was read
    struct Placed; ///< where the bytes of a frame went

    void start();
    void resume();
    void abort();
    void load_base();
    void load_header_data_size();
    void redirect();
    void resume_buffers();
    void become_ready(uint32_t rfd);
    bool ready() const;
    bool stopped() const;

    bool admit(const WireFrame& frame, bool from_wire);
    void admit_bad(const WireFrame& frame, const FrameErrors& errors, const AddressFilter::Match& match);
    bool admit_good(const WireFrame& frame, const AddressFilter::Match& match, bool from_wire);
    bool keep(std::span<const uint8_t> frame);
    bool wait_or_lose(std::span<const uint8_t> frame, bool from_wire);
    Counter counter_of_loss() const;
    void deliver_waiting();
    void discard_waiting();
    bool has_fifo() const { return variant_.generation >= Generation::I82558; }

    Stored store(const ReceivedFrame& frame, bool rest_may_wait);
    Placed place(const Slot& slot, const ReceivedFrame& frame, std::size_t header,
                 ReceiveBuffers* redirected);
    Stored complete(const Slot& slot, const ReceivedFrame& frame, std::size_t header,
                    ReceiveBuffers* redirected);
    Found find_slot(Slot& slot);
    bool awaits_room() const { return state_.room_deadline_ns >= 0; }
    bool await_room();
    void await_room_no_longer();
    bool read_slot(Slot& slot) const;
    bool pass(const Slot& slot, uint8_t causes);
    void leave_full(const Slot& slot, bool with_buffers, uint8_t causes);
    bool write_completion(const Slot& slot, const ReceivedFrame& frame, const Placed& placed);
    bool passes_overruns() const;
    void raise_early_receive(std::span<const uint8_t> frame);
    void lose_to_bus(const char* what, const ReceivedFrame& frame);
    /// Apart, so that a frame after which the unit goes on saves no registers for it.
    [[gnu::noinline]] void leave_ready(RuStatus next, uint8_t other_causes);

    bool mid_frame() const { return state_.header_stored != 0; }
    bool next_splits(std::size_t bytes) const;
    Stored store_header(const Slot& slot, const ReceivedFrame& frame, bool rest_may_wait);
    void end_split(ReceiveBuffers* redirected);
    uint16_t forget_split();

    void drop(Counter counter, std::size_t bytes);
    void trace_drop(Counter counter, std::size_t bytes);
    void filtered(Filtered reason, std::size_t bytes);

    Host& host_;
    const Variant& variant_;
    Scb& scb_;
    const Configuration& configuration_;
    const AddressFilter& filter_;
    Statistics& statistics_;
    ReceiveBundling& bundling_;
    const bool backpressure_;
    State state_;        ///< but `buffers`
    unsigned looks_ = 0; ///< at the descriptor without room
    ReceiveBuffers buffers_;
    ReceiveFifo fifo_;
};

} // namespace i8255x
