// SPDX-License-Identifier: GPL-2.0-or-later
// What experiments with two CPUs have in common.
#pragma once

#include "calibration.h"

namespace experiments {

/// What a packet costs on the exact clock. With -icount QEMU runs the CPUs in turns and gives the first as
/// much of each turn as it can use: it has to be idle most of the time, or the other one would seem slower
/// than it is.
inline constexpr double slow_packet_us = 8 * packet_us;

/// For a Setup's script: eth0's packets are shared out among these CPUs, one bit each; 0: not at all.
inline std::string steer_to(unsigned cpus) {
    return "echo " + std::to_string(cpus) + " > /sys/class/net/eth0/queues/rx-0/rps_cpus";
}

} // namespace experiments
