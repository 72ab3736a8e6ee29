// SPDX-License-Identifier: GPL-2.0-or-later
// What the boot loader said, whichever it was.
#pragma once

#include <cstdint>

namespace x86 {

enum class BootProtocol : uint32_t { Multiboot = 1, Pvh = 2 }; ///< values as in boot.S

/// Copies what is needed out of the loader's tables: they lie in memory that becomes free.
void boot_info_init(BootProtocol protocol, uint32_t information);
const char* boot_protocol_name();
uint64_t boot_rsdp(); ///< address of ACPI's root pointer if the loader gave it, else 0

/// The largest piece of RAM below 4 GiB and behind our image.
struct RamRange {
    uint64_t begin, end;
};
RamRange boot_ram();

} // namespace x86
