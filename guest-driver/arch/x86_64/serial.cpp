// SPDX-License-Identifier: GPL-2.0-or-later
// The console: a 16550 UART at COM1. Output is polled, input comes by interrupt.
#include "arch/x86_64/serial.h"

#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/x86_64/interrupt_lines.h"
#include "arch/x86_64/port_io.h"
#include "kernel/spinlock.h"

namespace {

constexpr uint16_t com1 = 0x3f8;
constexpr unsigned com1_irq = 4;
constexpr unsigned transmit_fifo_bytes = 16;
// Register offsets.
constexpr uint16_t data = 0, interrupt_enable = 1, fifo_control = 2, line_control = 3, modem_control = 4,
                   line_status = 5;
constexpr uint16_t divisor_low = 0, divisor_high = 1; // with divisor_latch
constexpr uint8_t receive_interrupt = 0x01;
constexpr uint8_t divisor_latch = 0x80, eight_bits_no_parity = 0x03;
constexpr uint8_t enable_and_clear_fifos = 0x07;
constexpr uint8_t dtr_rts_out2 = 0x0b; // OUT2 lets the interrupt through to the controller
constexpr uint8_t data_ready = 0x01, transmitter_empty = 0x20;

kernel::SpinLock output_lock;
void (*input_notify)() = nullptr;

/// A port without a device reads as all ones.
bool byte_received() {
    const uint8_t status = x86::in8(com1 + line_status);
    return status != 0xff && (status & data_ready);
}

/// Room comes back at once unless the console's reader on the host is slow.
bool transmitter_has_room() {
    constexpr unsigned patience = 1000;
    for (unsigned tries = 0; tries < patience; tries++) {
        if (x86::in8(com1 + line_status) & transmitter_empty)
            return true;
        arch::relax();
    }
    return false;
}

/// Returns how much of `text` was sent: less than all of it if there is no room for the rest.
std::size_t send(const char* text, std::size_t bytes) {
    unsigned room = 0;
    for (std::size_t i = 0; i < bytes; i++) {
        const bool line_end = text[i] == '\n';
        const unsigned needed = line_end ? 2 : 1;
        if (room < needed) {
            if (!transmitter_has_room())
                return i;
            room = transmit_fifo_bytes;
        }
        if (line_end)
            x86::out8(com1 + data, '\r');
        x86::out8(com1 + data, static_cast<uint8_t>(text[i]));
        room -= needed;
    }
    return bytes;
}

/// Bytes up to and including the first line end; interrupts are off no longer than it takes to send them.
std::size_t line_length(const char* text, std::size_t bytes) {
    constexpr std::size_t longest = 128;
    std::size_t length = 0;
    while (length < bytes && length < longest)
        if (text[length++] == '\n')
            break;
    return length;
}

arch::IrqResult on_interrupt(void*) {
    if (!byte_received())
        return arch::IrqResult::NotMine;
    // The bytes stay in the UART until somebody reads them; one interrupt tells of many (the line is edge
    // triggered).
    if (input_notify)
        input_notify();
    return arch::IrqResult::Handled;
}

} // namespace

namespace x86 {

void serial_init() {
    out8(com1 + interrupt_enable, 0);
    out8(com1 + line_control, divisor_latch);
    out8(com1 + divisor_low, 1); // 115200 baud
    out8(com1 + divisor_high, 0);
    out8(com1 + line_control, eight_bits_no_parity);
    out8(com1 + fifo_control, enable_and_clear_fifos);
    out8(com1 + modem_control, dtr_rts_out2);
}

void serial_write_unlocked(const char* text, std::size_t bytes) {
    for (std::size_t sent = 0; sent < bytes;)
        sent += send(text + sent, bytes - sent);
}

} // namespace x86

namespace arch {

void console_write(const char* text, std::size_t bytes) {
    while (bytes > 0) {
        const std::size_t length = line_length(text, bytes);
        // Whole lines, but a console that nobody reads must not keep interrupts off.
        kernel::IrqSpinGuard guard(output_lock);
        const std::size_t sent = send(text, length);
        text += sent;
        bytes -= sent;
    }
}

int console_read() {
    if (!byte_received())
        return -1;
    return x86::in8(com1 + data);
}

void console_on_input(void (*notify)()) {
    input_notify = notify;
    x86::request_irq(com1_irq, x86::Trigger::Edge, "ttyS0", on_interrupt, nullptr);
    x86::out8(com1 + interrupt_enable, receive_interrupt);
}

} // namespace arch
