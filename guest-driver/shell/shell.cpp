// SPDX-License-Identifier: GPL-2.0-or-later
// The console: reads lines, finds the command, runs it.
#include "shell/shell.h"

#include <algorithm>
#include <array>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/command_line.h"
#include "kernel/net_device.h"
#include "kernel/thread.h"
#include "net/snmp.h"
#include "net/socket.h"
#include "shell/bring_up.h"
#include "shell/command.h"
#include "shell/completion.h"
#include "shell/line_editor.h"
#include "shell/script.h"
#include "shell/terminal.h"

namespace shell {

namespace {

constexpr const char* prompt = "e100# ";
constexpr std::size_t maximum_words = 24;
constexpr uint64_t longest_silence_ns = 10'000'000'000, look_interval_ns = 10'000'000;

std::size_t split(std::string_view line, std::span<std::string_view> into) {
    std::size_t count = 0;
    while (count < into.size()) {
        const std::size_t begin = line.find_first_not_of(" \t");
        if (begin == std::string_view::npos)
            break;
        line.remove_prefix(begin);
        const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
        into[count++] = line.substr(0, end);
        line.remove_prefix(end);
    }
    return count;
}

bool is_remark(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t");
    return first != std::string_view::npos && line[first] == '#';
}

void run_command(std::string_view text, const Output& output) {
    std::array<std::string_view, maximum_words> storage;
    const Words words(storage.data(), split(text, storage));
    if (words.empty())
        return;
    for (const Command& command : commands())
        if (words[0] == command.name)
            return command.run(words, output);
    output.print("%.*s: command not found; help lists the commands.\n", static_cast<int>(words[0].size()),
                 words[0].data());
}

/// The next line typed; empty if it was given up.
std::string_view read_line(LineEditor& editor) {
    editor.begin(prompt);
    for (;;) {
        const int byte = terminal_read(net::wait_forever);
        if (byte < 0)
            continue;
        switch (editor.feed(static_cast<uint8_t>(byte))) {
        case LineEditor::Event::None:
            continue;
        case LineEditor::Event::Line:
            return editor.line();
        case LineEditor::Event::Interrupt:
            return {};
        case LineEditor::Event::End:
            console_output().write("\nType poweroff to leave.\n");
            return {};
        }
    }
}

[[noreturn]] void prompt_loop() {
    static LineEditor editor(console_output(), complete_line);
    for (;;) {
        const std::string_view line = read_line(editor);
        terminal_clear_interrupt();
        run_line(line, console_output());
        terminal_clear_interrupt();
    }
}

/// For who sends to the guest and wants it to be there: so long after the first datagram.
void linger() {
    const auto text = kernel::command_line_option("linger_ms");
    const auto ms = text ? kernel::parse_number(*text) : std::nullopt;
    if (!ms)
        return;
    const uint64_t give_up_ns = arch::now_ns() + longest_silence_ns;
    while (net::udp_counters.get(net::Udp::InDatagrams) == 0 && arch::now_ns() < give_up_ns)
        kernel::sleep_ns(look_interval_ns);
    kernel::sleep_ns(uint64_t{*ms} * 1'000'000);
}

} // namespace

void run_line(std::string_view line, const Output& output) {
    bool interrupted = false;
    while (!line.empty() && !is_remark(line) && !interrupted) {
        const std::size_t end = std::min(line.find(';'), line.size());
        run_command(line.substr(0, end), output);
        line.remove_prefix(std::min(end + 1, line.size()));
        interrupted = terminal_interrupted();
    }
}

void main_thread(void*) {
    terminal_init();
    const bool batch = kernel::command_line_option("run") == "batch";
    const char* failure = bring_up(console_output());
    if (failure)
        console_output().print("Failed: %s\n", failure);
    if (batch && !failure)
        linger();
    if (batch)
        arch::power_off(failure ? 1 : 0);
    console_output().write("\nType help for a list of the commands, poweroff to leave.\n");
    run_machine_script(console_output());
    prompt_loop();
}

} // namespace shell
