// SPDX-License-Identifier: GPL-2.0-or-later
// Files that QEMU hands to the guest by its firmware configuration device (`-fw_cfg name=…,string=…`).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace x86 {

/// Reads the beginning of file `name` as far as `into` holds it; returns how much that was, 0 if there is no
/// such file or no such device.
std::size_t fw_cfg_read(std::string_view name, std::span<char> into);

} // namespace x86
