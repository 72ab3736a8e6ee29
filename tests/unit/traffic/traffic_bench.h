// SPDX-License-Identifier: GPL-2.0-or-later
// What the tests of the tester share: a user's options and a peer that writes down what it gets.
#pragma once

#include <vector>

#include "traffic/generator.h"

namespace traffic {

inline traffic_options usual_options() {
    return {.rate = 1000,
            .count = 0,
            .size = "60",
            .arrivals = "cbr",
            .burst = 0,
            .wire_mbps = 0,
            .delay_ns = 0,
            .seed = 1,
            .flows = 1,
            .first_flow = 0,
            .source_mac = {2, 0, 0, 0xe1, 0, 0},
            .destination_mac = {0x52, 0x54, 0, 0x12, 0x34, 0x56},
            .source_ip = "10.0.2.2",
            .destination_ip = "10.0.2.15",
            .source_port = 1024,
            .destination_port = 9};
}

struct RecordingPeer : Peer {
    struct Arrival {
        int64_t at_ns;
        std::size_t bytes;
        Label label;
        bool operator==(const Arrival&) const = default;
    };
    bool send(std::span<const uint8_t> frame) override {
        if (!ready)
            return false;
        arrivals.push_back({now_ns, frame.size(), find_label(frame).value()});
        return true;
    }
    bool ready = true;
    int64_t now_ns = 0;
    std::vector<Arrival> arrivals;
};

} // namespace traffic
