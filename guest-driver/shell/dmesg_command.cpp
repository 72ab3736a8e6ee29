// SPDX-License-Identifier: GPL-2.0-or-later
// dmesg: the kernel's messages with the time since the boot.
#include <array>

#include "kernel/log.h"
#include "shell/arguments.h"

namespace shell {

void dmesg_command(Words words, const Output& output) {
    if (words.size() > 1)
        return output.write("Usage: dmesg\n");
    const std::size_t count = kernel::log_count();
    std::array<char, kernel::log_line_length> text;
    for (std::size_t i = count > kernel::log_lines ? count - kernel::log_lines : 0; i < count; i++) {
        std::size_t length;
        uint64_t time_ns;
        if (!kernel::log_line(i, text.data(), length, time_ns))
            continue;
        const uint64_t us = time_ns / 1000;
        output.print("[%5llu.%06llu] %.*s\n", static_cast<unsigned long long>(us / 1'000'000),
                     static_cast<unsigned long long>(us % 1'000'000), static_cast<int>(length), text.data());
    }
}

} // namespace shell
