// SPDX-License-Identifier: GPL-2.0-or-later
// A microwire master on the EEPROM control register, one clock at a time (SDM 6.3.4, 93C46/93C66).
#pragma once

#include "harness/e100_harness.h"
#include "i8255x/eeprom.h"

namespace qtest {

class EepromPins {
  public:
    explicit EepromPins(harness::E100Harness& e100) : e100_(e100) {}

    void select() { put(i8255x::eeprom_pin::cs); }
    void deselect() { put(0); }
    bool out() { return (e100_.csr8(i8255x::csr::eeprom_control) & i8255x::eeprom_pin::dout) != 0; }
    /// One clock with `bit` at DI; the data-out pin as it is while the clock is high.
    bool clock(bool bit) {
        auto pins = static_cast<uint8_t>(i8255x::eeprom_pin::cs | (bit ? i8255x::eeprom_pin::di : 0));
        put(pins);
        put(pins | i8255x::eeprom_pin::sk);
        bool high = out();
        put(pins);
        return high;
    }
    void shift_out(uint32_t value, unsigned bits) {
        while (bits-- > 0)
            clock((value >> bits & 1) != 0);
    }

    /// Address bits that the part has: clocks until the dummy zero of a read.
    unsigned probe_address_bits() {
        select();
        shift_out(6, 3); // start bit, read
        unsigned bits = 0;
        for (bool high = true; high && bits < 12; bits++)
            high = clock(false);
        deselect();
        return bits;
    }
    uint16_t read(unsigned address, unsigned address_bits) {
        select();
        shift_out(6, 3);
        shift_out(address, address_bits);
        uint16_t word = 0;
        for (int bit = 0; bit < 16; bit++)
            word = static_cast<uint16_t>(word << 1 | (clock(false) ? 1 : 0));
        deselect();
        return word;
    }
    void write_enable(unsigned bits) { extended(i8255x::EepromExtended::WriteEnable, bits); }
    void write_disable(unsigned bits) { extended(i8255x::EepromExtended::WriteDisable, bits); }
    void erase_all(unsigned bits) { extended(i8255x::EepromExtended::EraseAll, bits); }
    void write_all(uint16_t word, unsigned bits) { extended(i8255x::EepromExtended::WriteAll, bits, word); }
    void erase(unsigned address, unsigned bits) { instruction(i8255x::EepromOpcode::Erase, address, bits); }
    void write(unsigned address, uint16_t word, unsigned bits) {
        select();
        shift_out(4u | static_cast<unsigned>(i8255x::EepromOpcode::Write), 3);
        shift_out(address, bits);
        shift_out(word, 16);
        deselect();
    }

  private:
    void put(unsigned pins) { e100_.set_csr8(i8255x::csr::eeprom_control, static_cast<uint8_t>(pins)); }
    void instruction(i8255x::EepromOpcode opcode, unsigned address, unsigned bits) {
        select();
        shift_out(4u | static_cast<unsigned>(opcode), 3);
        shift_out(address, bits);
        deselect();
    }
    void extended(i8255x::EepromExtended which, unsigned bits) {
        instruction(i8255x::EepromOpcode::Extended, static_cast<unsigned>(which) << (bits - 2), bits);
    }
    void extended(i8255x::EepromExtended which, unsigned bits, uint16_t word) {
        select();
        shift_out(4u | static_cast<unsigned>(i8255x::EepromOpcode::Extended), 3);
        shift_out(static_cast<unsigned>(which) << (bits - 2), bits);
        shift_out(word, 16);
        deselect();
    }

    harness::E100Harness& e100_;
};

} // namespace qtest
