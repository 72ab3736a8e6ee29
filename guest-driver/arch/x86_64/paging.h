// SPDX-License-Identifier: GPL-2.0-or-later
// Page protection on top of the boot code's identity map.
#pragma once

namespace x86 {

/// Code is read-only, data is not executable, address 0 faults.
void paging_init();

} // namespace x86
