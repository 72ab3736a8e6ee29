// SPDX-License-Identifier: GPL-2.0-or-later
// What a new card carries in its EEPROM (SDM 5).
#pragma once

#include <cstdint>
#include <span>

#include "address_filter.h"
#include "variants.h"

namespace i8255x {

/// Fills `words` (64 or 256) with addresses, IDs and a checksum that drivers accept.
/// `phy` as on the board: the variant's own, or another one for its socket.
void build_eeprom(std::span<uint16_t> words, const Variant& variant, const PhyModel& phy,
                  const MacAddress& mac);
inline void build_eeprom(std::span<uint16_t> words, const Variant& variant, const MacAddress& mac) {
    build_eeprom(words, variant, *variant.phy, mac);
}

} // namespace i8255x
