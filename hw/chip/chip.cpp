// SPDX-License-Identifier: GPL-2.0-or-later
// The whole 8255x: owns the units, connects them, and resets them as the manual's table says.
#include "chip.h"

#include "chip_units.h"

namespace i8255x {

Chip::Chip(Host& host, const Variant& variant, const ChipOptions& options)
    : units_(std::make_unique<Units>(host, variant, options)) {}

Chip::~Chip() = default;

/// Tells the host at its end if frames that were held back may come now.
class Chip::ReceiveWatch {
  public:
    explicit ReceiveWatch(Units& units) : units_(units), before_(units.receive_unit.can_receive()) {}
    ReceiveWatch(const ReceiveWatch&) = delete;
    ReceiveWatch& operator=(const ReceiveWatch&) = delete;
    ~ReceiveWatch() {
        if (!before_ && units_.receive_unit.can_receive())
            units_.host.receive_possible();
    }

  private:
    Units& units_;
    const bool before_;
};

void Chip::Units::reset(ResetKind kind) {
    host.trace(TraceEvent::Reset, static_cast<uint32_t>(kind), 0);
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
    }
}

void Chip::Units::reset_mac() {
    command_unit.reset();
    receive_unit.reset();
    configuration.reset();
    filter.reset();
    statistics.reset();
    csr.software_reset();
}

bool Chip::Units::hears_the_wire() const {
    return phy.link_up() && !phy.loops_back() && !configuration.loops_back();
}

uint32_t Chip::csr_read(uint32_t offset, unsigned width) const { return units_->csr.read(offset, width); }

void Chip::csr_write(uint32_t offset, unsigned width, uint32_t value) {
    const ReceiveWatch watch(*units_);
    units_->csr.write(offset, width, value);
}

Receive Chip::receive(std::span<const uint8_t> frame) {
    if (!units_->hears_the_wire()) {
        const auto bytes = static_cast<uint32_t>(frame.size());
        units_->host.trace(TraceEvent::RxWire, bytes, 0);
        units_->host.trace(TraceEvent::RxFiltered, bytes, static_cast<uint32_t>(Filtered::Disconnected));
        return Receive::Taken;
    }
    return units_->receive_unit.receive(frame) ? Receive::Taken : Receive::HeldBack;
}

bool Chip::can_receive() const { return units_->receive_unit.can_receive(); }

void Chip::run_command_unit() { units_->command_unit.run(); }

void Chip::timer_fired(Timer timer) {
    switch (timer) {
    case Timer::CnaDelay:
        units_->cna_delay.timer_fired();
        break;
    case Timer::TransmitPoll:
        units_->command_unit.poll_timer_fired();
        break;
    case Timer::HeaderSplit:
        units_->receive_unit.timer_fired();
        break;
    }
}

void Chip::link_changed(bool up) {
    if (!units_->phy.set_wire(up))
        return;
    units_->host.trace(TraceEvent::LinkChange, up ? 1 : 0, 0);
    units_->csr.note_link_change();
}

void Chip::reset(ResetKind kind) {
    const ReceiveWatch watch(*units_);
    units_->reset(kind);
}

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
