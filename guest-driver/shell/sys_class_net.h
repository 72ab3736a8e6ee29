// SPDX-License-Identifier: GPL-2.0-or-later
// What each interface has below /sys/class/net/NAME: an attribute is one line of a table in
// sys_class_net.cpp.
#pragma once

#include <string_view>

#include "kernel/net_device.h"
#include "shell/file_tree.h"

namespace shell {

struct DeviceAttribute {
    std::string_view path; ///< below the device: "mtu", "queues/rx-0/rps_cpus"
    void (*show)(kernel::NetDevice& device, const Output& output);
    /// nullptr: read only.
    StoreResult (*store)(kernel::NetDevice& device, std::string_view text);
    /// Whether this device has it; nullptr: each has.
    bool (*exists)(const kernel::NetDevice& device) = nullptr;
};

} // namespace shell
