// SPDX-License-Identifier: GPL-2.0-or-later
// The RX and TX tables of `ip -s link`.
#pragma once

#include "kernel/net_device.h"
#include "shell/output.h"

namespace shell {

/// `errors`: the rows that -s -s adds.
void print_link_statistics(const Output& output, const kernel::NetDeviceStats& stats, bool errors);

} // namespace shell
