// SPDX-License-Identifier: GPL-2.0-or-later
// A run as it is drawn: rows with slices that nest, instants, counters, and the ways of packets.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "timeline/stream.h"

namespace timeline {

/// Names and values of what a reader sees who points at something.
using Details = std::vector<std::pair<std::string, std::string>>;

struct Row {
    unsigned group; ///< 0: the guest, n: card n − 1
    std::string name;
};

struct Slice {
    unsigned row;
    int64_t begin_ns, end_ns; ///< longer than nothing; those of a row nest
    std::string name;
    Details details;
};

struct Instant {
    unsigned row;
    int64_t time_ns;
    std::string name;
    Details details;
};

struct Sample {
    unsigned group;
    std::string counter;
    int64_t time_ns;
    uint64_t value;
};

/// Where a packet was: within a slice of that row.
struct Stop {
    unsigned row;
    int64_t time_ns;
    std::string what;
};

struct Packet {
    std::string label;
    std::vector<Stop> stops; ///< in order
};

struct Picture {
    std::vector<std::string> groups;
    std::vector<Row> rows;
    std::vector<Slice> slices;
    std::vector<Instant> instants;
    std::vector<Sample> samples;
    std::vector<Packet> packets; ///< number n of the picture is index n − 1
    uint64_t lost = 0, malformed = 0;
    bool complete = false;
};

/// What was recorded at one instant is drawn 1 ns apart, in its order: with -icount the card takes no time.
Picture draw(const Recording& recording);

/// The arguments of an event with their names.
Details details_of(const Recording& recording, const Event& event);

} // namespace timeline
