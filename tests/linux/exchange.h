// SPDX-License-Identifier: GPL-2.0-or-later
// One end of an exchange of numbered frames over a raw Ethernet link. Each end sends its frames and checks
// the other's. A window keeps the number of frames under way below what a receive ring holds, so that a frame
// that is missing was lost by somebody who had room for it. The same code runs in the test (on the wire) and
// in the guest (framecheck).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "harness/pattern.h"

namespace linux_test {

using MacAddress = std::array<uint8_t, 6>;

/// IEEE 802's two EtherTypes for local experiments.
constexpr uint16_t data_type = 0x88b5;
constexpr uint16_t acknowledgement_type = 0x88b6;

/// EtherType of a frame, 0 if it is too short to have one.
uint16_t ether_type(std::span<const uint8_t> frame);

struct ExchangePlan {
    MacAddress own, peer;
    uint32_t send = 0;    ///< frames to send
    uint32_t expect = 0;  ///< frames the other end sends
    uint32_t window = 64; ///< frames under way at most; 0: send without waiting, acknowledge nothing
    uint32_t seed = 1;    ///< of the frames sent; the other end has another one
    uint32_t peer_seed = 2;
    size_t min_payload = 46, max_payload = 1500; ///< frames of 60 to 1514 bytes
};

class Exchange {
  public:
    explicit Exchange(const ExchangePlan& plan);

    /// What to send now: an acknowledgement that is due, else the next numbered frame if the window allows.
    std::optional<harness::Frame> next();
    /// Takes a frame from the link; foreign EtherTypes are ignored. Returns whether it was one of ours.
    bool arrived(std::span<const uint8_t> frame);
    /// Nothing came for the last idle_time: acknowledge what is not yet, so that losses do not stall the
    /// other end. If it goes on like that with a full window, all of that was lost, and no acknowledgement
    /// will come.
    void idle();
    static constexpr auto idle_time = std::chrono::milliseconds(20);

    uint32_t sent() const { return sent_; }
    uint32_t acknowledged() const { return acknowledged_; }
    const harness::PatternChecker& received() const { return checker_; }
    /// Nothing left to do: all sent and acknowledged, all of the other end's arrived and acknowledged.
    bool complete() const;
    bool perfect() const;
    std::string describe() const;

  private:
    uint32_t unacknowledged() const { return plan_.window == 0 ? 0 : highest_ - last_acknowledgement_; }
    harness::Frame acknowledgement();

    ExchangePlan plan_;
    harness::Pattern outgoing_;
    harness::PatternChecker checker_;
    uint32_t sent_ = 0, acknowledged_ = 0;            // our frames
    uint32_t highest_ = 0, last_acknowledgement_ = 0; // the other end's, one above the number
    bool acknowledgement_due_ = false;
    unsigned idle_in_a_row_ = 0;
};

} // namespace linux_test
