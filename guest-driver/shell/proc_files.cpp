// SPDX-License-Identifier: GPL-2.0-or-later
// Which files there are below /proc, and the commands that show them.
#include "shell/proc_files.h"

#include "shell/command.h"

namespace shell {

namespace {

constexpr ProcFile files[] = {
    {"cmdline", show_cmdline}, {"interrupts", show_interrupts}, {"meminfo", show_meminfo},
    {"net/arp", show_arp},     {"net/dev", show_dev},           {"net/netstat", show_netstat},
    {"net/route", show_route}, {"net/snmp", show_snmp},         {"net/softnet_stat", show_softnet_stat},
    {"net/udp", show_udp},     {"softirqs", show_softirqs},     {"uptime", show_uptime},
    {"version", show_version},
};

constexpr std::string_view root = "/proc/", network = "net/";

std::string_view without_slash(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    return path;
}

} // namespace

std::span<const ProcFile> proc_files() { return files; }

const ProcFile* find_proc_file(std::string_view path) {
    if (!path.starts_with(root))
        return nullptr;
    path.remove_prefix(root.size());
    for (const ProcFile& file : files)
        if (path == file.path)
            return &file;
    return nullptr;
}

void cat_command(Words words, const Output& output) {
    if (words.size() < 2)
        return output.write("Usage: cat FILE; ls /proc lists the files.\n");
    for (std::string_view path : words.subspan(1)) {
        if (const ProcFile* file = find_proc_file(path))
            file->show(output);
        else if (!show_irq_file(path, output))
            output.print("cat: %.*s: No such file or directory\n", static_cast<int>(path.size()),
                         path.data());
    }
}

void ls_command(Words words, const Output& output) {
    const std::string_view path = words.size() < 2 ? "/proc" : without_slash(words[1]);
    const bool in_net = path == "/proc/net";
    if (path == "/")
        return output.write("proc\n");
    if (list_irq_folder(path, output))
        return;
    if (path != "/proc" && !in_net)
        return output.print("ls: cannot access '%.*s': No such file or directory\n",
                            static_cast<int>(path.size()), path.data());
    if (!in_net)
        output.write("irq\n");
    bool net_seen = false;
    for (const ProcFile& file : files) {
        const std::string_view name = file.path;
        if (in_net != name.starts_with(network)) {
            if (!in_net && !net_seen)
                output.write("net\n");
            net_seen = true;
            continue;
        }
        output.write(in_net ? name.substr(network.size()) : name);
        output.write("\n");
    }
}

} // namespace shell
