// SPDX-License-Identifier: GPL-2.0-or-later
// System control block (SDM 6.3.2).
#include "scb.h"

namespace i8255x {
namespace {

constexpr uint8_t same_position = stat::cx | stat::fr | stat::cna | stat::rnr;

/// STAT bits that the mask bits of an interrupt control byte hide; MDI and SWI have no mask of their own.
uint8_t hidden_causes(uint8_t control) {
    uint8_t hidden = control & same_position;
    if ((control & interrupt_control::mask_er) != 0)
        hidden |= stat::er;
    if ((control & interrupt_control::mask_fcp) != 0)
        hidden |= stat::fcp;
    return hidden;
}

} // namespace

void Scb::raise(uint8_t causes) {
    state_.stat |= causes;
    host_.trace(TraceEvent::Stat, causes, state_.stat);
    update_pin();
}

void Scb::acknowledge(uint8_t causes) {
    const uint8_t cleared = state_.stat & causes;
    if (cleared == 0)
        return;
    state_.stat = static_cast<uint8_t>(state_.stat & ~cleared);
    host_.trace(TraceEvent::StatAck, cleared, state_.stat);
    update_pin();
}

/// A software interrupt that is written together with M waits until M is cleared (SDM 8.4).
void Scb::write_interrupt_control(uint8_t value) {
    state_.interrupt_control = static_cast<uint8_t>(value & ~interrupt_control::si);
    if ((value & interrupt_control::si) != 0)
        raise(stat::swi);
    else
        update_pin();
}

uint8_t Scb::status_byte() const {
    return static_cast<uint8_t>(static_cast<unsigned>(state_.cu) << scb_status::cus_shift |
                                static_cast<unsigned>(state_.ru) << scb_status::rus_shift);
}

void Scb::set_cu_status(CuStatus status) {
    if (status == state_.cu)
        return;
    host_.trace(TraceEvent::CuState, static_cast<uint32_t>(state_.cu), static_cast<uint32_t>(status));
    state_.cu = status;
}

void Scb::change_ru_status(RuStatus status) {
    host_.trace(TraceEvent::RuState, static_cast<uint32_t>(state_.ru), static_cast<uint32_t>(status));
    state_.ru = status;
}

void Scb::reset() {
    set_cu_status(CuStatus::Idle);
    set_ru_status(RuStatus::Idle);
    state_ = {.asserted = state_.asserted};
    update_pin();
}

bool Scb::valid(const State& state) const {
    return state.stat != stat::card_gone && (state.interrupt_control & interrupt_control::si) == 0 &&
           state.asserted == level(state);
}

void Scb::restore(const State& state) {
    const bool asserted = state_.asserted;
    state_ = state;
    state_.asserted = asserted;
    update_pin();
}

bool Scb::level(const State& state) const {
    if ((state.interrupt_control & interrupt_control::mask_all) != 0)
        return false;
    return (state.stat & ~(specific_masks_ ? hidden_causes(state.interrupt_control) : 0)) != 0;
}

void Scb::update_pin() {
    const bool asserted = level(state_);
    if (asserted == state_.asserted)
        return;
    state_.asserted = asserted;
    host_.trace(asserted ? TraceEvent::IrqAssert : TraceEvent::IrqDeassert, state_.stat, 0);
    host_.set_interrupt(asserted);
}

} // namespace i8255x
