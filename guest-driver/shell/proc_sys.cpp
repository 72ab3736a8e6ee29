// SPDX-License-Identifier: GPL-2.0-or-later
// The files below /proc/sys.
#include "kernel/command_line.h"
#include "net/sysctl.h"
#include "shell/proc_files.h"

namespace shell {

namespace {

const net::SysctlFile* find(std::string_view path) {
    for (const net::SysctlFile& file : net::sysctl_files())
        if (file.path == path)
            return &file;
    return nullptr;
}

bool show(std::string_view path, const Output& output) {
    const net::SysctlFile* file = find(path);
    if (file)
        output.print("%u\n", file->value.load());
    return file != nullptr;
}

StoreResult store(std::string_view path, std::string_view text) {
    const net::SysctlFile* file = find(path);
    if (!file)
        return StoreResult::NoSuchFile;
    const auto value = kernel::parse_number(text);
    if (!value || *value < file->minimum || *value > file->maximum)
        return StoreResult::Invalid;
    file->value = *value;
    return StoreResult::Stored;
}

void each(void (*visit)(std::string_view path, void* cookie), void* cookie) {
    for (const net::SysctlFile& file : net::sysctl_files())
        visit(file.path, cookie);
}

} // namespace

constinit const FileKind sysctl_files{show, store, each};

} // namespace shell
