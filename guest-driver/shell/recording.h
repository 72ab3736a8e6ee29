// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel recorded between two moments: its trace, and the counters at either end.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "kernel/net_device.h"
#include "kernel/trace.h"

namespace shell {

/// The counters that the steps of a frame move. Sums over all CPUs.
struct PathCounters {
    std::optional<uint64_t> chip_good_frames; ///< nothing: the driver cannot tell
    uint64_t interrupts = 0;                  ///< of the device's line
    uint64_t napi_schedules = 0, napi_polls = 0;
    uint64_t net_rx_softirqs = 0;
    uint64_t dma_unmaps = 0;
    uint64_t rx_packets = 0;
    uint64_t processed = 0; ///< /proc/net/softnet_stat, first column
    uint64_t ip_received = 0, icmp_received = 0, udp_read = 0, udp_no_ports = 0, udp_buffer_errors = 0;
    uint64_t tx_packets = 0;
};

/// The interface as it is.
struct PathFacts {
    const char* interface = "";
    const char* driver = nullptr; ///< nullptr: there is none, or it does not tell
    bool up = false;
    unsigned irq = 0, rx_ring = 0, tx_ring = 0;
    int napi_weight = 0;
    uint32_t rps_cpus = 0;
};

struct Recording {
    PathFacts facts;
    PathCounters before, after;
    std::span<const kernel::TraceRecord> records; ///< in order of time; valid until the next recording
    uint64_t lost = 0;                            ///< records that did not fit
};

/// Task context; one recording at a time.
void recording_begin(kernel::NetDevice& device);
Recording recording_end(kernel::NetDevice& device);

} // namespace shell
