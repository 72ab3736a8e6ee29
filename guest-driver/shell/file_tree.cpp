// SPDX-License-Identifier: GPL-2.0-or-later
// The files of all kinds as one tree.
#include "shell/file_tree.h"

#include "arch/cpu.h"
#include "shell/proc_files.h"

namespace shell {

namespace {

constexpr const FileKind* kinds[] = {&proc_files, &irq_files, &sysctl_files, &device_files};

struct Search {
    std::string_view folder, after;
    Text<64>& name;
    bool found;
};

void consider(std::string_view path, void* cookie) {
    Search& search = *static_cast<Search*>(cookie);
    if (!path.starts_with(search.folder))
        return;
    path.remove_prefix(search.folder.size());
    const std::string_view name = path.substr(0, path.find('/'));
    if (name <= search.after || (search.found && name >= search.name.view()))
        return;
    search.found = true;
    search.name = {};
    search.name.append(name);
}

} // namespace

std::span<const FileKind* const> file_kinds() { return kinds; }

bool show_file(std::string_view path, const Output& output) {
    for (const FileKind* kind : kinds)
        if (kind->show(path, output))
            return true;
    return false;
}

StoreResult store_file(std::string_view path, std::string_view text) {
    for (const FileKind* kind : kinds)
        if (const StoreResult result = kind->store(path, text); result != StoreResult::NoSuchFile)
            return result;
    return StoreResult::NoSuchFile;
}

bool next_in_folder(std::string_view folder, std::string_view after, Text<64>& name) {
    Text<64> last;
    last.append(after); // which may be `name`
    Search search{folder, last.view(), name, false};
    for (const FileKind* kind : kinds)
        kind->each(consider, &search);
    return search.found;
}

std::optional<uint32_t> parse_cpu_mask(std::string_view text) {
    constexpr std::size_t most_digits = 8;
    uint32_t mask = 0;
    std::size_t digits = 0;
    for (const char c : text) {
        if (c == ',' && digits != 0)
            continue;
        const bool decimal = c >= '0' && c <= '9', letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'f';
        if ((!decimal && !letter) || ++digits > most_digits)
            return std::nullopt;
        mask = mask << 4 | static_cast<uint32_t>(decimal ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return digits != 0 ? std::optional(mask) : std::nullopt;
}

void print_cpu_mask(const Output& output, uint32_t mask) {
    constexpr unsigned cpus_per_digit = 4;
    const unsigned digits = (arch::cpu_count() + cpus_per_digit - 1) / cpus_per_digit;
    output.print("%0*x\n", static_cast<int>(digits), mask);
}

} // namespace shell
