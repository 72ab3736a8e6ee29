// SPDX-License-Identifier: GPL-2.0-or-later
// The serial EEPROM and its microwire protocol (SDM 5, 6.3.4).
#include "eeprom.h"

#include <algorithm>

#include "i8255x/csr.h"

namespace i8255x {
namespace {

constexpr unsigned opcode_bits = 2;
constexpr unsigned word_bits = 16;
constexpr uint16_t erased = 0xffff;
constexpr uint8_t input_pins = eeprom_pin::sk | eeprom_pin::cs | eeprom_pin::di;

} // namespace

Eeprom::Eeprom(Host& host, std::span<const uint16_t> contents)
    : host_(host), size_(contents.size() >= large_words ? large_words : small_words) {
    std::ranges::copy(contents.first(std::min<std::size_t>(contents.size(), size_)), words_.begin());
}

unsigned Eeprom::address_bits() const { return size_ == large_words ? 8 : 6; }
unsigned Eeprom::instruction_bits() const { return opcode_bits + address_bits(); }
EepromExtended Eeprom::extended() const {
    return static_cast<EepromExtended>(state_.address >> (address_bits() - 2));
}

uint8_t Eeprom::read_pins() const {
    return static_cast<uint8_t>(state_.pins | (state_.out ? eeprom_pin::dout : 0));
}

/// Bits count at the rising clock; a clock that rises together with chip select does, too.
void Eeprom::write_pins(uint8_t pins) {
    const uint8_t before = state_.pins;
    state_.pins = pins & input_pins;
    if ((state_.pins & eeprom_pin::cs) == 0) {
        if ((before & eeprom_pin::cs) != 0)
            deselect();
        return;
    }
    if ((state_.pins & ~before & eeprom_pin::sk) != 0)
        clock((state_.pins & eeprom_pin::di) != 0);
}

void Eeprom::clock(bool in) {
    switch (state_.phase) {
    case Phase::Start:
        if (in)
            enter(Phase::Instruction);
        break;
    case Phase::Instruction:
        shift_in(in);
        if (state_.bits == instruction_bits())
            decode();
        break;
    case Phase::DataOut:
        data_out();
        break;
    case Phase::DataIn:
        shift_in(in);
        if (state_.bits == word_bits)
            enter(Phase::Armed);
        break;
    case Phase::Armed:
    case Phase::Done:
        break;
    }
}

void Eeprom::shift_in(bool in) {
    state_.shift = static_cast<uint16_t>(state_.shift << 1 | (in ? 1 : 0));
    state_.bits++;
}

void Eeprom::decode() {
    state_.opcode = static_cast<EepromOpcode>(state_.shift >> address_bits());
    state_.address = static_cast<uint16_t>(state_.shift & (size_ - 1));
    host_.trace(TraceEvent::EepromWord, static_cast<uint32_t>(state_.opcode), state_.address);
    switch (state_.opcode) {
    case EepromOpcode::Read:
        enter(Phase::DataOut);
        state_.out = false; // the dummy bit by which software finds out the size
        break;
    case EepromOpcode::Write:
        enter(Phase::DataIn);
        break;
    case EepromOpcode::Erase:
        enter(Phase::Armed);
        break;
    case EepromOpcode::Extended:
        decode_extended();
        break;
    }
}

void Eeprom::decode_extended() {
    switch (extended()) {
    case EepromExtended::WriteEnable:
    case EepromExtended::WriteDisable:
        state_.write_enabled = extended() == EepromExtended::WriteEnable;
        enter(Phase::Done);
        break;
    case EepromExtended::EraseAll:
        enter(Phase::Armed);
        break;
    case EepromExtended::WriteAll:
        enter(Phase::DataIn);
        break;
    }
}

/// Most significant bit first; further clocks go on with the next word.
void Eeprom::data_out() {
    state_.out = (words_[state_.address] >> (word_bits - 1 - state_.bits) & 1) != 0;
    if (++state_.bits == word_bits) {
        state_.bits = 0;
        state_.address = static_cast<uint16_t>((state_.address + 1u) & (size_ - 1));
    }
}

void Eeprom::deselect() {
    if (state_.phase == Phase::Armed && state_.write_enabled)
        carry_out();
    enter(Phase::Start);
    state_.out = true;
}

void Eeprom::carry_out() {
    const uint16_t data = state_.shift;
    switch (state_.opcode) {
    case EepromOpcode::Read:
        break;
    case EepromOpcode::Write:
        store(state_.address, data);
        break;
    case EepromOpcode::Erase:
        store(state_.address, erased);
        break;
    case EepromOpcode::Extended:
        store_all(extended() == EepromExtended::WriteAll ? data : erased);
        break;
    }
}

void Eeprom::store(unsigned address, uint16_t value) {
    if (words_[address] == value)
        return;
    words_[address] = value;
    host_.eeprom_changed(address, value);
}

void Eeprom::store_all(uint16_t value) {
    for (unsigned address = 0; address < size_; address++)
        store(address, value);
}

void Eeprom::enter(Phase phase) {
    const bool keeps_data = phase == Phase::Armed;
    state_.phase = phase;
    state_.bits = 0;
    if (!keeps_data)
        state_.shift = 0;
}

bool Eeprom::valid(const State& state) const {
    const bool selected = (state.pins & eeprom_pin::cs) != 0;
    if ((state.pins & ~input_pins) != 0 || state.phase > Phase::Done || state.opcode > EepromOpcode::Erase ||
        state.address >= size_)
        return false;
    if (!selected && state.phase != Phase::Start)
        return false;
    if (!state.out && state.phase != Phase::DataOut)
        return false;
    return state.bits < (state.phase == Phase::Instruction ? instruction_bits() : word_bits);
}

void Eeprom::restore(const State& state, std::span<const uint16_t> contents) {
    state_ = state;
    std::ranges::copy(contents, words_.begin());
}

} // namespace i8255x
