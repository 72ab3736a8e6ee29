// SPDX-License-Identifier: GPL-2.0-or-later
// Console and command line of the simulated machine: strings of the test.
#include "arch/console.h"

#include <deque>
#include <string>
#include <utility>

#include "arch/command_line.h"
#include "arch/console_script.h"
#include "arch/hosted/machine.h"

namespace {

struct Console {
    std::string output;
    std::deque<char> input;
    void (*notify)() = nullptr;
    std::string command_line, script;
};

Console& console() {
    static Console state;
    return state;
}

} // namespace

namespace hosted {

std::string take_console_output() { return std::exchange(console().output, {}); }

void type(const std::string& text) {
    console().input.insert(console().input.end(), text.begin(), text.end());
    if (console().notify)
        console().notify();
}

void set_command_line(const char* text) { console().command_line = text; }

void set_console_script(const std::string& text) { console().script = text; }

} // namespace hosted

namespace arch {

void console_write(const char* text, std::size_t bytes) { console().output.append(text, bytes); }

int console_read() {
    if (console().input.empty())
        return -1;
    const auto byte = static_cast<unsigned char>(console().input.front());
    console().input.pop_front();
    return byte;
}

void console_on_input(void (*notify)()) { console().notify = notify; }

const char* command_line() { return console().command_line.c_str(); }

std::string_view console_script() { return console().script; }

} // namespace arch
