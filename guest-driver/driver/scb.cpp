// SPDX-License-Identifier: GPL-2.0-or-later
// The system control block.
#include "driver/scb.h"

#include "arch/clock.h"
#include "driver/shared_memory.h"
#include "i8255x/command_block.h"
#include "kernel/trace.h"

namespace e100 {
namespace {

using namespace i8255x;

constexpr unsigned quick_looks = 20;    ///< a command is normally accepted at once
constexpr unsigned slow_looks = 20'000; ///< at 5 us: Linux gives the chip 100 ms
constexpr uint32_t slow_look_us = 5;

} // namespace

bool Scb::receiver_out_of_resources() const { return status() & scb_status::rus_no_resources; }

bool Scb::receiver_ready() const { return (status() & scb_status::rus_mask) == scb_status::rus_ready; }

bool Scb::wait_accepted() const {
    for (unsigned look = 0; look < quick_looks + slow_looks; look++) {
        if (registers_.read8(csr::scb_command) == 0)
            return true;
        if (look >= quick_looks)
            arch::busy_wait_us(slow_look_us);
    }
    return false;
}

Error Scb::give(uint8_t command, const uint32_t* pointer) {
    kernel::IrqSpinGuard guard(lock_);
    if (!wait_accepted())
        return Error::ScbTimeout;
    if (pointer)
        registers_.write32(csr::general_pointer, *pointer);
    registers_.write8(csr::scb_command, command);
    return Error::None;
}

Error Scb::command(CuCommand command) { return give(static_cast<uint8_t>(command), nullptr); }
Error Scb::command(CuCommand command, uint32_t pointer) {
    return give(static_cast<uint8_t>(command), &pointer);
}
Error Scb::command(RuCommand command, uint32_t pointer) {
    return give(static_cast<uint8_t>(command), &pointer);
}

Error Scb::resume(const Le16& block_status) {
    kernel::IrqSpinGuard guard(lock_);
    if (!wait_accepted())
        return Error::ScbTimeout;
    if (!(load(block_status) & cb_status::complete))
        registers_.write8(csr::scb_command, static_cast<uint8_t>(CuCommand::Resume));
    return Error::None;
}

void Scb::mask() {
    kernel::IrqSpinGuard guard(lock_);
    kernel::trace(kernel::Event::DrvMask);
    registers_.write8(csr::interrupt_control, interrupt_control::mask_all);
    status(); // posted write: the line is down when the read returns
}

bool Scb::unmask_unless(bool (*keep_masked)(void* cookie), void* cookie) {
    kernel::IrqSpinGuard guard(lock_);
    if (keep_masked(cookie))
        return false;
    kernel::trace(kernel::Event::DrvUnmask);
    registers_.write8(csr::interrupt_control, 0);
    status();
    return true;
}

void Scb::raise_software_interrupt() {
    kernel::IrqSpinGuard guard(lock_);
    const uint8_t mask = registers_.read8(csr::interrupt_control);
    registers_.write8(csr::interrupt_control, static_cast<uint8_t>(mask | interrupt_control::si));
}

} // namespace e100
