// SPDX-License-Identifier: GPL-2.0-or-later
// The chip's steps as QEMU trace events e100_*: -trace 'e100_*' on the command line, trace-event in the
// monitor.

#include "e100_device.h"

#include "timeline_device.h"

#include "chip/trace_event.h"
#include "qemu/error-report.h"
#include "qemu/log.h"

enum { EVENT_NAME_BYTES = 32 };

struct event_text {
    const char *name, *a, *b;
};

static const struct event_text texts[] = {
#define EVENT_TEXT(enumerator, name, a, b) {name, a, b},
    I8255X_TRACE_EVENTS(EVENT_TEXT)
#undef EVENT_TEXT
};

enum { EVENTS = ARRAY_SIZE(texts) };

static char names[EVENTS][EVENT_NAME_BYTES];
static uint16_t enabled[EVENTS];
static TraceEvent* group[EVENTS + 1];

static bool is_decimal(const char* meaning) { return g_str_has_prefix(meaning, "bytes"); }

static void append(GString* line, const char* meaning, uint32_t value) {
    if (*meaning != '\0') {
        g_string_append_printf(line, is_decimal(meaning) ? " %s %u" : " %s 0x%x", meaning, value);
    }
}

static const char* name_of(const E100State* card) {
    return card->nic != NULL ? qemu_get_queue(card->nic)->name : NULL;
}

static void print(const E100State* card, unsigned event, uint32_t a, uint32_t b) {
    g_autoptr(GString) line = g_string_new(names[event]);
    const char* name = name_of(card);

    if (name != NULL) {
        g_string_append_printf(line, " %s", name);
    }
    append(line, texts[event].a, a);
    append(line, texts[event].b, b);
    if (message_with_timestamp) {
        struct timeval now;

        gettimeofday(&now, NULL);
        qemu_log("%d@%zu.%06zu:%s\n", qemu_get_thread_id(), (size_t)now.tv_sec, (size_t)now.tv_usec,
                 line->str);
    } else {
        qemu_log("%s\n", line->str);
    }
}

void e100_show(void* opaque, unsigned event, uint32_t a, uint32_t b) {
    const E100State* card = opaque;
    const char* name = name_of(card);

    if (e100_timeline_on && name != NULL) { // without: a card on its way in or out
        e100_timeline_card_event(name, event, a, b);
    }
    if (event < EVENTS && enabled[event] && qemu_loglevel_mask(LOG_TRACE)) {
        print(card, event, a, b);
    }
}

void e100_trace_switch(const char* pattern) {
    bool on = *pattern != '-';

    pattern += on ? 0 : 1;
    for (unsigned i = 0; i < EVENTS; i++) {
        if (g_pattern_match_simple(pattern, names[i])) {
            trace_event_set_state_dynamic(group[i], on);
        }
    }
}

// nic.rx_wire, as the guest's own trace has it, is e100_rx_wire among QEMU's events.
static void name_event(char* name, const char* text) {
    const char* dot = strchr(text, '.');

    g_snprintf(name, EVENT_NAME_BYTES, "e100_%s", dot != NULL ? dot + 1 : text);
}

void e100_trace_register(void) {
    if (group[0] != NULL) {
        return;
    }
    for (unsigned i = 0; i < EVENTS; i++) {
        TraceEvent event = {E100_TRACE_EVENT_OF_NO_CPU.name = names[i], .sstate = true,
                            .dstate = &enabled[i]};

        name_event(names[i], texts[i].name);
        group[i] = g_memdup2(&event, sizeof(event));
    }
    trace_event_register_group(group);
}
