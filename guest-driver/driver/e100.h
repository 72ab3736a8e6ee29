// SPDX-License-Identifier: GPL-2.0-or-later
// The driver as the kernel sees it.
#pragma once

namespace e100 {

/// Takes the options from the command line and probes every card on the bus, in the order of their addresses.
/// The interfaces eth0, eth1 … are registered and down. Returns how many there are. Task context, after
/// net_dev_init.
unsigned init();
/// Takes all interfaces down and forgets them.
void exit();

} // namespace e100
