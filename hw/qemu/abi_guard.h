// SPDX-License-Identifier: GPL-2.0-or-later
// Is the QEMU that loads this object the one it was compiled for?
#pragma once

// Ends the process with one sentence if the running QEMU differs in version or structures from the headers
// this object was compiled with: it would corrupt QEMU's memory. E100_ABI_TEST=version or =layout in the
// environment pretends such a difference.
void abi_guard_check(void);

// Value of qemu_plugin_version that the running QEMU accepts, whatever this object was compiled for: a wrong
// QEMU shall hear the guard's sentence, not one about plugin versions.
int abi_guard_plugin_version(void);
