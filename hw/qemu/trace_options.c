// SPDX-License-Identifier: GPL-2.0-or-later
// -trace and -d trace: for events that came too late. QEMU reads these options before it loads plugins and
// forgets patterns that match nothing, so the command line is read once more for our own events.

#include "e100_device.h"

#include "qemu/config-file.h"
#include "qemu/option.h"

static void apply_events_file(const char* path) {
    g_autofree char* text = NULL;
    g_auto(GStrv) lines = NULL;

    if (path == NULL || !g_file_get_contents(path, &text, NULL, NULL)) {
        return; // QEMU has complained already
    }
    lines = g_strsplit(text, "\n", -1);
    for (char** line = lines; *line != NULL; line++) {
        if (**line != '#' && **line != '\0') {
            e100_trace_switch(*line);
        }
    }
}

static void apply_trace(const char* argument) {
    QemuOpts* options = qemu_opts_parse(qemu_find_opts("trace"), argument, true, NULL);
    const char* pattern;

    if (options == NULL) {
        return;
    }
    pattern = qemu_opt_get(options, "enable");
    if (pattern != NULL) {
        e100_trace_switch(pattern);
    }
    apply_events_file(qemu_opt_get(options, "events"));
    qemu_opts_del(options);
}

static void apply_log(const char* argument) {
    g_auto(GStrv) items = g_strsplit(argument, ",", -1);

    for (char** item = items; *item != NULL; item++) {
        if (g_str_has_prefix(*item, "trace:")) {
            e100_trace_switch(*item + strlen("trace:"));
        }
    }
}

static void apply_option(const char* option, const char* argument) {
    if (*option != '-') {
        return;
    }
    option += option[1] == '-' ? 2 : 1;
    if (strcmp(option, "trace") == 0) {
        apply_trace(argument);
    } else if (strcmp(option, "d") == 0) {
        apply_log(argument);
    }
}

void e100_trace_apply_options(void) {
    g_autofree char* arguments = NULL;
    size_t bytes;

    if (!g_file_get_contents("/proc/self/cmdline", &arguments, &bytes, NULL)) {
        return;
    }
    for (const char *option = arguments, *end = arguments + bytes; option < end;
         option += strlen(option) + 1) {
        const char* argument = option + strlen(option) + 1;

        if (argument < end) {
            apply_option(option, argument);
        }
    }
}
