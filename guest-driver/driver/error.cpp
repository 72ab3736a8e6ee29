// SPDX-License-Identifier: GPL-2.0-or-later
// Errors as people and as the kernel call them.
#include "driver/error.h"

namespace e100 {
namespace {

constexpr int out_of_memory = -12; // ENOMEM
constexpr int again = -11;         // EAGAIN
constexpr int no_device = -19;     // ENODEV
constexpr int busy = -16;          // EBUSY
constexpr int timed_out = -110;    // ETIMEDOUT

} // namespace

const char* error_text(Error error) {
    switch (error) {
    case Error::None:
        return "no error";
    case Error::TooManyCards:
        return "too many cards";
    case Error::NoMemoryBar:
        return "no usable memory window";
    case Error::EepromUnreadable:
        return "EEPROM does not answer";
    case Error::EepromCorrupted:
        return "EEPROM corrupted";
    case Error::BadMacAddress:
        return "invalid MAC address from EEPROM";
    case Error::NoPhy:
        return "no PHY found";
    case Error::TooManyDevices:
        return "too many interfaces";
    case Error::NoMemory:
        return "out of memory";
    case Error::SelfTestTimeout:
        return "self-test timed out";
    case Error::SelfTestFailed:
        return "self-test failed";
    case Error::ScbTimeout:
        return "command not accepted";
    case Error::CommandTimeout:
        return "command block not completed";
    case Error::CommandFailed:
        return "command block failed";
    case Error::NoStatistics:
        return "no statistics";
    case Error::NoInterrupt:
        return "no interrupt line";
    }
    return "?";
}

int error_number(Error error) {
    switch (error) {
    case Error::None:
        return 0;
    case Error::NoMemory:
    case Error::TooManyCards:
    case Error::TooManyDevices:
        return out_of_memory;
    case Error::EepromCorrupted:
    case Error::EepromUnreadable:
        return again;
    case Error::SelfTestTimeout:
    case Error::CommandTimeout:
    case Error::ScbTimeout:
    case Error::NoStatistics:
        return timed_out;
    case Error::NoInterrupt:
        return busy;
    default:
        return no_device;
    }
}

} // namespace e100
