// SPDX-License-Identifier: GPL-2.0-or-later
// The whole 8255x: owns the units, connects them, and resets them as the manual's table says.
#include "chip.h"

#include "chip_units.h"

namespace i8255x {

Chip::Chip(Host& host, const Variant& variant, const ChipOptions& options)
    : units_(std::make_unique<Units>(host, variant, options)) {}

Chip::~Chip() = default;

/// At its end, flow control learns how full the FIFO is, and the host if frames that were held back may come.
class Chip::ReceiveWatch {
  public:
    explicit ReceiveWatch(Units& units) : units_(units), before_(units.can_receive()) {}
    ReceiveWatch(const ReceiveWatch&) = delete;
    ReceiveWatch& operator=(const ReceiveWatch&) = delete;
    ~ReceiveWatch() {
        units_.flow_control.follow_fifo(units_.receive_unit.fifo().size());
        if (!before_ && units_.can_receive())
            units_.host.receive_possible();
    }

  private:
    Units& units_;
    const bool before_;
};

void Chip::Units::reset(ResetKind kind) {
    host.trace(TraceEvent::Reset, static_cast<uint32_t>(kind), 0);
    if (kind != ResetKind::Selective)
        flow_control.reset(); // before its FIFO is emptied, which it would tell the peer
    command_unit.selective_reset();
    receive_unit.selective_reset();
    scb.reset();
    mdi.reset();
    port.reset();
    if (kind != ResetKind::Selective)
        reset_mac();
    if (kind == ResetKind::Hardware) {
        csr.reset();
        phy.reset();
        eeprom.reset();
        wake_up.hardware_reset();
    }
}

void Chip::Units::reset_mac() {
    command_unit.reset();
    receive_unit.reset();
    bundling.unload();
    wake_up.reset();
    configuration.reset();
    filter.reset();
    statistics.reset();
}

void Chip::Units::link_changed(bool up) {
    host.trace(TraceEvent::LinkChange, up ? 1 : 0, 0);
    wake_up.link_changed();
    if (!up) {
        flow_control.link_lost();
        command_unit.look_again();
    }
}

bool Chip::Units::hears_the_wire() const {
    return phy.link_up() && !phy.loops_back() && !configuration.loops_back();
}

bool Chip::Units::can_receive() const { return asleep() || receive_unit.can_receive(); }

void Chip::Units::refuse(std::span<const uint8_t> frame, Filtered reason) {
    const auto bytes = static_cast<uint32_t>(frame.size());
    host.trace(TraceEvent::RxWire, bytes, 0);
    host.trace(TraceEvent::RxFiltered, bytes, static_cast<uint32_t>(reason));
}

uint32_t Chip::csr_read(uint32_t offset, unsigned width) const { return units_->csr.read(offset, width); }

void Chip::csr_write(uint32_t offset, unsigned width, uint32_t value) {
    const ReceiveWatch watch(*units_);
    units_->csr.write(offset, width, value);
}

Receive Chip::receive(std::span<const uint8_t> frame) {
    if (!units_->hears_the_wire()) {
        units_->refuse(frame, Filtered::Disconnected);
        return Receive::Taken;
    }
    units_->wake_up.notice(frame);
    if (units_->asleep()) {
        units_->refuse(frame, Filtered::Asleep);
        return Receive::Taken;
    }
    const FlowControl::Verdict verdict = units_->flow_control.notice(frame);
    if (verdict != FlowControl::Verdict::Other)
        units_->command_unit.look_again();
    if (verdict == FlowControl::Verdict::Reject) {
        units_->refuse(frame, Filtered::FlowControl);
        return Receive::Taken;
    }
    const bool taken = units_->receive_unit.receive(frame);
    units_->flow_control.follow_fifo(units_->receive_unit.fifo().size());
    return taken ? Receive::Taken : Receive::HeldBack;
}

bool Chip::can_receive() const { return units_->can_receive(); }

void Chip::run_command_unit() {
    const ReceiveWatch watch(*units_); // it may be looped back
    units_->command_unit.run();
}

void Chip::timer_fired(Timer timer) {
    const ReceiveWatch watch(*units_);
    switch (timer) {
    case Timer::CnaDelay:
        units_->cna_delay.timer_fired();
        break;
    case Timer::TransmitPoll:
        units_->command_unit.poll_timer_fired();
        break;
    case Timer::ReceiveBundle:
        units_->bundling.timer_fired();
        break;
    case Timer::Negotiation:
        units_->phy.timer_fired();
        break;
    case Timer::PauseRepeat:
        units_->flow_control.timer_fired();
        break;
    case Timer::HeaderSplit:
        units_->receive_unit.split_timer_fired();
        break;
    case Timer::ReceiveRoom:
        units_->receive_unit.room_timer_fired();
        break;
    }
}

void Chip::link_changed(bool up) {
    const ReceiveWatch watch(*units_); // a FIFO that is full tells the new peer
    units_->phy.set_wire(up);
}

void Chip::reset(ResetKind kind) {
    const ReceiveWatch watch(*units_);
    units_->reset(kind);
}

void Chip::set_power_state(PowerState state) {
    const ReceiveWatch watch(*units_);
    units_->wake_up.set_power_state(state);
}

PowerState Chip::power_state() const { return units_->wake_up.power_state(); }

void Chip::acknowledge_pme() { units_->wake_up.acknowledge(pmdr::pme_status); }

bool Chip::pme_status() const { return (units_->wake_up.pmdr() & pmdr::pme_status) != 0; }

void Chip::save(StateRecord& record) const { units_->save(record); }

RestoreError Chip::restore(const StateRecord& record) {
    const RestoreError error = units_->check(record);
    if (error == RestoreError::None) {
        const ReceiveWatch watch(*units_);
        units_->restore(record);
    }
    return error;
}

std::span<const uint16_t> Chip::eeprom() const { return units_->eeprom.contents(); }

} // namespace i8255x
