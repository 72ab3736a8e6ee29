// SPDX-License-Identifier: GPL-2.0-or-later
// The PHYs that boards put behind the MAC, or that it has inside, as drivers tell them apart (SDM 7).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace i8255x {

/// Where a PHY can be: a model fits a chip whose socket it is made for.
enum class PhySocket : uint8_t {
    Mii,        ///< on the board of an 82557
    Chip,       ///< inside
    LanConnect, ///< beside an ICH
};

/// The registers beyond those of IEEE 802.3 clause 22.
enum class PhyKind : uint8_t {
    Intel,    ///< 82555 and its descendants: registers 16 to 29 (SDM 7.3)
    National, ///< DP83840: registers 23 and 25
    Serial,   ///< 82503: no management at all, 10 Mb/s half duplex
};

struct PhyModel {
    std::string_view name; ///< as in the device property `phy=`; empty for one that is inside the chip
    PhySocket socket;
    PhyKind kind;
    uint16_t id1, id2;      ///< MII registers 2 and 3
    uint16_t anar;          ///< MII register 4 after reset
    uint16_t eeprom_record; ///< EEPROM word 6
    bool bay_flow_control;  ///< register 16 bit 15
    bool crossover;         ///< MDI/MDI-X and cable test: registers 28, 29
    bool crossover_flag;    ///< register 27 bit 15 says so
};

namespace phy_model {
extern const PhyModel i82555, dp83840, i82503;      // socket Mii
extern const PhyModel in_82558, in_82559, in_82550; // socket Chip
extern const PhyModel i82562et, i82562em, i82562ek; // socket LanConnect
} // namespace phy_model

std::span<const PhyModel* const> phy_models();
/// nullptr if no PHY for `socket` has that name.
const PhyModel* find_phy(std::string_view name, PhySocket socket);

} // namespace i8255x
