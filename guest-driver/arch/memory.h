// SPDX-License-Identifier: GPL-2.0-or-later
// RAM as the boot loader (or the test process) gave it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace arch {

/// Memory the kernel may use freely; page aligned, all of it below 4 GiB as devices see it.
std::span<std::byte> free_ram();
/// From now on any access of the calling CPU to the page faults: the end of a stack. Other CPUs may remember
/// that it was accessible.
void forbid_access(void* page);
/// Address as a device on the bus uses it, and back.
uint32_t virt_to_bus(const void* virt);
void* bus_to_virt(uint32_t bus);

} // namespace arch
