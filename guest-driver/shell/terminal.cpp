// SPDX-License-Identifier: GPL-2.0-or-later
// What a person types. The interrupt handler looks for Ctrl-C, since the shell does not read while a command
// runs.
#include "shell/terminal.h"

#include <array>

#include "arch/console.h"
#include "kernel/spinlock.h"
#include "kernel/thread.h"

namespace shell {

namespace {

struct Terminal {
    kernel::SpinLock lock;
    kernel::WaitQueue readers;
    std::array<uint8_t, 1024> typed; // a ring; what does not fit is lost, as in any tty
    unsigned first = 0, count = 0;
    bool interrupted = false;

    void take(uint8_t byte) {
        if (byte == interrupt_character) {
            interrupted = true;
            count = 0;
        }
        if (count < typed.size())
            typed[(first + count++) % typed.size()] = byte;
    }
};
Terminal terminal;

void on_input() {
    kernel::IrqSpinGuard guard(terminal.lock);
    for (int byte; (byte = arch::console_read()) >= 0;)
        terminal.take(static_cast<uint8_t>(byte));
    terminal.readers.wake_one();
}

} // namespace

void terminal_init() {
    arch::console_on_input(on_input);
    on_input(); // what was typed before
}

int terminal_read(uint64_t deadline_ns) {
    kernel::IrqSpinGuard guard(terminal.lock);
    while (terminal.count == 0)
        if (!terminal.readers.wait_until(terminal.lock, deadline_ns) && terminal.count == 0)
            return -1;
    const uint8_t byte = terminal.typed[terminal.first];
    terminal.first = (terminal.first + 1) % terminal.typed.size();
    terminal.count--;
    return byte;
}

bool terminal_interrupted() {
    kernel::IrqSpinGuard guard(terminal.lock);
    return terminal.interrupted;
}

void terminal_clear_interrupt() {
    kernel::IrqSpinGuard guard(terminal.lock);
    if (terminal.interrupted && terminal.count > 0 && terminal.typed[terminal.first] == interrupt_character) {
        terminal.first = (terminal.first + 1) % terminal.typed.size();
        terminal.count--;
    }
    terminal.interrupted = false;
}

} // namespace shell
