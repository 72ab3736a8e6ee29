// SPDX-License-Identifier: GPL-2.0-or-later
// Where a busy Linux is: it is stopped again and again, and the function that it was in is looked up.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "linux/linux_guest.h"

namespace bench {

/// Function ("e100_poll [e100]") to the part of the looks that found the guest in it.
using GuestProfile = std::map<std::string, double>;

/// Stops the guest `looks` times and has it go on. Returns where its first CPU was, in 16 hexadecimal digits.
std::vector<std::string> look_at(linux_test::LinuxGuest& guest, unsigned looks);
/// Asks the guest for the symbols, which takes it some seconds. Throws harness::Failure.
GuestProfile profile_of(linux_test::LinuxGuest& guest, const std::vector<std::string>& addresses);

} // namespace bench
