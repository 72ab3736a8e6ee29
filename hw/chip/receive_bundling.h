// SPDX-License-Identifier: GPL-2.0-or-later
// When a received frame raises FR: at once, or with others that came within a short time, if microcode was
// loaded that bundles receive interrupts (Intel's "CPUSaver"). RFDs never wait.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cna_delay.h"
#include "host.h"
#include "i8255x/microcode.h"
#include "scb.h"

namespace i8255x {

class ReceiveBundling {
  public:
    struct State {
        bool loaded = false;
        BundlingParameters parameters{.delay = 0, .frames = 0, .small_mask = 0}; ///< if loaded
        uint16_t waiting = 0;     ///< frames whose FR is owed; does not count on at its end
        int64_t deadline_ns = -1; ///< of Timer::ReceiveBundle; -1: no frame waits
    };

    ReceiveBundling(Host& host, Scb& scb, CnaDelay& cna_delay)
        : host_(host), scb_(scb), cna_delay_(cna_delay) {}

    void load(const BundlingParameters& parameters);
    /// As before the first load; FR that is owed is raised.
    void unload();

    /// A frame of `bytes` without FCS stands in memory: gives the causes to raise for it now, FR and with it
    /// a delayed CNA, or none.
    uint8_t frame_stored(std::size_t bytes);
    /// FR for what microcode does not know, and with it a delayed CNA.
    uint8_t at_once();
    /// Gives FR if it is owed, to be raised with another cause.
    uint8_t take();
    void drop(); ///< FR that is owed is forgotten
    void timer_fired();

    const State& state() const { return state_; }
    static bool valid(const State& state);
    /// Arms or cancels the timer to match.
    void restore(const State& state);

  private:
    bool completes_bundle();

    Host& host_;
    Scb& scb_;
    CnaDelay& cna_delay_;
    State state_;
};

} // namespace i8255x
