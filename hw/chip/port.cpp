// SPDX-License-Identifier: GPL-2.0-or-later
// PORT interface (SDM 6.3.3).
#include "port.h"

#include <span>

#include "dma.h"
#include "dump_area.h"
#include "i8255x/little_endian.h"

namespace i8255x {
namespace {

constexpr uint32_t start_lane = 0xff000000;

constexpr uint32_t dump_completion_offset = 592; // over the last dword of the image
constexpr uint32_t dump_done = 0xa006;

constexpr uint32_t rom_signature = 0xffffffff; // any value but 0
constexpr uint32_t passed = 0;

constexpr uint32_t wake_up_dump_done = 0xa000;

} // namespace

void Port::write(uint32_t value, uint32_t lanes) {
    latch_ = (latch_ & ~lanes) | (value & lanes);
    if ((lanes & start_lane) == 0)
        return;
    const uint32_t complete = latch_;
    latch_ = 0;
    execute(static_cast<PortCommand>(complete & port_selector_mask), complete & ~port_selector_mask);
}

void Port::execute(PortCommand command, uint32_t address) {
    units_.host.trace(TraceEvent::Port, static_cast<uint32_t>(command), address);
    switch (command) {
    case PortCommand::SoftwareReset:
        units_.reset_control.reset(ResetKind::Software);
        break;
    case PortCommand::SelfTest:
        self_test(address);
        break;
    case PortCommand::SelectiveReset:
        units_.reset_control.reset(ResetKind::Selective);
        break;
    case PortCommand::Dump:
        dump(address);
        break;
    case PortCommand::DumpWakeUp:
        dump_wake_up_packet(address);
        break;
    default:
        units_.host.guest_error("undefined PORT selector", static_cast<uint32_t>(command));
        break;
    }
}

/// Software waits for the signature, so it is written last.
void Port::self_test(uint32_t address) {
    units_.reset_control.reset(ResetKind::Selective);
    if (write_result(address + 4, passed)) {
        units_.host.write_barrier();
        write_result(address, rom_signature);
    }
    units_.reset_control.reset(ResetKind::Software);
}

void Port::dump(uint32_t address) {
    const auto area = dump_area(units_.scb, units_.configuration, units_.filter, units_.statistics);
    if (!units_.host.dma_write(address, area)) {
        units_.host.guest_error("PORT dump area not writable", address);
        return;
    }
    units_.host.write_barrier();
    write_result(address + dump_completion_offset, dump_done);
}

/// Count and data first (SDM 6.3.3, PORT 7).
void Port::dump_wake_up_packet(uint32_t address) {
    if (units_.variant.generation < Generation::I82559) {
        units_.host.guest_error("PORT dump wake-up on a chip that cannot", address);
        return;
    }
    units_.reset_control.reset(ResetKind::Selective);
    if (!write_result(address + 4, units_.wake_up.packet_length()))
        return;
    if (!units_.host.dma_write(address + 8, units_.wake_up.packet())) {
        units_.host.guest_error("PORT dump wake-up area not writable", address);
        return;
    }
    units_.host.write_barrier();
    write_result(address, wake_up_dump_done);
}

bool Port::write_result(uint32_t address, uint32_t value) {
    if (dma_write_object(units_.host, address, Le32(value)))
        return true;
    units_.host.guest_error("PORT result area not writable", address);
    return false;
}

} // namespace i8255x
