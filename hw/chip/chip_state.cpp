// SPDX-License-Identifier: GPL-2.0-or-later
// The chip's state as one record: writing it, and checking one from outside before it becomes the chip's.
#include <algorithm>
#include <iterator>

#include "chip_units.h"

namespace i8255x {
namespace {

constexpr bool stands_at(Timer timer, unsigned place) { return static_cast<unsigned>(timer) == place; }

static_assert(stands_at(Timer::CnaDelay, I8255X_TIMER_CNA) &&
              stands_at(Timer::TransmitPoll, I8255X_TIMER_TRANSMIT_POLL) &&
              stands_at(Timer::ReceiveBundle, I8255X_TIMER_BUNDLE) &&
              stands_at(Timer::Negotiation, I8255X_TIMER_NEGOTIATION) &&
              stands_at(Timer::PauseRepeat, I8255X_TIMER_PAUSE) &&
              stands_at(Timer::HeaderSplit, I8255X_TIMER_HEADER_SPLIT) &&
              stands_at(Timer::ReceiveRoom, I8255X_TIMER_ROOM));
static_assert(timer_count == I8255X_TIMERS && ReceiveFifo::capacity == I8255X_FIFO_BYTES &&
              Eeprom::large_words == I8255X_EEPROM_WORDS &&
              counter_count == std::size(StateRecord{}.counters) &&
              configuration_bytes == sizeof(StateRecord::configuration) &&
              mii::register_count == std::size(StateRecord{}.phy) &&
              wake_filter::max_dwords == std::size(StateRecord{}.wake_filters) &&
              wake_packet_bytes == std::size(StateRecord{}.wake_packet));

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
            .general_control = record.general_control,
            .general_control2 = record.general_control2};
}

/// While the high-priority queue is active, the SCB does not show the other's status.
CommandUnit::State command_unit_state(const StateRecord& record) {
    const bool hidden = record.cu_status == static_cast<uint8_t>(CuStatus::ActiveHighPriority);
    return {.base = record.cu_base,
            .low = {.status = static_cast<CuStatus>(hidden ? record.cu_low_status : record.cu_status),
                    .block = record.cu_block,
                    .link = record.cu_link,
                    .resume_pending = record.cu_resume_pending != 0,
                    .segments_sent = record.cu_segments_sent,
                    .on_wire = record.cu_on_wire != 0},
            .high = {.status = static_cast<CuStatus>(record.hpq_status),
                     .block = record.hpq_block,
                     .link = record.hpq_link,
                     .resume_pending = record.hpq_resume_pending != 0,
                     .segments_sent = record.hpq_segments_sent,
                     .on_wire = record.hpq_on_wire != 0},
            .work_pending = record.cu_work_pending != 0,
            .poll_deadline_ns = record.timers[I8255X_TIMER_TRANSMIT_POLL],
            .wire_free_ns = record.wire_free_ns};
}

WakeUp::State wake_up_state(const StateRecord& record) {
    WakeUp::State state{.pmdr = record.pmdr,
                        .filters = {.count = record.wake_filter_count},
                        .packet_length = record.wake_packet_length};
    std::ranges::copy(record.wake_filters, state.filters.dwords.begin());
    std::ranges::copy(record.wake_packet, state.packet.begin());
    return state;
}

FlowControl::State flow_control_state(const StateRecord& record) {
    return {.threshold = record.fc_threshold,
            .xoff = (record.fc_command & fc_command::xoff) != 0,
            .full = record.fc_full != 0,
            .paused_until_ns = record.fc_paused_until_ns,
            .paused_low_until_ns = record.fc_paused_low_until_ns,
            .repeat_deadline_ns = record.timers[I8255X_TIMER_PAUSE]};
}

