// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace bench {

/// Processor, its number, kernel, QEMU: what figures in seconds are worth nothing without. One sentence.
std::string this_host();

} // namespace bench
