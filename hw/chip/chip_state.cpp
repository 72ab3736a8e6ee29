// SPDX-License-Identifier: GPL-2.0-or-later
// The chip's state as one record: writing it, and checking one from outside before it becomes the chip's.
#include <algorithm>
#include <iterator>

#include "chip_units.h"

namespace i8255x {
namespace {

constexpr auto cna_timer = static_cast<std::size_t>(Timer::CnaDelay);
constexpr auto poll_timer = static_cast<std::size_t>(Timer::TransmitPoll);
constexpr auto split_timer = static_cast<std::size_t>(Timer::HeaderSplit);

static_assert(timer_count == I8255X_TIMERS && ReceiveFifo::capacity == I8255X_FIFO_BYTES &&
              Eeprom::large_words == I8255X_EEPROM_WORDS &&
              counter_count == std::size(StateRecord{}.counters) &&
              configuration_bytes == sizeof(StateRecord::configuration) &&
              mii::register_count == std::size(StateRecord{}.phy));

Scb::State scb_state(const StateRecord& record) {
    return {.stat = record.stat,
            .interrupt_control = record.interrupt_control,
            .asserted = record.interrupt_asserted != 0,
            .cu = static_cast<CuStatus>(record.cu_status),
            .ru = static_cast<RuStatus>(record.ru_status),
            .general_pointer = record.general_pointer};
}

Csr::State csr_state(const StateRecord& record) {
    return {.flash_control = record.flash_control,
            .fc_threshold = record.fc_threshold,
            .fc_command = record.fc_command,
            .pmdr = record.pmdr,
            .general_control = record.general_control,
            .general_control2 = record.general_control2};
}

CommandUnit::State command_unit_state(const StateRecord& record) {
    return {.base = record.cu_base,
            .block = record.cu_block,
            .link = record.cu_link,
            .resume_pending = record.cu_resume_pending != 0,
            .work_pending = record.cu_work_pending != 0,
            .poll_deadline_ns = record.timers[poll_timer]};
}

ReceiveUnit::State receive_unit_state(const StateRecord& record) {
    return {.base = record.ru_base,
            .rfd = record.ru_rfd,
            .header_data_size = record.ru_header_data_size,
            .header_stored = record.ru_header_stored,
            .split_deadline_ns = record.timers[split_timer],
            .early_receive = record.early_rx,
            .buffers = {.rbd = record.ru_rbd,
                        .position = static_cast<ReceiveBuffers::Position>(record.ru_rbd_position)}};
}

Eeprom::State eeprom_state(const StateRecord& record) {
    return {.pins = record.eeprom_control,
            .phase = static_cast<Eeprom::Phase>(record.eeprom_phase),
            .write_enabled = record.eeprom_write_enabled != 0,
            .out = record.eeprom_out != 0,
            .bits = static_cast<uint8_t>(std::min<unsigned>(record.eeprom_bits, UINT8_MAX)),
            .shift = record.eeprom_shift,
            .address = record.eeprom_address,
            .opcode = static_cast<EepromOpcode>(std::min<unsigned>(record.eeprom_opcode, UINT8_MAX))};
}

AddressFilter::State filter_state(const StateRecord& record) {
    AddressFilter::State state;
    std::ranges::copy(record.individual_address, state.individual.begin());
    std::ranges::copy(record.multicast_hash, state.hash.begin());
    return state;
}

Statistics::State statistics_state(const StateRecord& record) {
    Statistics::State state;
    std::ranges::copy(record.counters, state.counters.begin());
    state.dump_address = record.dump_address;
    state.dump_address_loaded = record.dump_address_loaded != 0;
    return state;
}

Phy::State phy_state(const StateRecord& record) {
    Phy::State state;
    std::ranges::copy(record.phy, state.registers.begin());
    state.wire_up = record.phy_link != 0;
    return state;
}

std::span<const uint8_t> fifo_of(const StateRecord& record) {
    return std::span(record.fifo).first(record.fifo_used);
}

/// There is no high-priority queue.
bool cu_status_exists(uint8_t status) { return status <= static_cast<uint8_t>(CuStatus::Active); }

bool ru_status_exists(uint8_t status) {
    switch (static_cast<RuStatus>(status)) {
    case RuStatus::Idle:
    case RuStatus::Suspended:
    case RuStatus::NoResources:
    case RuStatus::Ready:
    case RuStatus::SuspendedNoRbds:
    case RuStatus::NoResourcesNoRbds:
    case RuStatus::ReadyNoRbds:
        return true;
    }
    return false;
}

} // namespace

void Chip::Units::save(StateRecord& record) const {
    record = {};
    save_scb_and_registers(record);
    save_command_and_receive_units(record);
    save_mac(record);
    save_phy_and_eeprom(record);
}

void Chip::Units::save_scb_and_registers(StateRecord& record) const {
    const Scb::State& own = scb.state();
    record.cu_status = static_cast<uint8_t>(own.cu);
    record.ru_status = static_cast<uint8_t>(own.ru);
    record.stat = own.stat;
    record.interrupt_control = own.interrupt_control;
    record.interrupt_asserted = own.asserted;
    record.general_pointer = own.general_pointer;
    record.port_latch = port.latch();
    record.flash_control = csr.state().flash_control;
    record.fc_threshold = csr.state().fc_threshold;
    record.fc_command = csr.state().fc_command;
    record.pmdr = csr.state().pmdr;
    record.general_control = csr.state().general_control;
    record.general_control2 = csr.state().general_control2;
}

void Chip::Units::save_command_and_receive_units(StateRecord& record) const {
    const CommandUnit::State& cu = command_unit.state();
    record.cu_base = cu.base;
    record.cu_block = cu.block;
    record.cu_link = cu.link;
    record.cu_resume_pending = cu.resume_pending;
    record.cu_work_pending = cu.work_pending;
    record.timers[poll_timer] = cu.poll_deadline_ns;
    record.timers[cna_timer] = cna_delay.state().deadline_ns;
    save_receive_unit(record);
}

void Chip::Units::save_receive_unit(StateRecord& record) const {
    const ReceiveUnit::State own = receive_unit.state();
    record.ru_base = own.base;
    record.ru_rfd = own.rfd;
    record.ru_header_data_size = own.header_data_size;
    record.ru_header_stored = own.header_stored;
    record.timers[split_timer] = own.split_deadline_ns;
    record.early_rx = own.early_receive;
    record.ru_rbd = own.buffers.rbd;
    record.ru_rbd_position = static_cast<uint8_t>(own.buffers.position);
    record.fifo_used = static_cast<uint16_t>(receive_unit.fifo().size());
    std::ranges::copy(receive_unit.fifo(), record.fifo);
}

void Chip::Units::save_mac(StateRecord& record) const {
    std::ranges::copy(configuration.bytes(), record.configuration);
    record.configured = configuration.configured();
    std::ranges::copy(filter.state().individual, record.individual_address);
    std::ranges::copy(filter.state().hash, record.multicast_hash);
    std::ranges::copy(statistics.state().counters, record.counters);
    record.dump_address = statistics.state().dump_address;
    record.dump_address_loaded = statistics.state().dump_address_loaded;
}

void Chip::Units::save_phy_and_eeprom(StateRecord& record) const {
    record.mdi_control = mdi.control();
    std::ranges::copy(phy.state().registers, record.phy);
    record.phy_link = phy.state().wire_up;
    const Eeprom::State& own = eeprom.state();
    record.eeprom_control = own.pins;
    record.eeprom_phase = static_cast<uint8_t>(own.phase);
    record.eeprom_write_enabled = own.write_enabled;
    record.eeprom_out = own.out;
    record.eeprom_bits = own.bits;
    record.eeprom_shift = own.shift;
    record.eeprom_address = own.address;
    record.eeprom_opcode = static_cast<uint16_t>(own.opcode);
    record.eeprom_words = static_cast<uint16_t>(eeprom.contents().size());
    std::ranges::copy(eeprom.contents(), record.eeprom);
}

RestoreError Chip::Units::check(const StateRecord& record) const {
    const CommandUnit::State cu = command_unit_state(record);
    if (cu.poll_deadline_ns < -1 || !CnaDelay::valid({record.timers[cna_timer]}))
        return RestoreError::BadTimer;
    const Scb::State own = scb_state(record);
    if (!cu_status_exists(record.cu_status) || !ru_status_exists(record.ru_status) ||
        !CommandUnit::valid(cu, own.cu) || !scb.valid(own))
        return RestoreError::BadUnitState;
    if (record.fifo_used > sizeof(record.fifo) ||
        !receive_unit.valid(receive_unit_state(record), own.ru, fifo_of(record)))
        return RestoreError::BadFifo;
    if (record.eeprom_words != eeprom.contents().size() || !eeprom.valid(eeprom_state(record)))
        return RestoreError::BadEeprom;
    return RestoreError::None;
}

/// The SCB first: the units look at their status there.
void Chip::Units::restore(const StateRecord& record) {
    scb.restore(scb_state(record));
    port.restore(record.port_latch);
    csr.restore(csr_state(record));
    ConfigurationBytes bytes;
    std::ranges::copy(record.configuration, bytes.begin());
    configuration.restore(bytes, record.configured != 0);
    filter.restore(filter_state(record));
    statistics.restore(statistics_state(record));
    phy.restore(phy_state(record));
    mdi.restore(record.mdi_control);
    eeprom.restore(eeprom_state(record), std::span(record.eeprom).first(record.eeprom_words));
    cna_delay.restore({record.timers[cna_timer]});
    receive_unit.restore(receive_unit_state(record), fifo_of(record));
    command_unit.restore(command_unit_state(record));
}

} // namespace i8255x
