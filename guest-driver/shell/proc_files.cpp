// SPDX-License-Identifier: GPL-2.0-or-later
// Which files there are below /proc, and the commands that show and change them.
#include "shell/proc_files.h"

#include <algorithm>

#include "kernel/command_line.h"
#include "net/sysctl.h"
#include "shell/arguments.h"

namespace shell {

namespace {

constexpr ProcFile files[] = {
    {"cmdline", show_cmdline},       {"interrupts", show_interrupts},
    {"meminfo", show_meminfo},       {"net/arp", show_arp},
    {"net/dev", show_dev},           {"net/netstat", show_netstat},
    {"net/route", show_route},       {"net/snmp", show_snmp},
    {"net/sockstat", show_sockstat}, {"net/softnet_stat", show_softnet_stat},
    {"net/udp", show_udp},           {"softirqs", show_softirqs},
    {"uptime", show_uptime},         {"version", show_version},
};

constexpr std::string_view root = "/proc/";

std::string_view without_slash(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    return path;
}

/// nullptr if `files` has none of that path.
template <typename File> const File* find(std::span<const File> files, std::string_view path) {
    if (!path.starts_with(root))
        return nullptr;
    path.remove_prefix(root.size());
    const auto at =
        std::find_if(files.begin(), files.end(), [&](const File& file) { return path == file.path; });
    return at == files.end() ? nullptr : &*at;
}

void no_such_file(const Output& output, const char* command, std::string_view path) {
    output.print("%s: %.*s: No such file or directory\n", command, length_of(path), path.data());
}

bool show_file(std::string_view path, const Output& output) {
    if (const net::SysctlFile* file = find(net::sysctl_files(), path))
        output.print("%u\n", file->value.load());
    else if (const ProcFile* proc = find_proc_file(path))
        proc->show(output);
    else
        return false;
    return true;
}

/// Of the files and folders right below `directory` (as "net/", or "" for /proc itself) the one that follows
/// `after` in the alphabet; "" at the end.
std::string_view next_child(std::string_view directory, std::string_view after) {
    std::string_view next;
    const auto consider = [&](std::string_view path) {
        if (!path.starts_with(directory))
            return;
        path.remove_prefix(directory.size());
        const std::string_view name = path.substr(0, path.find('/'));
        if (name > after && (next.empty() || name < next))
            next = name;
    };
    for (const ProcFile& file : files)
        consider(file.path);
    for (const net::SysctlFile& file : net::sysctl_files())
        consider(file.path);
    return next;
}

void set_file(std::string_view path, Words values, const Output& output) {
    const net::SysctlFile* file = find(net::sysctl_files(), path);
    if (!file)
        return find_proc_file(path)
                   ? output.print("echo: %.*s: Permission denied\n", length_of(path), path.data())
                   : no_such_file(output, "echo", path);
    const auto value = values.size() == 1 ? kernel::parse_number(values[0]) : std::nullopt;
    if (!value || *value < file->minimum || *value > file->maximum)
        return output.write("echo: write error: Invalid argument\n");
    file->value = *value;
}

} // namespace

std::span<const ProcFile> proc_files() { return files; }

const ProcFile* find_proc_file(std::string_view path) { return find(proc_files(), path); }

void cat_command(Words words, const Output& output) {
    if (words.size() < 2)
        return output.write("Usage: cat FILE; ls /proc lists the files.\n");
    for (std::string_view path : words.subspan(1))
        if (!show_file(path, output))
            no_such_file(output, "cat", path);
}

void echo_command(Words words, const Output& output) {
    for (std::size_t i = 1; i < words.size(); i++) {
        if (!words[i].starts_with('>'))
            continue;
        const bool apart = words[i] == ">";
        const std::string_view path = !apart ? words[i].substr(1) : i + 1 < words.size() ? words[i + 1] : "";
        return set_file(path, words.subspan(1, i - 1), output);
    }
    for (std::size_t i = 1; i < words.size(); i++)
        output.print("%s%.*s", i > 1 ? " " : "", length_of(words[i]), words[i].data());
    output.write("\n");
}

void ls_command(Words words, const Output& output) {
    const std::string_view path = words.size() < 2 ? "/proc" : without_slash(words[1]);
    if (path == "/")
        return output.write("proc\n");
    Text<128> directory;
    directory.append(path);
    directory.append("/");
    const std::string_view below =
        directory.view().starts_with(root) ? directory.view().substr(root.size()) : "?";
    std::string_view name = next_child(below, "");
    if (name.empty())
        output.print("ls: cannot access '%.*s': No such file or directory\n", length_of(path), path.data());
    for (; !name.empty(); name = next_child(below, name))
        output.print("%.*s\n", length_of(name), name.data());
}

} // namespace shell
