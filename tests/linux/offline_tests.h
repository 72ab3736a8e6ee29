// SPDX-License-Identifier: GPL-2.0-or-later
// `ethtool -t … offline`: link, EEPROM checksum, the chip's own self-test, loopback in the MAC and in the PHY
// (SDM 6.3.3, 6.4.2.3).
#pragma once

#include <string>

#include "linux_guest.h"

namespace linux_test {

/// All five must pass on `interface`, which a failure calls `name`.
void expect_offline_tests_pass(LinuxGuest& guest, const std::string& interface, const std::string& name);

} // namespace linux_test
