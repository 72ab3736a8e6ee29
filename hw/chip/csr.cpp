// SPDX-License-Identifier: GPL-2.0-or-later
// Control/status registers (SDM 6.3).
#include "csr.h"

#include <algorithm>
#include <array>
#include <bit>

namespace i8255x {
namespace {

/// An acknowledge must not take what the command of the same write brings, and a mask must hold by then.
constexpr unsigned write_rank(const Register& which) {
    switch (which.offset) {
    case csr::stat_ack:
        return 0;
    case csr::interrupt_control:
        return 1;
    case csr::scb_command:
        return 2;
    default:
        return 3u + which.offset;
    }
}

constexpr auto in_write_order = [] {
    auto order = registers;
    std::ranges::sort(order, {}, write_rank);
    return order;
}();

/// Ones in the lowest `bytes` bytes.
constexpr uint32_t byte_mask(unsigned bytes) { return bytes >= 4 ? ~0u : (1u << (8 * bytes)) - 1; }

/// Part of an access at `offset` that concerns a register at `to`.
constexpr uint32_t move_lanes(uint32_t value, uint32_t offset, uint32_t to) {
    return to >= offset ? value >> (8 * (to - offset)) : value << (8 * (offset - to));
}

/// For each byte the registers that it belongs to: bit numbers in `in_write_order`.
constexpr auto registers_at = [] {
    static_assert(in_write_order.size() <= 32);
    std::array<uint32_t, csr_size> at{};
    for (std::size_t i = 0; i < in_write_order.size(); i++)
        for (unsigned byte = 0; byte < in_write_order[i].width; byte++)
            at[in_write_order[i].offset + byte] |= 1u << i;
    return at;
}();

template <typename Visit>
void visit_registers(uint32_t offset, unsigned width, Generation generation, Visit visit) {
    uint32_t touched = 0;
    for (uint32_t byte = offset; byte < std::min(offset + width, csr_size); byte++)
        touched |= registers_at[byte];
    for (; touched != 0; touched &= touched - 1) {
        const Register& which = in_write_order[static_cast<unsigned>(std::countr_zero(touched))];
        if (which.since <= generation)
            visit(which);
    }
}

template <typename Field> void put(Field& field, const Register& which, uint32_t value, uint32_t lanes) {
    const uint32_t changed = lanes & which.writable;
    field = static_cast<Field>((field & ~changed) | (value & changed));
}

} // namespace

uint32_t Csr::read(uint32_t offset, unsigned width) const {
    if (offset >= csr_size)
        return 0;
    uint32_t value = 0;
    visit_registers(offset, width, units_.generation, [&](const Register& which) {
        value |= move_lanes(read_register(which.offset), which.offset, offset);
    });
    value &= byte_mask(width);
    units_.host.trace(TraceEvent::CsrRead, offset, value);
    return value;
}

void Csr::write(uint32_t offset, unsigned width, uint32_t value) {
    if (offset >= csr_size)
        return;
    const uint32_t lanes = byte_mask(width);
    value &= lanes;
    units_.host.trace(TraceEvent::CsrWrite, offset, value);
    visit_registers(offset, width, units_.generation, [&](const Register& which) {
        const uint32_t own = byte_mask(which.width);
        write_register(which, move_lanes(value, offset, which.offset) & own,
                       move_lanes(lanes, offset, which.offset) & own);
    });
}

uint32_t Csr::read_register(uint32_t offset) const {
    switch (offset) {
    case csr::scb_status:
        return units_.scb.status_byte();
    case csr::stat_ack:
        return units_.scb.stat();
    case csr::interrupt_control:
        return units_.scb.interrupt_control();
    case csr::general_pointer:
        return units_.scb.general_pointer();
    case csr::flash_control:
        return state_.flash_control;
    case csr::eeprom_control:
        return units_.eeprom.read_pins();
    case csr::mdi_control:
        return units_.mdi.control();
    case csr::rx_dma_byte_count:
        return units_.receive_unit.byte_count();
    case csr::early_rx:
        return units_.receive_unit.early_receive();
    case csr::fc_threshold:
        return units_.flow_control.threshold();
    case csr::fc_command:
        return units_.flow_control.command_status();
    case csr::pmdr:
        return units_.wake_up.pmdr();
    case csr::general_control:
        return state_.general_control;
    case csr::general_status:
        return units_.phy.general_status();
    case csr::general_control2:
        return state_.general_control2;
    default: // the command byte, because commands are accepted at once; PORT
        return 0;
    }
}

void Csr::write_register(const Register& which, uint32_t value, uint32_t lanes) {
    switch (which.offset) {
    case csr::stat_ack:
        units_.scb.acknowledge(static_cast<uint8_t>(value));
        break;
    case csr::scb_command:
        write_command(static_cast<uint8_t>(value));
        break;
    case csr::interrupt_control:
        units_.scb.write_interrupt_control(static_cast<uint8_t>(value));
        break;
    case csr::general_pointer:
        write_general_pointer(value, lanes);
        break;
    case csr::port:
        units_.port.write(value, lanes);
        break;
    case csr::flash_control:
        put(state_.flash_control, which, value, lanes);
        break;
    case csr::eeprom_control:
        units_.eeprom.write_pins(static_cast<uint8_t>(value));
        break;
    case csr::mdi_control:
        units_.mdi.write_control(value, lanes);
        break;
    case csr::early_rx:
        units_.receive_unit.set_early_receive(static_cast<uint8_t>(value));
        break;
    case csr::fc_threshold:
        units_.flow_control.set_threshold(static_cast<uint8_t>(value));
        break;
    case csr::fc_command:
        units_.flow_control.write_command(static_cast<uint8_t>(value));
        break;
    case csr::pmdr:
        units_.wake_up.acknowledge(static_cast<uint8_t>(value));
        break;
    case csr::general_control:
        put(state_.general_control, which, value, lanes);
        break;
    case csr::general_control2:
        put(state_.general_control2, which, value, lanes);
        break;
    default: // read-only
        break;
    }
}

/// The units accept at once, so the byte reads 0 again (SDM 6.5.1).
void Csr::write_command(uint8_t command) {
    const auto cuc = static_cast<CuCommand>(command & scb_command::cuc_mask);
    const auto ruc = static_cast<RuCommand>(command & scb_command::ruc_mask);
    if ((command & scb_command::must_be_zero) != 0 || (cuc != CuCommand::Nop && ruc != RuCommand::Nop))
        units_.host.guest_error("malformed SCB command", command);
    if (cuc != CuCommand::Nop)
        units_.command_unit.command(cuc);
    if (ruc != RuCommand::Nop)
        units_.receive_unit.command(ruc);
}

void Csr::write_general_pointer(uint32_t value, uint32_t lanes) {
    units_.scb.set_general_pointer((units_.scb.general_pointer() & ~lanes) | value);
}

void Csr::restore(const State& state) {
    const auto accept = [](auto& field, const Register& which, uint32_t value) {
        put(field, which, value, ~0u);
    };
    accept(state_.flash_control, register_at(csr::flash_control), state.flash_control);
    accept(state_.general_control, register_at(csr::general_control), state.general_control);
    accept(state_.general_control2, register_at(csr::general_control2), state.general_control2);
}

} // namespace i8255x
