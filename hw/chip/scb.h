// SPDX-License-Identifier: GPL-2.0-or-later
// System control block: status byte, STAT/ACK, interrupt masks and the level of INTA# (SDM 6.3.2).
#pragma once

#include <cstdint>

#include "host.h"
#include "i8255x/csr.h"

namespace i8255x {

class Scb {
  public:
    struct State {
        uint8_t stat = 0;
        uint8_t interrupt_control = 0;
        bool asserted = false;
        CuStatus cu = CuStatus::Idle;
        RuStatus ru = RuStatus::Idle;
        uint32_t general_pointer = 0;
    };

    /// `specific_masks`: the chip has mask bits 7:2 (>= 82558).
    Scb(Host& host, bool specific_masks) : host_(host), specific_masks_(specific_masks) {}

    void raise(uint8_t causes);       ///< sets STAT bits
    void acknowledge(uint8_t causes); ///< clears STAT bits
    void write_interrupt_control(uint8_t value);
    uint8_t stat() const { return state_.stat; }
    uint8_t interrupt_control() const { return state_.interrupt_control; }
    uint8_t status_byte() const;

    CuStatus cu_status() const { return state_.cu; }
    RuStatus ru_status() const { return state_.ru; }
    void set_cu_status(CuStatus status);
    void set_ru_status(RuStatus status) {
        if (status != state_.ru)
            change_ru_status(status);
    }

    uint32_t general_pointer() const { return state_.general_pointer; }
    void set_general_pointer(uint32_t value) { state_.general_pointer = value; }

    /// All of it to power-on values; afterwards interrupts are unmasked and INTA# is low (SDM 6.3.3).
    void reset();

    const State& state() const { return state_; }
    /// False for what this unit's registers can never hold, and for a pin that does not fit them.
    bool valid(const State& state) const;
    /// Takes a state from outside (migration) and makes the pin follow it.
    void restore(const State& state);

  private:
    void change_ru_status(RuStatus status);
    bool level(const State& state) const;
    void update_pin();

    Host& host_;
    const bool specific_masks_;
    State state_;
};

} // namespace i8255x
