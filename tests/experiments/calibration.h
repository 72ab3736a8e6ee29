// SPDX-License-Identifier: GPL-2.0-or-later
// How fast the guest is: loads are multiples of what it can do.
#pragma once

#include "experiment.h"

namespace experiments {

/// Frames a second that it forwards while it never rests: measured under a flood of 100 ms.
double capacity(Bench& bench, const std::vector<std::string>& options);

/// `pad_ns=…` with which a packet costs `packet_us` altogether.
std::string padding_for(Bench& bench, double packet_us, const std::vector<std::string>& options = {});

/// `options` and some more.
std::vector<std::string> with(std::vector<std::string> options, const std::vector<std::string>& more);

} // namespace experiments
