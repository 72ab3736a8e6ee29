// SPDX-License-Identifier: GPL-2.0-or-later
// Which chip of the family a PCI function is: the only place in the driver where IDs are looked at.
#pragma once

#include <cstdint>

#include "i8255x/csr.h"

namespace e100 {

using i8255x::Generation;

/// PCI identity that the driver takes: class Ethernet and one of Intel's numbers for the family (SDM 4.1).
bool is_supported(uint16_t vendor, uint16_t device, uint32_t class_code);
/// From PCI device and revision (SDM 4.1.5); controllers inside an ICH count as 82559 whatever revision they
/// say.
Generation generation_of(uint16_t device, uint8_t revision);
/// The chip takes IPCBs (SDM appendix B). Not those with the embedded chips' device ID: the 82551ER does not,
/// and looks like one that does.
bool has_ipcb(uint16_t device, uint8_t revision);
/// Intel made receive bundling for the chip, with room for a frame limit.
bool takes_microcode(uint16_t device, uint8_t revision);
const char* generation_name(Generation generation);

} // namespace e100
