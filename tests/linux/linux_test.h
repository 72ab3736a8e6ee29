// SPDX-License-Identifier: GPL-2.0-or-later
// What the cases of this folder share: the machine, and a look at the kernel's log after each.
#pragma once

#include <gtest/gtest.h>
#include <string>

#include "linux_guest.h"

namespace linux_test {

class LinuxTest : public ::testing::Test {
  protected:
    void TearDown() override;
    LinuxGuest& guest() { return LinuxGuest::shared(); }

    /// Pings the host from eth0.
    void expect_ping(unsigned payload = 56, unsigned count = 3);
    /// Exchanges numbers of frames with the guest over eth1, in both directions at once: all must arrive,
    /// unaltered.
    void expect_exchange(uint32_t guest_sends, uint32_t host_sends, uint32_t window = 64);
};

} // namespace linux_test
