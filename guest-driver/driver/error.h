// SPDX-License-Identifier: GPL-2.0-or-later
// What can go wrong when a card is found or brought up.
#pragma once

#include <cstdint>

namespace e100 {

enum class Error : uint8_t {
    None,
    TooManyCards,     ///< no place for another adapter
    NoMemoryBar,      ///< BAR0 is not a memory window, or nobody gave it an address
    EepromUnreadable, ///< the EEPROM never answered with its dummy zero
    EepromCorrupted,  ///< the words do not add up to BABAh
    BadMacAddress,    ///< words 0 to 2 are zero or a group address
    NoPhy,            ///< no transceiver answers on the management bus
    TooManyDevices,   ///< the kernel has no place for another interface
    NoMemory,         ///< for rings, buffers or the shared areas
    SelfTestTimeout,  ///< the chip never wrote a result: usually it cannot reach memory
    SelfTestFailed,   ///< the chip wrote one, and it is bad
    ScbTimeout,       ///< the chip does not accept commands
    CommandTimeout,   ///< a command block was accepted and never completed
    CommandFailed,    ///< … or completed without OK
    NoStatistics,     ///< the counters were never dumped
    NoInterrupt,      ///< the interrupt line could not be had
};

const char* error_text(Error error);
/// As Linux returns it from ndo_open: 0 or negative.
int error_number(Error error);

} // namespace e100
