// SPDX-License-Identifier: GPL-2.0-or-later
// What a command of the console is.
#pragma once

#include <span>
#include <string_view>

#include "kernel/net_device.h"
#include "shell/output.h"

namespace shell {

/// Words of the command line; [0] is the command itself.
using Words = std::span<const std::string_view>;

struct Command {
    const char* name;
    const char* usage; ///< what follows the name
    const char* help;  ///< one line
    void (*run)(Words words, const Output& output);
};

/// All commands, in the order of `help`.
std::span<const Command> commands();

// One file per duty; each command is declared here for the table in commands.cpp.
void cat_command(Words words, const Output& output);
void counters_command(Words words, const Output& output);
void crash_command(Words words, const Output& output);
void dmesg_command(Words words, const Output& output);
void driver_command(Words words, const Output& output);
void drops_command(Words words, const Output& output);
void echo_command(Words words, const Output& output);
void ethtool_command(Words words, const Output& output);
void flows_command(Words words, const Output& output);
void free_command(Words words, const Output& output);
void help_command(Words words, const Output& output);
void ip_command(Words words, const Output& output);
void listen_command(Words words, const Output& output);
void ls_command(Words words, const Output& output);
void lspci_command(Words words, const Output& output);
void napi_command(Words words, const Output& output);
void nstat_command(Words words, const Output& output);
void softirq_command(Words words, const Output& output);
void ping_command(Words words, const Output& output);
void poweroff_command(Words words, const Output& output);
void ps_command(Words words, const Output& output);
void ring_command(Words words, const Output& output);
void sar_command(Words words, const Output& output);
void sink_command(Words words, const Output& output);
void sleep_command(Words words, const Output& output);
void ss_command(Words words, const Output& output);
void stall_command(Words words, const Output& output);
void top_command(Words words, const Output& output);
void torture_command(Words words, const Output& output);
void trace_command(Words words, const Output& output);
void uptime_command(Words words, const Output& output);
void watch_command(Words words, const Output& output);

/// The interface of that name, or nullptr.
kernel::NetDevice* find_device(std::string_view name);

} // namespace shell
