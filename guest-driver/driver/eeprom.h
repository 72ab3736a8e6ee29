// SPDX-License-Identifier: GPL-2.0-or-later
// The serial EEPROM behind the chip's four pins (SDM 5, 6.3.4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "arch/mmio.h"
#include "driver/error.h"
#include "kernel/net_device.h"

namespace e100 {

class Eeprom {
  public:
    /// Finds out how large it is, reads it all and checks the sum.
    Error load(arch::Mmio registers);
    std::span<const uint16_t> words() const { return {words_.data(), std::size_t{1} << address_bits_}; }
    /// Error::BadMacAddress unless words 0 to 2 are an address that a station may have.
    Error mac_address(kernel::MacAddress& mac) const;

  private:
    static constexpr unsigned max_address_bits = 8;
    void select() const;
    void deselect() const;
    bool clock_bit(bool to_eeprom) const;
    void send_bits(unsigned bits, unsigned count) const;
    unsigned count_address_bits() const;
    uint16_t read_word(unsigned address) const;

    arch::Mmio registers_;
    unsigned address_bits_ = 0;
    std::array<uint16_t, 1u << max_address_bits> words_{};
};

} // namespace e100
