// SPDX-License-Identifier: GPL-2.0-or-later
// The prediction: card, ring and NAPI as a handful of numbers, one event after the other. It knows nothing of
// the guest's or the card's code.
#pragma once

#include <cstdint>

namespace experiments {

struct ModelInput {
    uint64_t rate = 1000;     ///< frames a second
    double packet_us = 27.45; ///< what the CPU spends on a packet
    double isr_us = 0.5;      ///< once per interrupt
    double poll_us = 0.3;     ///< once per poll
    /// Of these, what comes behind the last look at the ring: new buffers; the end of the poll. A frame that
    /// arrives then costs an interrupt of its own.
    double refill_us = 0, leave_us = 0;
    double sent_us = 0;   ///< every 16th packet sent interrupts for this long; part of packet_us on average
    bool poisson = false; ///< else at equal distances; either way the very moments of the tester's frames
    bool ack_in_poll = false;
    bool resume = false; ///< the receive unit is restarted as soon as there is room
    unsigned weight = 16, ring = 256;
    unsigned fifo_frames = 0; ///< that the card keeps while the receive unit stands still
    uint64_t frames = 100'000;
    uint64_t seed = 1;
};

struct ModelOutput {
    uint64_t received = 0, lost = 0, interrupts = 0, done = 0, not_done = 0, restarts = 0;
    uint64_t longest_loss = 0; ///< frames in a row
    double interrupts_per_packet() const {
        return static_cast<double>(interrupts) / static_cast<double>(received);
    }
    double loss() const { return static_cast<double>(lost) / static_cast<double>(received + lost); }
};

ModelOutput predict(const ModelInput& input);

} // namespace experiments
