// SPDX-License-Identifier: GPL-2.0-or-later
// CRC-32 of Ethernet (IEEE 802.3 clause 3.2.9).
#include <gtest/gtest.h>

#include <string_view>

#include "chip/fcs.h"
#include "fake_host.h"

namespace i8255x {
namespace {

TEST(FrameCheckSequence, OfTheUsualCheckString) {
    std::string_view text = "123456789";
    std::vector<uint8_t> bytes(text.begin(), text.end());
    EXPECT_EQ(frame_check_sequence(bytes), (Fcs{0x26, 0x39, 0xf4, 0xcb}));
}

} // namespace
} // namespace i8255x
