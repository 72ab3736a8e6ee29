// SPDX-License-Identifier: GPL-2.0-or-later
// Which files there are below /proc, apart from those of interrupts and of sysctl.
#include "shell/proc_files.h"

namespace shell {

namespace {

struct ProcFile {
    std::string_view path;
    void (*show)(const Output& output);
};

constexpr ProcFile files[] = {
    {"/proc/cmdline", show_cmdline},       {"/proc/interrupts", show_interrupts},
    {"/proc/meminfo", show_meminfo},       {"/proc/net/arp", show_arp},
    {"/proc/net/dev", show_dev},           {"/proc/net/netstat", show_netstat},
    {"/proc/net/route", show_route},       {"/proc/net/snmp", show_snmp},
    {"/proc/net/sockstat", show_sockstat}, {"/proc/net/softnet_stat", show_softnet_stat},
    {"/proc/net/tcp", show_tcp},           {"/proc/net/udp", show_udp},
    {"/proc/softirqs", show_softirqs},     {"/proc/uptime", show_uptime},
    {"/proc/version", show_version},
};

const ProcFile* find(std::string_view path) {
    for (const ProcFile& file : files)
        if (file.path == path)
            return &file;
    return nullptr;
}

bool show(std::string_view path, const Output& output) {
    const ProcFile* file = find(path);
    if (file)
        file->show(output);
    return file != nullptr;
}

StoreResult store(std::string_view path, std::string_view) {
    return find(path) ? StoreResult::ReadOnly : StoreResult::NoSuchFile;
}

void each(void (*visit)(std::string_view path, void* cookie), void* cookie) {
    for (const ProcFile& file : files)
        visit(file.path, cookie);
}

} // namespace

constinit const FileKind proc_files{show, store, each};

} // namespace shell
