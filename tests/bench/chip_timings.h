// SPDX-License-Identifier: GPL-2.0-or-later
// How long the chip takes, by Google Benchmark. A library of its own: it is optimised, and compiled together
// with the chip (LTO) as the device is.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bench {

/// CPU time of one operation in ns, once for each repetition: of "copy/60" (a memcpy of 60 bytes),
/// "receive/60", "transmit/60" and the same with 1514, "csr_read", "csr_write".
using ChipTimings = std::map<std::string, std::vector<double>>;

/// In random order, each so many times and that long, so that what else the host does hits them all.
/// Throws std::runtime_error if the chip did not do what was measured.
ChipTimings time_chip(unsigned repetitions, double seconds);

} // namespace bench
