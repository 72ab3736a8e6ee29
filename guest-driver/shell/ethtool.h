// SPDX-License-Identifier: GPL-2.0-or-later
// What the parts of the command ethtool share.
#pragma once

#include <optional>

#include "kernel/ethtool.h"
#include "shell/arguments.h"
#include "shell/error_text.h"

namespace shell {

using kernel::NetDevice;

/// As ethtool's netlink requests report it.
void netlink_error(int error, const Output& output);
void bad_command_line(const Output& output);
/// Nothing if it is neither.
std::optional<bool> on_off(std::string_view word);

// ethtool_settings.cpp: the link, -s, -r
void show_settings(NetDevice& device, Arguments& arguments, const Output& output);
void change_settings(NetDevice& device, Arguments& arguments, const Output& output);
void restart_negotiation(NetDevice& device, Arguments& arguments, const Output& output);

// ethtool_features.cpp: -k, -K
void show_features(NetDevice& device, Arguments& arguments, const Output& output);
void set_features(NetDevice& device, Arguments& arguments, const Output& output);

// ethtool_rings.cpp: -g, -G, -c, -C
void show_ring(NetDevice& device, Arguments& arguments, const Output& output);
void set_ring(NetDevice& device, Arguments& arguments, const Output& output);
void show_coalesce(NetDevice& device, Arguments& arguments, const Output& output);
void set_coalesce(NetDevice& device, Arguments& arguments, const Output& output);

// ethtool_hardware.cpp: -t, -e, -d, -p, -P
void run_self_test(NetDevice& device, Arguments& arguments, const Output& output);
void dump_eeprom(NetDevice& device, Arguments& arguments, const Output& output);
void dump_registers(NetDevice& device, Arguments& arguments, const Output& output);
void identify(NetDevice& device, Arguments& arguments, const Output& output);
void show_permanent_address(NetDevice& device, Arguments& arguments, const Output& output);

} // namespace shell
