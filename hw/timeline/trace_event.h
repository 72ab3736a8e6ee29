// SPDX-License-Identifier: GPL-2.0-or-later
// The Trace Event Format, which ui.perfetto.dev and chrome://tracing open.
#pragma once

#include <ostream>

#include "timeline/picture.h"

namespace timeline {

/// One JSON object. No '<' is in it, so it may stand in an HTML page as it is. A group is a process, a row a
/// thread; events are in order of time, of those that begin together the longest first.
void write_trace_events(std::ostream& output, const Picture& picture);

} // namespace timeline
