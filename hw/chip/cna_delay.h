// SPDX-License-Identifier: GPL-2.0-or-later
// The CNA interrupt and the counter that may hold it back (SDM 6.4.2.5.4).
#pragma once

#include <cstdint>

#include "host.h"
#include "scb.h"

namespace i8255x {

class CnaDelay {
  public:
    struct State {
        int64_t deadline_ns = -1; ///< of Timer::CnaDelay; -1: not counting
    };
    /// One step of the CID field: 256 PCI clocks at 33 1/3 MHz.
    static constexpr int64_t unit_ns = 7680;

    CnaDelay(Host& host, Scb& scb) : host_(host), scb_(scb) {}

    /// The command unit left the active state: CNA now, or after `cid` units.
    void left_active(unsigned cid);
    /// CU start or resume: a delayed interrupt is forgotten.
    void cancel();
    /// A frame was received: gives the cause to raise with it (CNA if one was waiting, else 0) and stops
    /// counting.
    uint8_t take();
    void timer_fired();

    const State& state() const { return state_; }
    static bool valid(const State& state) { return state.deadline_ns >= -1; }
    /// Arms or cancels the timer to match.
    void restore(const State& state);

  private:
    Host& host_;
    Scb& scb_;
    State state_;
};

} // namespace i8255x
