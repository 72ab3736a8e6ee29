// SPDX-License-Identifier: GPL-2.0-or-later
// One run of the machine: the guest as a router between two wires with a tester on each, on QEMU's exact
// clock. All it shall do is said before it starts, so that the same setup gives the same numbers every time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace experiments {

/// What one tester sends (docs/device.md has the properties of e100-traffic).
struct Load {
    uint64_t rate = 0; ///< frames a second
    uint64_t count = 0;
    unsigned size = 60; ///< bytes without FCS
    std::string arrivals = "cbr";
    std::string more = {}; ///< further properties: "burst=64,wire-mbps=100"
    /// Whom the frames are for: the tester at the other wire, or the guest itself.
    enum class To { Across, Guest } to = To::Across;
    unsigned port = 9;
    unsigned flows = 1, first_flow = 0;

    /// Seconds from the first to the last frame, as they are due.
    double seconds() const { return rate == 0 ? 0 : static_cast<double>(count) / static_cast<double>(rate); }
};

struct Setup {
    std::string name = {};                 ///< for messages
    std::vector<std::string> options = {}; ///< of the driver: "rnr_policy=resume"
    Load left = {}, right = {};            ///< towards eth0 and eth1; rate 0: none
    Load left_too = {};                    ///< towards eth0 as well, from another tester
    std::vector<std::string> script = {};  ///< console lines before the load
    std::vector<std::string> during = {};  ///< and from 0.15 s before its first frame on
    std::string model = "e100";            ///< both cards, as QEMU calls them
    std::string left_card = {};            ///< more properties of eth0's card: "wire-mbps=100"
    std::string right_card = {};
    uint64_t warm_up_rate = 2000; ///< frames a second
    unsigned cpus = 1;
    /// The machine's clock is the host's, and each CPU a thread of it: nothing is exact.
    bool host_clock = false;
    double drain_seconds = 0.2; ///< from the last frame to the second look at the counters

    /// What would be wrong otherwise is the subject: packets may be lost behind the card, too.
    bool losses_in_guest = false;
    /// Each interrupt schedules a poll and nothing else does.
    bool interrupts_schedule = true;
};

using Counters = std::map<std::string, uint64_t>;

struct Run {
    Setup setup;
    Counters before = {},
             after = {}; ///< what the guest's `counters` says, after the warm-up and after the load
    Counters left = {}, right = {}; ///< the testers' counters at the end, since the start
    std::string console = {};

    /// What the load added to a counter of the guest ("eth0.rx_packets"). Throws if there is none.
    uint64_t operator[](const std::string& name) const;
    uint64_t total(const std::string& name) const; ///< since the start
    /// Sum over all names with this beginning, since the start: "free." or "cpu".
    uint64_t total_of(const std::string& prefix, const std::string& suffix = "") const;

    // Of the load to the right, as the tester there sees it.
    uint64_t offered() const { return setup.left.count; }
    uint64_t forwarded() const; ///< without the warm-up
    double loss() const;
    /// Frames a second over the time in which the guest had something to do: the load's, or longer, as long
    /// as it took to work off what was in the ring.
    double output_rate() const;
    /// Interrupts of eth0, but the watchdog's, per packet it received.
    double interrupts_per_packet() const;
    /// From the time a frame was due on the left wire to its arrival on the right one, in µs.
    double mean_latency_us() const;
    double longest_latency_us() const;
};

inline constexpr unsigned warm_up_frames = 64;

/// Throws harness::Failure if QEMU or the guest does.
Run perform(const Setup& setup);

} // namespace experiments
