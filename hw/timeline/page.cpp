// SPDX-License-Identifier: GPL-2.0-or-later
// page.html, with the trace events where it asks for them.
#include "timeline/page.h"

#include <string_view>

#include "timeline/trace_event.h"

extern "C" const char timeline_page_begin[], timeline_page_end[];

namespace timeline {

void write_page(std::ostream& output, const Picture& picture) {
    constexpr std::string_view mark = "@TRACE@";
    const std::string_view page(timeline_page_begin,
                                static_cast<std::size_t>(timeline_page_end - timeline_page_begin));
    const std::size_t at = page.find(mark);
    output << page.substr(0, at);
    write_trace_events(output, picture);
    output << page.substr(at + mark.size());
}

} // namespace timeline
