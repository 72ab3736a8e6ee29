// SPDX-License-Identifier: GPL-2.0-or-later
// Lines that come with the machine instead of from a person, and waiting between them.
#include "shell/script.h"

#include "arch/console_script.h"
#include "kernel/command_line.h"
#include "kernel/thread.h"
#include "shell/arguments.h"
#include "shell/shell.h"

namespace shell {

void sleep_command(Words words, const Output& output) {
    const auto ns = words.size() == 2 ? parse_seconds(words[1]) : std::nullopt;
    if (!ns)
        return output.write("Usage: sleep SECONDS, like 2 or 0.25\n");
    kernel::sleep_ns(*ns);
}

void run_script(std::string_view script, const Output& output) {
    while (!script.empty()) {
        const std::size_t end = std::min(script.find('\n'), script.size());
        const std::string_view line = script.substr(0, end);
        script.remove_prefix(std::min(end + 1, script.size()));
        output.print("+ %.*s\n", length_of(line), line.data());
        run_line(line, output);
    }
}

void run_machine_script(const Output& output) { run_script(arch::console_script(), output); }

} // namespace shell
