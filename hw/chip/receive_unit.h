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
/// that took it) and RfdComplete, unless it still waits in the FIFO.
class ReceiveUnit {
  public:
    struct State {
        uint32_t base = 0;
        uint32_t rfd = 0; ///< absolute address of the RFD for the next frame
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

    /// A frame from the wire without FCS; short ones are padded. False: held back (only with `backpressure`).
    bool receive(std::span<const uint8_t> frame, uint16_t line_errors = 0);
    /// A frame of our own transmitter; its padding applied, `fcs` as sent or empty for a good one.
    void receive_looped(std::span<const uint8_t> frame, std::span<const uint8_t> fcs);
    /// False only with `backpressure`. Nothing here calls Host::receive_possible(): whoever gave a command, a
    /// reset or a state compares this before and after, when all units have settled.
    bool can_receive() const;

    void reset();           ///< software or hardware reset
    void selective_reset(); ///< to idle, base kept (SDM table 8)

    const State& state() const { return state_; }
    std::span<const uint8_t> fifo() const { return fifo_.bytes(); }
    /// The RU status is part of the SCB's state.
    bool valid(RuStatus status, std::span<const uint8_t> fifo) const;
    void restore(const State& state, std::span<const uint8_t> fifo);

  private:
    enum class Stored : uint8_t { Done, Not, Lost }; ///< Not: no descriptor, the unit left the ready state
    enum class Found : uint8_t { Slot, None, Unreadable };
    struct Slot; ///< an RFD as it was read

    void start();
    void resume();
    void abort();
    void load_base();
    void become_ready(uint32_t rfd);
    bool stopped() const;

    bool admit(const WireFrame& frame, bool may_hold_back);
    void admit_bad(const WireFrame& frame, const FrameErrors& errors, const AddressFilter::Match& match);
    bool wait_or_lose(std::span<const uint8_t> frame, bool may_hold_back);
    Counter counter_of_loss() const;
    void deliver_waiting();
    void discard_waiting();
    bool has_fifo() const { return variant_.generation >= Generation::I82558; }

    Stored store(const ReceivedFrame& frame);
    Found find_slot(Slot& slot);
    bool read_slot(Slot& slot);
    bool pass(const Slot& slot, uint8_t causes);
    bool write_data(const Slot& slot, const ReceivedFrame& frame);
    bool write_completion(const Slot& slot, const ReceivedFrame& frame, bool overrun);
    bool passes_overruns() const;
    void lose_to_bus(const char* what, const ReceivedFrame& frame);
    void leave_ready(RuStatus next, uint8_t other_causes);

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
    State state_;
    ReceiveFifo fifo_;
};

} // namespace i8255x
