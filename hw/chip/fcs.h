// SPDX-License-Identifier: GPL-2.0-or-later
// Frame check sequence (IEEE 802.3 clause 3.2.9).
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace i8255x {

using Fcs = std::array<uint8_t, 4>; ///< in the order of the wire

Fcs frame_check_sequence(std::span<const uint8_t> frame);

} // namespace i8255x
