// SPDX-License-Identifier: GPL-2.0-or-later
// nstat: by how much the protocols' counters have grown since it ran last; as iproute2's, it reads /proc/net.
#include <algorithm>
#include <array>

#include "shell/arguments.h"
#include "shell/file_tree.h"

namespace shell {

namespace {

constexpr std::size_t maximum_counters = 256;
constexpr std::string_view files[] = {"/proc/net/snmp", "/proc/net/netstat"};

/// Where the counters stood, in the order of the files.
std::array<uint64_t, maximum_counters> seen;

std::string_view take_until(std::string_view& text, char end) {
    const std::size_t length = std::min(text.find(end), text.size());
    const std::string_view piece = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    return piece;
}

uint64_t number_of(std::string_view text) {
    uint64_t value = 0;
    for (const char digit : text)
        if (digit >= '0' && digit <= '9')
            value = value * 10 + static_cast<uint64_t>(digit - '0');
    return value;
}

struct Request {
    bool all = false;      ///< those that stand at zero, too
    bool absolute = false; ///< since the boot
    bool keep = false;     ///< the next call counts from the same point
};

/// Counters that say how the system is set up and do not count.
bool is_setting(std::string_view name) { return name == "Forwarding" || name == "DefaultTTL"; }

void show_counter(const Request& request, const Output& output, std::string_view group, std::string_view name,
                  uint64_t value, uint64_t& last) {
    const uint64_t shown = request.absolute ? value : value - last;
    if (!request.keep)
        last = value;
    if (is_setting(name) || (shown == 0 && !request.all))
        return;
    Text<64> whole;
    whole.output().print("%.*s%.*s", length_of(group), group.data(), length_of(name), name.data());
    output.print("%-32s%-16llu   0.0\n", whole.c_str(), static_cast<unsigned long long>(shown));
}

/// A line with the names, a line with the values.
void show_pair(const Request& request, const Output& output, std::string_view names, std::string_view values,
               std::size_t& index) {
    const std::string_view group = take_until(names, ':');
    take_until(values, ':');
    while (!names.empty() && index < seen.size()) {
        const std::string_view name = take_until(names, ' '), value = take_until(values, ' ');
        if (!name.empty())
            show_counter(request, output, group, name, number_of(value), seen[index++]);
    }
}

} // namespace

void nstat_command(Words words, const Output& output) {
    Request request;
    for (const std::string_view word : words.subspan(1)) {
        request.absolute |= word == "-a" || word == "-az";
        request.all |= word == "-z" || word == "-az";
        request.keep |= word == "-s";
        if (word != "-a" && word != "-z" && word != "-az" && word != "-s")
            return output.write("Usage: nstat [-a] [-z] [-s]\n");
    }
    output.write("#kernel\n");
    std::size_t index = 0;
    for (const std::string_view file : files) {
        static Text<8192> contents;
        contents = {};
        show_file(file, contents.output());
        for (std::string_view rest = contents.view(); !rest.empty();) {
            const std::string_view names = take_until(rest, '\n');
            show_pair(request, output, names, take_until(rest, '\n'), index);
        }
    }
}

} // namespace shell
