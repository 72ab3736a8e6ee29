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

/// Register 16, what software writes.
namespace phy_control {
inline constexpr uint16_t bay_flow_control = 0x8000; ///< 82558
inline constexpr uint16_t others = 0x7000;           ///< T4, CRS disconnect, transmit flow control disable
} // namespace phy_control

/// Register 27 (SDM 7.3): what the two LEDs show.
namespace phy_led {
inline constexpr uint16_t mode = 0x0007;
inline constexpr uint16_t crossover_able = 0x8000; ///< 82562: register 28 exists
} // namespace phy_led

/// Register 28: straight or crossed cable (82550 and later, 82562).
namespace phy_crossover {
inline constexpr uint16_t writable = 0x03cf;
inline constexpr uint16_t automatic = 0x0080;
inline constexpr uint16_t resolved = 0x0010;
} // namespace phy_crossover

/// Register 29: cable test (where register 28 is).
namespace phy_cable_test {
inline constexpr uint16_t enable = 0x8000;
inline constexpr uint16_t execute = 0x2000; ///< clears itself
inline constexpr uint16_t open = 0x0200;    ///< nothing at the other end
} // namespace phy_cable_test

/// Registers of National's DP83840 that drivers use.
namespace dp83840 {
inline constexpr unsigned pcs_configuration = 23;
inline constexpr unsigned phy_address = 25;
inline constexpr uint16_t speed_10 = 0x0040; ///< in phy_address
} // namespace dp83840

inline constexpr uint16_t phy_id1 = 0x02a8; ///< Intel
inline constexpr unsigned internal_phy_address = 1;

} // namespace i8255x