ReceiveUnit::State receive_unit_state(const StateRecord& record) {
    return {.base = record.ru_base,
            .rfd = record.ru_rfd,
            .header_data_size = record.ru_header_data_size,
            .header_stored = record.ru_header_stored,
            .split_deadline_ns = record.timers[I8255X_TIMER_HEADER_SPLIT],
            .room_deadline_ns = record.timers[I8255X_TIMER_ROOM],
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

ReceiveBundling::State bundling_state(const StateRecord& record) {
    return {.loaded = record.bundling_loaded != 0,
            .parameters = {.delay = record.bundling_delay,
                           .frames = record.bundling_frames,
                           .small_mask = record.bundling_small_mask},
            .waiting = record.bundling_waiting,
            .deadline_ns = record.timers[I8255X_TIMER_BUNDLE]};
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
    state.loss_unread = record.phy_loss_unread != 0;
    state.negotiation_deadline_ns = record.timers[I8255X_TIMER_NEGOTIATION];
    return state;
}

std::span<const uint8_t> fifo_of(const StateRecord& record) {
    return std::span(record.fifo).first(record.fifo_used);
}

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
    save_wake_up(record);
    save_flow_control(record);
}

void Chip::Units::save_flow_control(StateRecord& record) const {
    const FlowControl::State& own = flow_control.state();
    record.fc_threshold = own.threshold;
    record.fc_command = own.xoff ? fc_command::xoff : 0;
    record.fc_full = own.full;
    record.fc_paused_until_ns = own.paused_until_ns;
    record.fc_paused_low_until_ns = own.paused_low_until_ns;
    record.timers[I8255X_TIMER_PAUSE] = own.repeat_deadline_ns;
}

void Chip::Units::save_wake_up(StateRecord& record) const {
    const WakeUp::State own = wake_up.state();
    record.pmdr = own.pmdr;
    std::ranges::copy(own.filters.dwords, record.wake_filters);
    record.wake_filter_count = own.filters.count;
    std::ranges::copy(own.packet, record.wake_packet);
    record.wake_packet_length = own.packet_length;
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
    record.general_control = csr.state().general_control;
    record.general_control2 = csr.state().general_control2;
}

void Chip::Units::save_command_and_receive_units(StateRecord& record) const {
    const CommandUnit::State& cu = command_unit.state();
    record.cu_base = cu.base;
    record.cu_block = cu.low.block;
    record.cu_link = cu.low.link;
    record.cu_resume_pending = cu.low.resume_pending;
    record.cu_work_pending = cu.work_pending;
    record.timers[I8255X_TIMER_TRANSMIT_POLL] = cu.poll_deadline_ns;
    record.cu_on_wire = cu.low.on_wire;
    record.wire_free_ns = cu.wire_free_ns;
    record.timers[I8255X_TIMER_CNA] = cna_delay.state().deadline_ns;
    save_high_priority_queue(record);
    save_receive_unit(record);
    save_bundling(record);
}

void Chip::Units::save_receive_unit(StateRecord& record) const {
    const ReceiveUnit::State own = receive_unit.state();
    record.ru_base = own.base;
    record.ru_rfd = own.rfd;
    record.ru_header_data_size = own.header_data_size;
    record.ru_header_stored = own.header_stored;
    record.timers[I8255X_TIMER_HEADER_SPLIT] = own.split_deadline_ns;
    record.timers[I8255X_TIMER_ROOM] = own.room_deadline_ns;
    record.early_rx = own.early_receive;
    record.ru_rbd = own.buffers.rbd;
    record.ru_rbd_position = static_cast<uint8_t>(own.buffers.position);
    record.fifo_used = static_cast<uint16_t>(receive_unit.fifo().size());
    std::ranges::copy(receive_unit.fifo(), record.fifo);
}

void Chip::Units::save_bundling(StateRecord& record) const {
    const ReceiveBundling::State& own = bundling.state();
    record.bundling_loaded = own.loaded;
    record.bundling_delay = own.parameters.delay;
    record.bundling_frames = own.parameters.frames;
    record.bundling_small_mask = own.parameters.small_mask;
    record.bundling_waiting = own.waiting;
    record.timers[I8255X_TIMER_BUNDLE] = own.deadline_ns;
}

/// An idle queue has no state: what it last did means nothing to anybody.
void Chip::Units::save_high_priority_queue(StateRecord& record) const {
    const CommandUnit::State& cu = command_unit.state();
    record.cu_segments_sent = cu.low.segments_sent;
    if (cu.high.status == CuStatus::Idle)
        return;
    record.hpq_status = static_cast<uint8_t>(cu.high.status);
    record.hpq_block = cu.high.block;
    record.hpq_link = cu.high.link;
    record.hpq_resume_pending = cu.high.resume_pending;
    record.hpq_segments_sent = cu.high.segments_sent;
    record.hpq_on_wire = cu.high.on_wire;
    if (cu.high.status == CuStatus::Active)
        record.cu_low_status = static_cast<uint8_t>(cu.low.status);
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
    record.phy_loss_unread = phy.state().loss_unread;
    record.timers[I8255X_TIMER_NEGOTIATION] = phy.state().negotiation_deadline_ns;
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
    if (cu.poll_deadline_ns < -1 || cu.wire_free_ns < -1 ||
        !CnaDelay::valid({record.timers[I8255X_TIMER_CNA]}) || !Phy::valid(phy_state(record)) ||
        !FlowControl::valid(flow_control_state(record)))
        return RestoreError::BadTimer;
    if (!bundling_fits(bundling_state(record)))
        return RestoreError::BadBundling;
    const Scb::State own = scb_state(record);
    if (cu.status() != own.cu || !ru_status_exists(record.ru_status) ||
        !CommandUnit::valid(cu, variant.generation) || !scb.valid(own))
        return RestoreError::BadUnitState;
    if (record.fifo_used > sizeof(record.fifo) ||
        !receive_unit.valid(receive_unit_state(record), own.ru, fifo_of(record)))
        return RestoreError::BadFifo;
    if (record.eeprom_words != eeprom.contents().size() || !eeprom.valid(eeprom_state(record)))
        return RestoreError::BadEeprom;
    if (!WakeUp::valid(wake_up_state(record)))
        return RestoreError::BadWakeUp;
    return RestoreError::None;
}

bool Chip::Units::bundling_fits(const ReceiveBundling::State& state) const {
    return ReceiveBundling::valid(state) && (!state.loaded || variant.microcode != MicrocodeKind::None);
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
    wake_up.restore(wake_up_state(record));
    cna_delay.restore({record.timers[I8255X_TIMER_CNA]});
    bundling.restore(bundling_state(record));
    receive_unit.restore(receive_unit_state(record), fifo_of(record));
    flow_control.restore(flow_control_state(record), fifo_of(record).size());
    command_unit.restore(command_unit_state(record));
}

} // namespace i8255x
