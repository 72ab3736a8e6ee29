// SPDX-License-Identifier: GPL-2.0-or-later
// The serial EEPROM behind the EEPROM control register: a 93C46 (64 words) or 93C66 (256 words) with its
// microwire protocol (SDM 5, 6.3.4). It has no busy time: a write is done when chip select falls.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "host.h"
#include "i8255x/eeprom.h"

namespace i8255x {

class Eeprom {
  public:
    static constexpr unsigned small_words = 64;
    static constexpr unsigned large_words = 256;

    enum class Phase : uint8_t {
        Start,       ///< deselected, or waiting for the start bit; zeros in front of it mean nothing
        Instruction, ///< two opcode bits and the address come in
        DataOut,
        DataIn,
        Armed, ///< carried out when chip select falls
        Done,  ///< nothing more to come until then
    };
    struct State {
        uint8_t pins = 0; ///< SK, CS and DI as last written
        Phase phase = Phase::Start;
        bool write_enabled = false;
        bool out = true;  ///< the DO pin
        uint8_t bits = 0; ///< moved in this phase
        uint16_t shift = 0;
        uint16_t address = 0; ///< of the instruction
        EepromOpcode opcode = EepromOpcode::Extended;
    };

    /// `contents`: 64 or 256 words; copied.
    Eeprom(Host& host, std::span<const uint16_t> contents);

    uint8_t read_pins() const;
    void write_pins(uint8_t pins);

    /// Power-on: no transfer, writes disabled. The contents stay.
    void reset() { state_ = {}; }

    std::span<const uint16_t> contents() const { return std::span(words_).first(size_); }
    const State& state() const { return state_; }
    bool valid(const State& state) const;
    /// `contents` is as long as contents().
    void restore(const State& state, std::span<const uint16_t> contents);

  private:
    unsigned address_bits() const;
    unsigned instruction_bits() const;
    EepromExtended extended() const;

    void clock(bool in);
    void shift_in(bool in);
    void decode();
    void decode_extended();
    void data_out();
    void deselect();
    void carry_out();
    void store(unsigned address, uint16_t value);
    void store_all(uint16_t value);
    void enter(Phase phase);

    Host& host_;
    std::array<uint16_t, large_words> words_{};
    const unsigned size_;
    State state_;
};

} // namespace i8255x
