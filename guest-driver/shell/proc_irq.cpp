// SPDX-License-Identifier: GPL-2.0-or-later
// /proc/irq/N/smp_affinity: which CPUs may serve interrupt line N, as a bit mask in hexadecimal.
#include <optional>

#include "kernel/command_line.h"
#include "shell/proc_files.h"

namespace shell {

namespace {

constexpr std::string_view folder = "/proc/irq/", file_name = "/smp_affinity";
constexpr unsigned cpus_per_digit = 4;

/// The line of "/proc/irq/10/smp_affinity"; nothing if the path is none of these files.
std::optional<unsigned> line_of(std::string_view path) {
    if (!path.starts_with(folder) || !path.ends_with(file_name) ||
        path.size() < folder.size() + file_name.size())
        return std::nullopt;
    path.remove_prefix(folder.size());
    path.remove_suffix(file_name.size());
    const auto line = kernel::parse_number(path);
    return line && arch::irq_affinity(*line) ? line : std::nullopt;
}

std::optional<uint32_t> parse_mask(std::string_view text) {
    constexpr std::size_t most_digits = 8;
    if (text.empty() || text.size() > most_digits)
        return std::nullopt;
    uint32_t mask = 0;
    for (const char c : text) {
        const bool decimal = c >= '0' && c <= '9', letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'f';
        if (!decimal && !letter)
            return std::nullopt;
        mask = mask << 4 | static_cast<uint32_t>(decimal ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return mask;
}

} // namespace

bool show_irq_file(std::string_view path, const Output& output) {
    const auto line = line_of(path);
    if (!line)
        return false;
    const unsigned digits = (arch::cpu_count() + cpus_per_digit - 1) / cpus_per_digit;
    output.print("%0*x\n", static_cast<int>(digits), arch::irq_affinity(*line));
    return true;
}

StoreResult store_irq_file(std::string_view path, std::string_view text) {
    const auto line = line_of(path);
    if (!line)
        return StoreResult::NoSuchFile;
    const auto mask = parse_mask(text);
    const bool moved = mask && arch::set_irq_affinity(*line, *mask) == arch::IrqError::None;
    return moved ? StoreResult::Stored : StoreResult::Invalid;
}

bool list_irq_folder(std::string_view path, const Output& output) {
    Text<64> file;
    file.output().print("%.*s%s", static_cast<int>(path.size()), path.data(), file_name.data());
    if (line_of(file.view())) {
        output.print("%s\n", file_name.data() + 1);
        return true;
    }
    if (path != folder.substr(0, folder.size() - 1))
        return false;
    arch::for_each_irq_line(
        [](const arch::IrqLine& line, void* cookie) {
            if (kernel::parse_number(line.label))
                static_cast<const Output*>(cookie)->print("%s\n", line.label);
        },
        const_cast<Output*>(&output));
    return true;
}

} // namespace shell
