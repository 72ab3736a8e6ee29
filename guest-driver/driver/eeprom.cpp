// SPDX-License-Identifier: GPL-2.0-or-later
// Microwire by hand: select, start bit, opcode, address, then sixteen data bits (SDM 6.3.4).
#include "driver/eeprom.h"

#include <algorithm>
#include <numeric>

#include "arch/clock.h"
#include "i8255x/csr.h"
#include "i8255x/eeprom.h"

namespace e100 {
namespace {

using namespace i8255x;

constexpr uint32_t half_period_us = 2; // SDM 6.3.4: 4 us per clock
constexpr unsigned start_and_opcode_bits = 3;
constexpr unsigned start_read = 0b100 | static_cast<unsigned>(EepromOpcode::Read);
constexpr unsigned word_bits = 16;

} // namespace

void Eeprom::select() const { registers_.write8(csr::eeprom_control, eeprom_pin::cs); }

void Eeprom::deselect() const {
    registers_.write8(csr::eeprom_control, 0);
    arch::busy_wait_us(half_period_us); // CS must be low for a moment between instructions
}

/// The EEPROM takes DI with the rising edge and puts its own bit on DO with the same edge.
bool Eeprom::clock_bit(bool to_eeprom) const {
    const uint8_t pins = to_eeprom ? eeprom_pin::cs | eeprom_pin::di : eeprom_pin::cs;
    registers_.write8(csr::eeprom_control, pins);
    arch::busy_wait_us(half_period_us);
    registers_.write8(csr::eeprom_control, pins | eeprom_pin::sk);
    arch::busy_wait_us(half_period_us);
    const bool from_eeprom = registers_.read8(csr::eeprom_control) & eeprom_pin::dout;
    registers_.write8(csr::eeprom_control, pins);
    return from_eeprom;
}

void Eeprom::send_bits(unsigned bits, unsigned count) const {
    while (count--)
        clock_bit(bits >> count & 1);
}

/// Boards carry 64 or 256 words. With the last address bit DO goes from its idle 1 to a dummy 0: counting the
/// clocks until then tells which. 0 if that never happens.
unsigned Eeprom::count_address_bits() const {
    select();
    send_bits(start_read, start_and_opcode_bits);
    unsigned found = 0;
    for (unsigned bits = 1; bits <= max_address_bits && !found; bits++)
        if (!clock_bit(false))
            found = bits;
    deselect();
    return found;
}

uint16_t Eeprom::read_word(unsigned address) const {
    select();
    send_bits(start_read, start_and_opcode_bits);
    send_bits(address, address_bits_);
    uint16_t word = 0;
    for (unsigned i = 0; i < word_bits; i++)
        word = static_cast<uint16_t>(word << 1 | clock_bit(false));
    deselect();
    return word;
}

Error Eeprom::load(arch::Mmio registers) {
    registers_ = registers;
    address_bits_ = count_address_bits();
    if (!address_bits_)
        return Error::EepromUnreadable;
    for (unsigned address = 0; address < words().size(); address++)
        words_[address] = read_word(address);
    const auto sum = std::accumulate(words().begin(), words().end(), 0u);
    return static_cast<uint16_t>(sum) == eeprom_checksum ? Error::None : Error::EepromCorrupted;
}

Error Eeprom::mac_address(kernel::MacAddress& mac) const {
    for (unsigned i = 0; i < mac.size(); i++)
        mac[i] = static_cast<uint8_t>(words_[eeprom_word::mac + i / 2] >> 8 * (i % 2));
    const bool group = mac[0] & 1;
    const bool zero = std::ranges::all_of(mac, [](uint8_t byte) { return byte == 0; });
    return group || zero ? Error::BadMacAddress : Error::None;
}

} // namespace e100
