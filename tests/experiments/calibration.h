// SPDX-License-Identifier: GPL-2.0-or-later
// How fast the guest is: loads are multiples of what it can do.
#pragma once

#include "experiment.h"

namespace experiments {

/// What a packet costs where an experiment does not ask about that: a tenth of the machine of NAPI's authors,
/// 36 430 packets a second.
inline constexpr double packet_us = 27.45;

/// Frames a second that it forwards while it never rests: measured under a flood of 100 ms.
double capacity(Bench& bench, const std::vector<std::string>& options);

/// `pad_ns=…` with which a packet costs `cost_us` altogether.
std::string padding_for(Bench& bench, double cost_us, const std::vector<std::string>& options = {});

/// `options` and some more.
std::vector<std::string> with(std::vector<std::string> options, const std::vector<std::string>& more);

} // namespace experiments
