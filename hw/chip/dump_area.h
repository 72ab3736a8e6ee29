// SPDX-License-Identifier: GPL-2.0-or-later
// The image of the chip's insides that the Dump command block and the PORT dump write (SDM 6.4.2.7).
#pragma once

#include <array>
#include <cstdint>

#include "address_filter.h"
#include "configuration.h"
#include "i8255x/command_block.h"
#include "scb.h"
#include "statistics.h"

namespace i8255x {

/// What software can know otherwise, at its documented place; zero bits elsewhere.
std::array<uint8_t, dump_area_bytes> dump_area(const Scb& scb, const Configuration& configuration,
                                               const AddressFilter& filter, const Statistics& statistics);

} // namespace i8255x
