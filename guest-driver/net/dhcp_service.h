// SPDX-License-Identifier: GPL-2.0-or-later
// The thread that runs the DHCP client on an interface and configures it.
#pragma once

#include <optional>

#include "kernel/net_device.h"
#include "net/dhcp_client.h"

namespace net {

/// Once; false if there is no room for another thread. `device` is up.
bool dhcp_start(kernel::NetDevice& device);
/// The lease of `device`, if it has one now.
std::optional<DhcpLease> dhcp_lease(const kernel::NetDevice* device);

} // namespace net
