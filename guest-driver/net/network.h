// SPDX-License-Identifier: GPL-2.0-or-later
// The network layers' beginning.
#pragma once

namespace net {

/// Registers the protocols and starts the neighbour cache's timer. Once, on the boot CPU, after
/// kernel::net_dev_init().
void init();

} // namespace net
