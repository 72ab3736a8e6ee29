// SPDX-License-Identifier: GPL-2.0-or-later
// Control/status registers: takes accesses of the host's bus apart into registers and byte lanes, and gives
// each to the unit that owns the register; keeps those that no unit owns (SDM 6.3).
#pragma once

#include <cstdint>

#include "command_unit.h"
#include "eeprom.h"
#include "flow_control.h"
#include "host.h"
#include "i8255x/csr.h"
#include "mdi.h"
#include "phy.h"
#include "port.h"
#include "receive_unit.h"
#include "scb.h"
#include "wake_up.h"

namespace i8255x {

class Csr {
  public:
    /// Registers that have no effect on the other units; they read back.
    struct State {
        uint16_t flash_control = 0;
        uint8_t general_control = 0;
        uint8_t general_control2 = 0;
    };
    struct Units {
        Host& host;
        Generation generation;
        Scb& scb;
        CommandUnit& command_unit;
        ReceiveUnit& receive_unit;
        Port& port;
        Eeprom& eeprom;
        Mdi& mdi;
        const Phy& phy;
        WakeUp& wake_up;
        FlowControl& flow_control;
    };

    explicit Csr(const Units& units) : units_(units) {}

    /// `width` is 1, 2 or 4. What is not a register reads 0. No side effects (SDM 6.3.2.1).
    uint32_t read(uint32_t offset, unsigned width) const;
    /// One write of several bytes first acknowledges, then sets masks, then gives the command; the other
    /// registers follow in the order of their offsets.
    void write(uint32_t offset, unsigned width, uint32_t value);

    void reset() { state_ = {}; }

    const State& state() const { return state_; }
    /// Bits that cannot be set are ignored.
    void restore(const State& state);

  private:
    uint32_t read_register(uint32_t offset) const;
    /// `lanes` has ones in the bytes that are written, `value` zeros in the others.
    void write_register(const Register& which, uint32_t value, uint32_t lanes);

    void write_command(uint8_t command);
    void write_general_pointer(uint32_t value, uint32_t lanes);

    Units units_;
    State state_;
};

} // namespace i8255x
