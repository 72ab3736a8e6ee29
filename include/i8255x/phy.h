// SPDX-License-Identifier: GPL-2.0-or-later
// MII registers of the PHY (IEEE 802.3 clause 22; 82555 and the internal PHY: SDM 7.3).
#pragma once

#include <cstdint>

namespace i8255x {

namespace mii {
inline constexpr unsigned bmcr = 0;
inline constexpr unsigned bmsr = 1;
inline constexpr unsigned id1 = 2;
inline constexpr unsigned id2 = 3;
inline constexpr unsigned anar = 4;
inline constexpr unsigned anlpar = 5;
inline constexpr unsigned aner = 6;
inline constexpr unsigned status_control = 16;
inline constexpr unsigned special_control = 17;
inline constexpr unsigned phy_address = 18;
inline constexpr unsigned first_error_counter = 19;
inline constexpr unsigned last_error_counter = 25;
inline constexpr unsigned equalizer = 26;
inline constexpr unsigned led_control = 27;
inline constexpr unsigned mdix_control = 28;
inline constexpr unsigned cable_test = 29;
inline constexpr unsigned register_count = 32;
} // namespace mii

namespace bmcr {
inline constexpr uint16_t reset = 0x8000;
inline constexpr uint16_t loopback = 0x4000;
inline constexpr uint16_t speed_100 = 0x2000;
inline constexpr uint16_t an_enable = 0x1000;
inline constexpr uint16_t power_down = 0x0800;
inline constexpr uint16_t isolate = 0x0400;
inline constexpr uint16_t an_restart = 0x0200;
inline constexpr uint16_t full_duplex = 0x0100;
inline constexpr uint16_t collision_test = 0x0080;
} // namespace bmcr

namespace bmsr {
inline constexpr uint16_t abilities = 0x7800; ///< 100/10 Mb/s, full/half duplex
inline constexpr uint16_t an_complete = 0x0020;
inline constexpr uint16_t an_able = 0x0008;
inline constexpr uint16_t link = 0x0004; ///< latched low
inline constexpr uint16_t extended = 0x0001;
} // namespace bmsr

/// Advertisement of either end (ANAR, ANLPAR).
namespace anar {
inline constexpr uint16_t acknowledge = 0x4000;
inline constexpr uint16_t pause = 0x0400;
inline constexpr uint16_t full_duplex_100 = 0x0100;
inline constexpr uint16_t half_duplex_100 = 0x0080;
inline constexpr uint16_t full_duplex_10 = 0x0040;
inline constexpr uint16_t half_duplex_10 = 0x0020;
inline constexpr uint16_t modes = 0x01e0;
inline constexpr uint16_t selector_802_3 = 0x0001;
} // namespace anar

namespace aner {
inline constexpr uint16_t page_received = 0x0002; ///< latched high
inline constexpr uint16_t partner_able = 0x0001;
} // namespace aner

/// Register 16: the mode in use.
namespace phy_status {
inline constexpr uint16_t speed_100 = 0x0002;
inline constexpr uint16_t full_duplex = 0x0001;
inline constexpr uint16_t mode = 0x0003;
} // namespace phy_status

inline constexpr uint16_t phy_id1 = 0x02a8; ///< Intel
inline constexpr unsigned internal_phy_address = 1;

} // namespace i8255x
