// SPDX-License-Identifier: GPL-2.0-or-later
// Each interrupt and what followed from it, as text.
#pragma once

#include <ostream>

#include "timeline/stream.h"

namespace timeline {

/// A tree per device interrupt: what its CPU recorded until the softirqs behind it were over, and the reads
/// of what they queued; times in µs since the interrupt.
void write_interrupt_trees(std::ostream& output, const Recording& recording);

} // namespace timeline
