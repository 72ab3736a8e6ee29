// SPDX-License-Identifier: GPL-2.0-or-later
// The resets of the chip (SDM 6.3.3, table 8).
#pragma once

#include <cstdint>

namespace i8255x {

enum class ResetKind : uint8_t {
    Hardware,  ///< RST#: everything but the contents of the EEPROM
    Software,  ///< PORT, and what a return from D3 does to the MAC: the PHY stays as it is
    Selective, ///< PORT: stops both units and clears the SCB; bases, configuration and counters stay
};

/// Whoever can reset all units.
class ResetControl {
  public:
    virtual void reset(ResetKind kind) = 0;

  protected:
    ~ResetControl() = default;
};

} // namespace i8255x
