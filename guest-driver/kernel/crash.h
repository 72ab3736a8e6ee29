// SPDX-License-Identifier: GPL-2.0-or-later
// Ways to crash on purpose, to see what a crash looks like and to test that it is reported.
#pragma once

#include <string_view>

namespace kernel {

/// "die", "null" (write to address 0), "stack" (endless recursion), "softirq" (die in softirq context).
/// False if there is no such way; otherwise it does not return.
bool crash(std::string_view way);
/// The same in a thread on `cpu`. False also if that CPU is not up. Returns before the end, unless it is
/// near.
bool crash_on(unsigned cpu, std::string_view way);

} // namespace kernel
