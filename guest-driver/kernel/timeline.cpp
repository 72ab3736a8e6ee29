// SPDX-License-Identifier: GPL-2.0-or-later
// Names go first, so that whoever reads the recording need not know this kernel.
#include "kernel/timeline.h"

#include <iterator>

#include "arch/recorder.h"
#include "kernel/packet_buffer.h"
#include "kernel/print.h"
#include "kernel/softirq.h"
#include "kernel/trace.h"

namespace kernel {

namespace {

void describe_events() {
    static constexpr struct {
        const char *name, *a, *b;
    } events[] = {
#define TIMELINE_EVENT(enumerator, name, a, b) {name, a, b},
        KERNEL_TRACE_EVENTS(TIMELINE_EVENT)
#undef TIMELINE_EVENT
    };
    char line[TIMELINE_TEXT_BYTES];
    for (unsigned i = 0; i < std::size(events); i++) {
        format(line, sizeof line, "event\t%u\t%s\t%s\t%s", i, events[i].name, events[i].a, events[i].b);
        arch::recorder_describe(line);
    }
}

void describe_values() {
    static constexpr const char* drop_reasons[] = {
#define TIMELINE_REASON(enumerator, name) name,
        KERNEL_DROP_REASONS(TIMELINE_REASON)
#undef TIMELINE_REASON
    };
    for (unsigned i = 0; i < std::size(drop_reasons); i++)
        timeline_name("reason", i, drop_reasons[i]);
    for (unsigned i = 0; i < softirq_count; i++)
        timeline_name("vector", i, softirq_names[i]);
}

} // namespace

void timeline_init() {
    if (!arch::recorder_present())
        return;
    describe_events();
    describe_values();
    trace_on |= trace_to_recorder;
}

void timeline_name(const char* meaning, uint32_t value, const char* name) {
    if (!arch::recorder_present())
        return;
    char line[TIMELINE_TEXT_BYTES];
    format(line, sizeof line, "value\t%s\t%u\t%s", meaning, value, name);
    arch::recorder_describe(line);
}

} // namespace kernel
