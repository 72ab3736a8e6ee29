// SPDX-License-Identifier: GPL-2.0-or-later
// The files below /proc, laid out as Linux lays them out, so that what reads Linux's reads these. Each is
// split into fetching the numbers and formatting them, the latter for tests.
#pragma once

#include <cstdint>
#include <span>

#include "arch/cpu.h"
#include "arch/irq.h"
#include "kernel/napi.h"
#include "kernel/net_device.h"
#include "kernel/softirq.h"
#include "net/interface.h"
#include "net/neighbour.h"
#include "net/socket.h"
#include "shell/file_tree.h"

namespace shell {

extern const FileKind proc_files, irq_files, sysctl_files, device_files;

// proc_system.cpp
void format_cpu_header(const Output& output, unsigned indent, unsigned cpus);
void format_interrupt_row(const Output& output, const arch::IrqLine& line, unsigned cpus);
/// `counts` of the CPUs 0 … cpus - 1.
void format_softirq_row(const Output& output, const char* name, std::span<const uint64_t> counts);
void show_interrupts(const Output& output);
void show_softirqs(const Output& output);
void show_version(const Output& output);
void show_uptime(const Output& output);
void show_cmdline(const Output& output);
void show_meminfo(const Output& output);

// proc_net.cpp
void format_softnet_row(const Output& output, const kernel::SoftnetStats& stats, unsigned cpu);
void format_dev_row(const Output& output, const char* name, const kernel::NetDeviceStats& stats);
void format_udp_row(const Output& output, unsigned row, const net::UdpSocketInfo& socket);
void format_arp_row(const Output& output, const net::Neighbour& neighbour);
void show_softnet_stat(const Output& output);
void show_dev(const Output& output);
void show_snmp(const Output& output);
void show_sockstat(const Output& output);
void show_netstat(const Output& output);
void show_udp(const Output& output);
void show_arp(const Output& output);
void show_route(const Output& output);

} // namespace shell
