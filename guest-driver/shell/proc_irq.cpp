// SPDX-License-Identifier: GPL-2.0-or-later
// /proc/irq/N/smp_affinity: which CPUs may serve interrupt line N, as a bit mask in hexadecimal.
#include <optional>

#include "kernel/command_line.h"
#include "shell/proc_files.h"

namespace shell {

namespace {

constexpr std::string_view folder = "/proc/irq/", file_name = "/smp_affinity";

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

bool show(std::string_view path, const Output& output) {
    const auto line = line_of(path);
    if (line)
        print_cpu_mask(output, arch::irq_affinity(*line));
    return line.has_value();
}

StoreResult store(std::string_view path, std::string_view text) {
    const auto line = line_of(path);
    if (!line)
        return StoreResult::NoSuchFile;
    const auto mask = parse_cpu_mask(text);
    const bool moved = mask && arch::set_irq_affinity(*line, *mask) == arch::IrqError::None;
    return moved ? StoreResult::Stored : StoreResult::Invalid;
}

void each(void (*visit)(std::string_view path, void* cookie), void* cookie) {
    struct Visit {
        void (*visit)(std::string_view path, void* cookie);
        void* cookie;
    } visitor{visit, cookie};
    arch::for_each_irq_line(
        [](const arch::IrqLine& line, void* visitor) {
            if (!kernel::parse_number(line.label))
                return;
            Text<64> path;
            path.append(folder);
            path.append(line.label);
            path.append(file_name);
            const Visit& to = *static_cast<const Visit*>(visitor);
            to.visit(path.view(), to.cookie);
        },
        &visitor);
}

} // namespace

constinit const FileKind irq_files{show, store, each};

} // namespace shell
