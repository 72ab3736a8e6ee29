// SPDX-License-Identifier: GPL-2.0-or-later
// Flow control by PAUSE frames (IEEE 802.3 annex 31B; SDM 6.3.8, 6.6): those of the peer hold the transmitter
// back, and a receive FIFO that fills up, or software, holds the peer back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "address_filter.h"
#include "configuration.h"
#include "host.h"
#include "i8255x/csr.h"
#include "phy_line.h"
#include "scb.h"
#include "statistics.h"
#include "variants.h"

namespace i8255x {

class FlowControl {
  public:
    struct State {
        uint8_t threshold = 0;            ///< register 19h
        bool xoff = false;                ///< software acts as if the FIFO were full
        bool full = false;                ///< the peer was told to stop, and not yet to go on
        int64_t paused_until_ns = -1;     ///< -1: not paused
        int64_t paused_low_until_ns = -1; ///< the same for the low-priority queue alone
        int64_t repeat_deadline_ns = -1;  ///< of Timer::PauseRepeat; -1: off
    };
    struct Units {
        Host& host;
        const Variant& variant;
        Scb& scb;
        const Configuration& configuration;
        const AddressFilter& filter;
        Statistics& statistics;
        const PhyLine& phy;
    };
    enum class Verdict : uint8_t {
        Other,  ///< not a control frame for this station
        Pass,   ///< noticed; goes on to the address filter like any other
        Reject, ///< noticed, and not to be stored
    };

    explicit FlowControl(const Units& units) : units_(units) {}

    /// A good frame from the wire, without FCS.
    Verdict notice(std::span<const uint8_t> frame);
    /// When the transmitter may begin the next frame; in the past if it may at once.
    int64_t transmit_from_ns(bool high_priority) const;
    /// So many bytes wait in the receive FIFO.
    void follow_fifo(std::size_t used);
    /// The peer is gone.
    void link_lost();
    void timer_fired();

    uint8_t threshold() const { return state_.threshold; }
    void set_threshold(uint8_t value);
    uint8_t command_status() const; ///< register 1Ah
    void write_command(uint8_t value);

    void reset();

    const State& state() const { return state_; }
    static bool valid(const State& state);
    /// Bits that cannot be set are ignored. Arms or cancels the timer to match.
    void restore(const State& state, std::size_t fifo_used);

  private:
    bool is_set(ConfigField field) const { return units_.configuration.is_set(field); }
    bool paused(int64_t until_ns) const;
    int64_t slots_ns(uint32_t slots) const;
    uint16_t delay() const;
    bool is_low_priority(std::span<const uint8_t> frame) const;
    void obey(std::span<const uint8_t> frame);

    std::size_t threshold_bytes() const;
    bool wants_silence() const;
    bool can_send() const;
    void stop_peer();
    void release_peer(bool announce);
    void send_pause(uint16_t slots);
    void arm_repeat();
    void cancel_repeat();

    Units units_;
    State state_;
    std::size_t fifo_used_ = 0;
};

} // namespace i8255x
