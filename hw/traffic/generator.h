// SPDX-License-Identifier: GPL-2.0-or-later
// Sends frames when their time has come. Open loop: what the peer does not take is counted and gone.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "counters.h"
#include "settings.h"

namespace traffic {

/// Whoever takes the frames.
class Peer {
  public:
    virtual ~Peer() = default;
    virtual bool send(std::span<const uint8_t> frame) = 0; ///< false: not taken
};

class Generator {
  public:
    static constexpr int64_t never = -1;
    /// So many frames are sent at once; if more are due, because the host is too slow, it does something else
    /// for a moment. A burst always fits.
    static constexpr unsigned max_batch = TRAFFIC_MAX_BURST;
    static constexpr int64_t pause_ns = 10'000;

    Generator(Peer& peer, traffic_counters& counters) : peer_(peer), counters_(counters) {}

    void start(const Settings& settings, int64_t now_ns);
    void stop() { running_ = false; }
    bool running() const { return running_; }
    /// Sends what is due by `now_ns`. When to call again, or never.
    int64_t run(int64_t now_ns);

  private:
    void schedule_next();
    void send_next(int64_t now_ns);

    Peer& peer_;
    traffic_counters& counters_;
    Settings settings_;
    Arrivals arrivals_{{}, 0};
    Random size_random_{0};
    FrameBuilder builder_;
    std::array<uint32_t, TRAFFIC_MAX_FLOWS> sequences_{}; ///< of the next frame of each flow
    bool running_ = false;
    uint64_t done_ = 0; ///< frames of this run
    uint16_t flow_ = 0;
    int64_t begin_ns_ = 0;
    int64_t wire_free_ns_ = 0;
    // the next frame
    int64_t due_ns_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace traffic
